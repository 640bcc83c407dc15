"""The QR code on paper: what it proves, and that nothing else passes for it."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import shake_128
from zlib import compress

import base45 as other_base45
import pytest
import segno
from cwt import COSE, COSEKey
from hypothesis import given
from hypothesis import strategies as st

from hocba.core.claim_subjects import name_of
from hocba.core.errors import HocbaError
from hocba.core.offline import verify_claim
from hocba.core.registry import base45, cbor, cose
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.registry.qr_claim import PREFIX, ClaimedResult, claim_text, read_claim, read_text
from tests.core.offline import claims
from tests.core.verification.issued import NOW, issued

SIGNED = claims.signed(claims.claim())
TEXT = claim_text(SIGNED)
LETTERS = "".join(chr(0x1EA0 + one % 90) for one in shake_128(b"").digest(600))


def test_the_claim_says_who_which_file_and_which_results() -> None:
    verdict = verify_claim(text=TEXT, trust=claims.trust(), listed=claims.listing(), at=NOW)
    transcript, claim = issued().transcript, verdict.claim
    assert claim is not None
    assert verdict.word.value == "hop_le"
    assert (claim.full_name, claim.birth_date) == (
        transcript.student.full_name,
        transcript.student.birth_date,
    )
    assert claim.lookup_start.hex() == transcript.lookup_uuid[:8]
    assert claim.school_year == transcript.school_year
    assert [(name_of(one.subject), one.year) for one in claim.results] == [
        (row.name, row.year) for row in transcript.subjects
    ]


def test_it_fits_a_qr_code_of_version_19_and_is_packed_tight() -> None:
    code = segno.make(TEXT, error="m", micro=False, boost_error=False)
    assert code.mode == "alphanumeric"
    assert code.version <= 15
    long = claims.claim(full_name="Công Tằng Tôn Nữ " * 5, school_name=LETTERS[:300])
    text = claims.text(long)
    assert segno.make(text, error="m", micro=False, boost_error=False).version <= 19
    assert read_text(text)[0].school_name == ""
    with pytest.raises(HocbaError, match=r"claim\.too_large"):
        claims.signed(claims.claim(full_name=LETTERS))


@pytest.mark.parametrize(
    "printed", ["7.3", "10.0", "0.0", "Đ", "CĐ", "", "Tốt", "7", "07.3", "7.30", "7,3", "100.5"]
)
def test_every_printed_result_comes_back(printed: str) -> None:
    result = ClaimedResult(3, printed, printed)
    (back,) = read_text(claims.text(claims.claim(results=(result,))))[0].results
    assert back == result


def test_outsiders_take_it_apart() -> None:
    """base45 by its own package, COSE by python-cwt, CBOR by cbor2."""
    packed = other_base45.b45decode(TEXT.removeprefix(PREFIX))
    assert packed == compress(SIGNED, 9)
    x, y = claims.public_key()[1:33], claims.public_key()[33:]
    key = COSEKey.new({1: 2, 3: -7, -1: 1, -2: x, -3: y, 2: cose.key_id(claims.public_key())})
    payload = COSE.new().decode(SIGNED, key)
    values = cbor.decode(payload) if isinstance(payload, bytes) else payload
    assert values[-65537][2] == issued().transcript.student.full_name
    assert values[6] == int(NOW.timestamp())


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, "chua_kiem_tra_duoc"),
        ({"signed_at": claims.SINCE - timedelta(days=1)}, "khong_phai_cua_truong"),
        ({"signed_at": NOW + timedelta(days=1)}, "khong_phai_cua_truong"),
    ],
)
def test_a_key_vouches_for_its_own_days_alone(change: dict[str, object], word: str) -> None:
    assert claims.word(claims.text(claims.claim(**change))) == word


def test_a_key_that_is_not_listed_vouches_for_nothing() -> None:
    verdict = verify_claim(
        text=claims.text(key="other"), trust=claims.trust(), listed=claims.listing(), at=NOW
    )
    assert (verdict.word.value, verdict.claim) == ("chua_kiem_tra_duoc", None)
    ended = claims.portal(until=NOW - timedelta(days=1))
    assert claims.word(TEXT, claims.listing(), ended) == "khong_phai_cua_truong"


@pytest.mark.parametrize(
    ("listed", "word", "reason"),
    [
        (None, "chua_kiem_tra_duoc", "status.none"),
        (claims.listing(), "hop_le", ""),
        (claims.listing(TranscriptState.RECALLED), "da_thu_hoi", "log.recalled"),
        (claims.listing(TranscriptState.REPLACED), "da_thay_the", "log.replaced"),
        (claims.listing(TranscriptState.COURT_SEALED), "chua_kiem_tra_duoc", "log.court_sealed"),
        (claims.listing(size=claims.INDEX), "chua_kiem_tra_duoc", "status.not_listed"),
        (claims.listing(origin="khac.vn"), "chua_kiem_tra_duoc", "status.not_listed"),
        (
            claims.listing(at=NOW - timedelta(days=8)),
            "chua_kiem_tra_duoc",
            "status.out_of_date",
        ),
        (
            claims.listing(TranscriptState.RECALLED, at=NOW - timedelta(days=8)),
            "da_thu_hoi",
            "log.recalled",
        ),
    ],
)
def test_the_list_says_whether_it_still_holds(listed: object, word: str, reason: str) -> None:
    verdict = verify_claim(text=TEXT, trust=claims.trust(), listed=listed, at=NOW)
    assert verdict.word.value == word
    assert [one.code for one in verdict.in_force.reasons] == ([reason] if reason else [])


@given(place=st.integers(0, len(SIGNED) - 1), value=st.integers(1, 255))
def test_every_altered_byte_is_refused(place: int, value: int) -> None:
    altered = bytearray(SIGNED)
    altered[place] ^= value
    verdict = verify_claim(
        text=claim_text(bytes(altered)), trust=claims.trust(), listed=claims.listing(), at=NOW
    )
    assert verdict.claim is None
    assert verdict.word.value in ("khong_phai_cua_truong", "chua_kiem_tra_duoc")


@given(place=st.integers(0, len(TEXT) - 1), letter=st.sampled_from("0123456789ABCXYZ $%*+-./:á"))
def test_an_altered_letter_is_refused_or_says_the_same(place: int, letter: str) -> None:
    """Unused bits at the end of a deflate stream may be anything; what is signed may not."""
    altered = TEXT[:place] + letter + TEXT[place + 1 :]
    verdict = verify_claim(text=altered, trust=claims.trust(), listed=claims.listing(), at=NOW)
    assert verdict.claim in (None, claims.claim())


@given(st.text() | st.text("0123456789ABCDEF $%*+-./:").map(lambda one: PREFIX + one))
def test_no_random_text_passes(text: str) -> None:
    assert claims.word(text, claims.listing()) == "khong_phai_cua_truong"


@given(st.binary(max_size=300).map(lambda one: PREFIX + base45.encode(compress(one))))
def test_no_random_bytes_pass(text: str) -> None:
    assert claims.word(text, claims.listing()) == "khong_phai_cua_truong"


def test_a_bomb_is_not_unpacked() -> None:
    bomb = PREFIX + base45.encode(compress(bytes(200_000), 9))
    assert len(bomb) < 900
    assert claims.word(bomb) == "khong_phai_cua_truong"


@pytest.mark.parametrize(
    "payload",
    [
        {6: 1, -65537: {}},
        {6: 1},
        {6: -1, -65537: {1: 1}},
        [],
        7,
        {6: 2**64 - 1, -65537: {1: 1}},
    ],
)
def test_what_is_signed_must_be_a_claim(payload: object) -> None:
    data = cose.SignedBytes(b"12345678", "", cbor.encode(payload), bytes(64))
    with pytest.raises(ValueError, match="."):
        read_claim(data)


@given(
    name=st.text(max_size=20),
    birth=st.dates(),
    index=st.integers(0, 2**40),
    results=st.lists(
        st.builds(
            ClaimedResult,
            st.integers(0, 30) | st.text(max_size=5),
            st.from_regex(r"(\d{1,2}\.\d|Đ|CĐ|)", fullmatch=True),
        ),
        max_size=4,
    ).map(tuple),
    completes=st.sampled_from([None, True, False]),
)
def test_reading_gives_back_what_was_written(
    name: str,
    birth: date,
    index: int,
    results: tuple[ClaimedResult, ...],
    completes: bool | None,
) -> None:
    made = replace(
        claims.claim(),
        full_name=name,
        birth_date=birth,
        index=index,
        results=results,
        completes_level=completes,
    )
    assert read_claim(cose.read(claims.signed(made))) == made
