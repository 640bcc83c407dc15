"""The short road finds what the long one finds, and takes nothing that the writer did not write."""

from functools import cache

import pytest

from hocba.core.signing import standing, verify
from hocba.core.signing.plan import plan_for, slots_of
from hocba.core.signing.written import covered_names, read_written
from tests.core.signing.test_sheets import signed_class
from tests.core.verification.issued import city, compose, issued
from tests.pki import pki
from tests.pki.signing import signed


@cache
def documents() -> dict[str, bytes]:
    """A whole document of each kind that is made."""
    return {
        "each signed": issued().document,
        "sheet": signed_class()[0],
        "stamped": signed(pki()),
    }


def until(count: int) -> bytes:
    """The good transcript with its first slots filled."""
    plan = plan_for(school_level="THCS", school_year=compose().school_year)
    slots = slots_of(plan=plan, transcript=compose())
    return city().sign(compose(), skip=slots[count].key if count < len(slots) else "")


@pytest.mark.parametrize("kind", ["each signed", "sheet", "stamped"])
def test_both_roads_find_the_same(kind: str) -> None:
    short = verify._read_shortly(documents()[kind])
    assert short is not None
    assert short == verify._read_at_length(documents()[kind])


@pytest.mark.parametrize("kind", ["each signed", "sheet", "stamped"])
def test_another_byte_is_never_taken_where_the_long_road_would_not(kind: str) -> None:
    document, taken = documents()[kind], 0
    for place in range(0, len(document), 307):
        for other in (bytes([document[place] ^ 1]), b"", document[place : place + 1] * 2):
            short = verify._read_shortly(document[:place] + other + document[place + 1 :])
            if short is not None and other != document[place : place + 1]:
                taken += 1
                changed = document[:place] + other + document[place + 1 :]
                assert short == verify._read_at_length(changed)
    # The stamp of the last signature is covered by nothing: its own signature is asked later.
    assert bool(taken) is (kind == "stamped")


@pytest.mark.parametrize(
    ("found", "put"),
    [
        (b'"></Transform>', b'"/>'),
        (b"\n      <NGAY_KY>", b"\n     <NGAY_KY>"),
        (b"<SignatureValue ", b"<SignatureValue  "),
        (b"+07:00</NGAY_KY>", b"+0700</NGAY_KY>"),
        (b"</HOC_BA>\n", b"</HOC_BA>"),
        (b"</HOC_BA>\n", b"</HOC_BA>\n<!-- -->"),
        (b"  </DANH_SACH_THONG_TIN_KY>", b" </DANH_SACH_THONG_TIN_KY>"),
        (b"\n", b"\r\n"),
    ],
)
def test_another_spelling_of_the_same_is_left_to_the_long_road(found: bytes, put: bytes) -> None:
    document = issued().document
    assert found in document
    assert read_written(document.replace(found, put, 1)) is None


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_what_stands_is_the_same_from_bytes_and_tree(count: int) -> None:
    document = until(count)
    short, whole = standing._as_written(document), standing._from_tree(document)
    assert short is not None
    assert (short.transcript, short.plan, short.slots) == (
        whole.transcript,
        whole.plan,
        whole.slots,
    )
    assert short.filled == whole.filled
    for slot in whole.slots:
        names = [one for one in covered_names(slot, whole.slots) if not one.startswith("ky-")]
        names += sorted(whole.filled)
        assert short.digests(names) == whole.digests(names)


def test_signing_reads_another_layout_from_its_tree() -> None:
    document = until(2).replace(b'"></Transform>', b'"/>', 1)
    assert standing._as_written(document) is not None  # it splits; only a verdict looks closer
    moved = until(2).replace(b"    <GVBM Id", b"     <GVBM Id", 1)
    assert standing._as_written(moved) is None
    assert standing.standing_in(moved).filled == standing.standing_in(until(2)).filled
