"""The status list: two bits for each, signed, dated; beside a bundle it tells what came later."""

from dataclasses import replace
from datetime import timedelta
from zlib import compress, decompress

import cbor2
import pytest
from cwt import COSE, COSEKey
from hypothesis import given
from hypothesis import strategies as st

from hocba.core.errors import HocbaError
from hocba.core.offline import open_list, with_status_list
from hocba.core.registry import cbor, cose
from hocba.core.registry.entry import EntryKind
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.registry.status_list import MEDIA_TYPE, StatusList, pack_states, read_list
from hocba.core.signing.trust import PortalKey, dump_trust, load_trust
from hocba.core.verification import PublicVerdict, verify_bundle
from tests.core.offline import claims
from tests.core.verification.issued import NOW, ORIGIN, city, issued

STATES = st.sampled_from(
    [
        TranscriptState.IN_FORCE,
        TranscriptState.RECALLED,
        TranscriptState.REPLACED,
        TranscriptState.COURT_SEALED,
    ]
)
TOKEN = claims.token(claims.listing(TranscriptState.RECALLED))


@given(st.lists(STATES, max_size=40))
def test_what_was_listed_is_read_back(states: list[TranscriptState]) -> None:
    kept = {at: one for at, one in enumerate(states) if one is not TranscriptState.IN_FORCE}
    bits = pack_states(size=len(states), states=kept)
    listed = replace(claims.listing(), size=len(states), bits=bits)
    read, _ = read_list(claims.token(listed))
    assert read == listed
    assert [read.state(at) for at in range(len(states))] == states
    assert read.state(len(states)) is read.state(-1) is None


def test_bits_lie_as_in_the_example_of_the_specification() -> None:
    """draft-ietf-oauth-status-list: two bits a status, lowest bits first, packed with zlib."""
    statuses = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    states = ["in_force", "recalled", "court_sealed", "replaced"]
    meant = {at: TranscriptState(states[one]) for at, one in enumerate(statuses)}
    meant = {at: one for at, one in meant.items() if one is not TranscriptState.IN_FORCE}
    assert pack_states(size=12, states=meant) == bytes.fromhex("c944f9")
    example = bytes.fromhex("78da3be9f2130003df0207")
    assert decompress(example) == bytes.fromhex("c944f9")


def test_an_outsider_reads_the_token() -> None:
    x, y = claims.public_key()[1:33], claims.public_key()[33:]
    key = COSEKey.new({1: 2, 3: -7, -1: 1, -2: x, -3: y, 2: cose.key_id(claims.public_key())})
    payload = COSE.new().decode(TOKEN, key)
    values = cbor2.loads(payload) if isinstance(payload, bytes) else payload
    headers = cbor2.loads(cbor2.loads(TOKEN).value[0])
    assert headers[16] == MEDIA_TYPE
    assert values[2] == claims.ADDRESS
    assert values[65533]["bits"] == 2
    assert (values[4] - values[6], values[65534]) == (7 * 24 * 3600, 43200)


def opened(data: bytes, *keys: PortalKey) -> StatusList:
    return open_list(data=data, trust=claims.trust(*keys), at=NOW)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "status.unreadable"),
        (claims.signed(claims.claim()), "status.unreadable"),
        (claims.token(claims.listing(), "other"), "status.unknown_key"),
        (claims.token(claims.listing(origin="khac.vn")), "status.unknown_key"),
        (claims.token(claims.listing(at=claims.SINCE - timedelta(1))), "status.unknown_key"),
        (claims.token(claims.listing(at=NOW + timedelta(1))), "status.future"),
        (TOKEN[:-1] + bytes([TOKEN[-1] ^ 1]), "status.signature"),
    ],
)
def test_a_list_that_cannot_be_trusted_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(HocbaError) as refused:
        opened(data)
    assert refused.value.code == code


@given(place=st.integers(0, len(TOKEN) - 1), value=st.integers(1, 255))
def test_every_altered_byte_is_refused(place: int, value: int) -> None:
    altered = bytearray(TOKEN)
    altered[place] ^= value
    with pytest.raises(HocbaError, match=r"status\."):
        opened(bytes(altered))


@pytest.mark.parametrize("size", [-1, 10**9, 41, "9"])
def test_a_list_with_another_size_than_its_bits_is_refused(size: object) -> None:
    values = {1: ORIGIN, 2: "", 4: 9, 6: 1, -65537: size}
    values[65533] = {"bits": 2, "lst": compress(bytes(10))}  # type: ignore[assignment]
    token = cose.sign(
        payload=cbor.encode(values),
        public_key=claims.public_key(),
        sign_message=lambda _: bytes(64),
        media_type=MEDIA_TYPE,
    )
    with pytest.raises(HocbaError, match=r"status\.unreadable"):
        read_list(token)


def judged(state: TranscriptState, *kinds: EntryKind, days_ago: int = 0) -> PublicVerdict:
    bundle = city().bundle(issued().document, *kinds)
    verdict = verify_bundle(bundle=bundle, trust=claims.trust(), at=NOW)
    listed = claims.listing(state, at=NOW - timedelta(days=days_ago))
    return with_status_list(verdict=verdict, listed=listed, at=NOW)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (TranscriptState.IN_FORCE, "hop_le"),
        (TranscriptState.RECALLED, "da_thu_hoi"),
        (TranscriptState.REPLACED, "da_thay_the"),
        (TranscriptState.COURT_SEALED, "chua_kiem_tra_duoc"),
    ],
)
@pytest.mark.parametrize("days_ago", [0, 9])
def test_a_bundle_learns_what_came_after_its_checkpoint(
    state: TranscriptState, word: str, days_ago: int
) -> None:
    verdict = judged(state, EntryKind.ISSUED, days_ago=days_ago)
    assert verdict.word.value == word
    assert verdict.listed is not None
    assert verdict.listed.out_of_date == (days_ago > 7)


def test_an_older_list_takes_no_recall_back() -> None:
    verdict = judged(TranscriptState.IN_FORCE, EntryKind.ISSUED, EntryKind.RECALLED)
    assert verdict.word.value == "da_thu_hoi"


def test_a_list_of_another_log_says_nothing() -> None:
    verdict = verify_bundle(bundle=issued().bundle, trust=claims.trust(), at=NOW)
    listed = claims.listing(TranscriptState.RECALLED, origin="khac.vn")
    assert with_status_list(verdict=verdict, listed=listed, at=NOW) == verdict


def test_a_forged_document_stays_forged_whatever_the_list_says() -> None:
    bundle = city().bundle(issued().document.replace(b"Kinh", b"Kinx"), about=issued().document)
    verdict = verify_bundle(bundle=bundle, trust=claims.trust(), at=NOW)
    listed = claims.listing(TranscriptState.RECALLED)
    judged = with_status_list(verdict=verdict, listed=listed, at=NOW)
    assert judged.word.value == "khong_phai_cua_truong"


def test_the_trust_file_keeps_the_portals_keys_and_older_files_are_read() -> None:
    both = claims.trust(claims.portal(until=NOW), replace(claims.portal(), valid_from=NOW))
    assert load_trust(dump_trust(both)) == both
    without = dump_trust(city().trust)
    assert b"portal_keys" not in without
    assert load_trust(without).portal_keys == ()
    broken = dump_trust(claims.trust()).replace(b'"public_key": "B', b'"public_key": "A')
    with pytest.raises(HocbaError, match=r"trust\.unreadable"):
        load_trust(broken)
