"""Time-stamps on signatures: what they prove, where they may stand, which are refused."""

from contextlib import suppress
from datetime import timedelta
from functools import cache
from itertools import pairwise

import pytest

from hocba.adapters.revocation import RevocationSource
from hocba.adapters.timestamping import HttpTimeStamper
from hocba.core.errors import HocbaError
from hocba.core.signing.rounds import add_stamp, stamp_digest
from hocba.core.signing.timestamps import read_stamp
from hocba.core.signing.trust import Evidence
from hocba.core.signing.verdict import DocumentVerdict, Indication
from hocba.core.signing.verify import verify_document
from tests.core.verification.issued import NOW, SIGNED_AT
from tests.pki import Pki, pki
from tests.pki.signing import signed

ORDER = ["GVBM-1", "GVBM-2", "GVCN", "CBQL", "KY_PHAT_HANH"]
LABELS = ("principal", "seal", "teacher-1", "teacher-2", "homeroom", "tsa")


@cache
def evidence(*labels: str) -> Evidence:
    """What the authorities say at the time of the verdict."""
    city = pki()
    city.reset()
    city.now = NOW
    return RevocationSource(city.fetcher()).evidence(
        certificates=[city.certificate(one) for one in (*LABELS, *labels)],
        trust=city.trust(),
        at=NOW,
    )


def judged(document: bytes, *labels: str) -> DocumentVerdict:
    """The verdict with all revocation answers at hand."""
    return verify_document(
        document=document, trust=pki().trust(), at=NOW, evidence=evidence(*labels)
    )


@cache
def good() -> bytes:
    """The transcript with both stamps."""
    return signed(pki())


def stamp(document: bytes, slot_key: str, tsa: str = "tsa") -> bytes:
    """A token for a slot, from one of the authorities."""
    clock = HttpTimeStamper(pki().tsa(tsa), pki().fetcher())
    return clock.stamp(stamp_digest(document=document, slot_key=slot_key))


def test_a_stamp_proves_the_time_of_principal_and_seal() -> None:
    verdict = judged(good())
    assert (verdict.indication, verdict.reasons) == (Indication.TOTAL_PASSED, ())
    proven = {one.slot: one.proven_time for one in verdict.signatures}
    assert [proven[key] for key in ORDER[:3]] == [None, None, None]
    assert proven["CBQL"] == SIGNED_AT + timedelta(minutes=4)
    assert proven["KY_PHAT_HANH"] == SIGNED_AT + timedelta(minutes=5)


def test_the_seal_covers_the_stamp_of_the_principal() -> None:
    start = good().index(b"<xades:UnsignedProperties>")
    end = good().index(b"</xades:UnsignedProperties>") + len(b"</xades:UnsignedProperties>")
    assert start < good().index(b"<KY_PHAT_HANH")
    without = good()[:start] + good()[end:]
    verdict = judged(without)
    assert verdict.indication is Indication.TOTAL_FAILED
    assert [one.slot for one in verdict.signatures if one.reasons] == ["KY_PHAT_HANH"]


def test_without_an_authority_the_stated_time_stands() -> None:
    verdict = judged(signed(pki(), tsa=""))
    assert verdict.indication is Indication.TOTAL_PASSED
    assert {one.proven_time for one in verdict.signatures} == {None}


@pytest.mark.parametrize("label", ["principal-revoked-after", "principal-expired-later"])
def test_what_ended_after_the_stamp_spoils_nothing(label: str) -> None:
    document = signed(pki(), holders={"CBQL": label})
    assert judged(document, label).indication is Indication.TOTAL_PASSED


def test_a_stolen_key_cannot_sign_into_the_past() -> None:
    """Stated before the revocation, stamped after it: the stamp counts."""
    label = "principal-revoked-after"
    document = signed(pki(), holders={"CBQL": label}, late=timedelta(days=7))
    verdict = judged(document, label)
    assert verdict.indication is Indication.TOTAL_FAILED
    (principal,) = [one for one in verdict.signatures if one.slot == "CBQL"]
    assert [one.code for one in principal.reasons] == ["certificate.revoked"]
    assert principal.signing_time is not None
    assert principal.signing_time < SIGNED_AT + timedelta(days=1)


@pytest.mark.parametrize(
    ("tsa", "indication"),
    [("tsa-expired", Indication.TOTAL_FAILED), ("tsa-any-purpose", Indication.TOTAL_FAILED)],
)
def test_a_clock_that_may_not_stamp_is_refused(tsa: str, indication: Indication) -> None:
    verdict = judged(signed(pki(), tsa=tsa))
    assert verdict.indication is indication
    assert "timestamp.authority" in {one.code for one in verdict.reasons}


def test_a_clock_of_another_root_proves_nothing() -> None:
    verdict = verify_document(
        document=good(), trust=pki().trust(anchors=("other-root",)), at=NOW, evidence=evidence()
    )
    assert verdict.indication is Indication.INDETERMINATE
    assert {one.proven_time for one in verdict.signatures} == {None}


def test_a_signature_stated_after_its_stamp_is_refused() -> None:
    verdict = judged(signed(pki(), late=timedelta(hours=-1)))
    assert "timestamp.before_signature" in {one.code for one in verdict.reasons}


def test_a_stamp_of_another_signature_is_not_taken() -> None:
    document = signed(pki(), until="KY_PHAT_HANH", tsa="")
    token = stamp(document, "GVCN")
    with pytest.raises(HocbaError, match=r"timestamp\.other_data"):
        add_stamp(document=document, slot_key="CBQL", token=token)


def test_nothing_is_stamped_twice_or_too_late() -> None:
    document = signed(pki(), until="KY_PHAT_HANH")
    with pytest.raises(HocbaError, match=r"timestamp\.already"):
        stamp_digest(document=document, slot_key="CBQL")
    with pytest.raises(HocbaError, match=r"signing\.slot_unknown"):
        stamp_digest(document=document, slot_key="KY_PHAT_HANH")
    token = stamp(document, "GVCN")
    with pytest.raises(HocbaError, match=r"signing\.slot_taken"):
        add_stamp(document=document, slot_key="GVCN", token=token)


def test_every_byte_of_a_token_counts() -> None:
    """Flip bits all over the token: it reads as another token or not at all, never as the same."""
    document = signed(pki(), until="KY_PHAT_HANH", tsa="")
    digest = stamp_digest(document=document, slot_key="CBQL")
    token = stamp(document, "CBQL")
    honest = read_stamp(token=token, imprint=digest)
    for place in range(0, len(token), 7):
        bent = bytearray(token)
        bent[place] ^= 0x41
        with suppress(HocbaError):  # any other error fails the test
            read = read_stamp(token=bytes(bent), imprint=digest)
            # What is still taken differs only in the unsigned dress of the token.
            assert (read.time, read.authority) == (honest.time, honest.authority)


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"\x30\x80\x00", b"x" * 40_000])
def test_junk_is_no_stamp(junk: bytes) -> None:
    with pytest.raises(HocbaError, match=r"timestamp\.unreadable"):
        read_stamp(token=junk, imprint=b"\x00" * 32)


def test_a_moved_or_doubled_stamp_is_refused() -> None:
    document = good()
    pieces = document.split(b"<xades:UnsignedProperties>")
    ends = [one.index(b"</xades:UnsignedProperties>") for one in pieces[1:]]
    tokens = [one[:end] for one, end in zip(pieces[1:], ends, strict=True)]
    assert len(tokens) == 2
    swapped = document.replace(tokens[0], b"@").replace(tokens[1], tokens[0])
    doubled = document.replace(tokens[1], tokens[1] + tokens[1])
    for forged in (swapped.replace(b"@", tokens[1]), doubled):
        assert judged(forged).indication is Indication.TOTAL_FAILED


def test_the_order_of_time_is_that_of_the_plan() -> None:
    times = [one.signing_time for one in judged(good()).signatures]
    assert all(first and then and first <= then for first, then in pairwise(times))


@pytest.fixture(autouse=True)
def _fresh_clock() -> None:
    city: Pki = pki()
    city.reset()
