"""The log's signed head: a C2SP note that only its own key, text and shape can open."""

from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.core.registry.checkpoint import (
    Checkpoint,
    key_id,
    note_body,
    open_checkpoint,
    sign_checkpoint,
    vkey,
)
from hocba.core.signing.keys import ed25519_verify

NAME = "nhat-ky.hocba.vn"
KEY = Ed25519PrivateKey.from_private_bytes(sha256(b"the log's key of these tests").digest())
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
VKEY = vkey(NAME, PUBLIC)
OTHER = Ed25519PrivateKey.from_private_bytes(sha256(b"somebody else's").digest())
OTHER_PUBLIC = OTHER.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
HEAD = Checkpoint(NAME, 42, bytes(range(32)))


def note_of(head: Checkpoint = HEAD, *, name: str = NAME) -> str:
    return sign_checkpoint(checkpoint=head, key_name=name, public_key=PUBLIC, sign=KEY.sign)


def signed_text(body: str) -> str:
    """Any text, rightly signed by the log's key: what is refused then is refused for its shape."""
    value = b64encode(key_id(name=NAME, public_key=PUBLIC) + KEY.sign(body.encode())).decode()
    return f"{body}\n— {NAME} {value}\n"


def opened(note: str, *keys: str) -> Checkpoint | None:
    return open_checkpoint(note=note, keys=keys or (VKEY,), verify=ed25519_verify)


def test_a_note_is_written_as_c2sp_says() -> None:
    body, _, line = note_of().partition("\n\n")
    assert body == f"{NAME}\n42\n{b64encode(HEAD.root).decode()}"
    dash, name, value = line.rstrip("\n").split(" ")
    assert (dash, name) == ("—", NAME)
    assert b64decode(value)[:4] == sha256(NAME.encode() + b"\n\x01" + PUBLIC).digest()[:4]
    assert ed25519_verify(PUBLIC, f"{body}\n".encode(), b64decode(value)[4:])


def test_the_published_key_of_the_go_checksum_database_gives_its_known_id() -> None:
    name, known, key = (
        "sum.golang.org",
        "033de0ae",
        "Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
    )
    public = b64decode(key)[1:]
    assert key_id(name=name, public_key=public).hex() == known
    assert vkey(name, public) == f"{name}+{known}+{key}"


@given(st.integers(0, 2**63), st.binary(min_size=32, max_size=32))
@settings(max_examples=40, deadline=None)
def test_what_was_signed_is_what_is_read(size: int, root: bytes) -> None:
    head = Checkpoint(NAME, size, root)
    assert opened(note_of(head)) == head


def test_one_good_key_among_several_is_enough() -> None:
    assert opened(note_of(), vkey(NAME, OTHER_PUBLIC), VKEY) == HEAD


def test_a_second_signature_by_a_stranger_does_no_harm() -> None:
    stranger = sign_checkpoint(
        checkpoint=HEAD, key_name="nguoi.la", public_key=OTHER_PUBLIC, sign=OTHER.sign
    )
    assert opened(note_of() + stranger.partition("\n\n")[2]) == HEAD


@pytest.mark.parametrize(
    "keys",
    [
        (vkey(NAME, OTHER_PUBLIC),),
        (vkey("nhat-ky.khac.vn", PUBLIC),),
        ("khong phai khoa",),
        (f"{NAME}+00000000+@@@@",),
    ],
    ids=["another key", "another name", "no key at all", "unreadable key"],
)
def test_another_key_does_not_open_it(keys: tuple[str, ...]) -> None:
    assert opened(note_of(), *keys) is None


def test_without_any_key_nothing_opens() -> None:
    assert open_checkpoint(note=note_of(), keys=(), verify=ed25519_verify) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (NAME + "\n42", "nhat-ky.gia.vn\n42"),
        ("\n42\n", "\n43\n"),
        ("\n42\n", "\n042\n"),
        ("AAEC", "AAED"),
        ("— ", "- "),
        ("— nhat", "— Nhat"),
    ],
    ids=["origin", "size", "size spelled otherwise", "root", "dash", "signer"],
)
def test_a_changed_note_does_not_open(before: str, after: str) -> None:
    note = note_of()
    assert before in note
    assert opened(note.replace(before, after, 1)) is None


def test_a_signature_has_one_spelling() -> None:
    """The last letter of base64 carries bits that mean nothing, and a line has one kind of end."""
    note = note_of()
    before, last = note[:-3], note[-3:]
    assert last[1:] == "=\n"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = letters[letters.index(last[0]) ^ 1]
    assert b64decode(f"{before.split(' ')[-1]}{twin}=") == b64decode(note.split(" ")[-1])
    assert opened(f"{before}{twin}=\n") is None
    assert opened(note[:-1]) is None
    assert opened(f"{note[:-1]}\r") is None


@pytest.mark.parametrize("place", range(0, len(note_of()), 3))
def test_no_character_of_a_note_can_change(place: int) -> None:
    note = note_of()
    other = "B" if note[place] != "B" else "C"
    assert opened(note[:place] + other + note[place + 1 :]) is None


@pytest.mark.parametrize(
    "body",
    [
        f"{NAME}\n42\n",
        f"{NAME}\n-1\n{b64encode(HEAD.root).decode()}\n",
        f"{NAME}\n042\n{b64encode(HEAD.root).decode()}\n",
        f"{NAME}\n٤٢\n{b64encode(HEAD.root).decode()}\n",
        f"{NAME}\n{'9' * 5000}\n{b64encode(HEAD.root).decode()}\n",
        f"{NAME}\n42\n{b64encode(HEAD.root[:31]).decode()}\n",
        f"{NAME}\n42\ngốc không phải base64\n",
        f"{NAME}\n42\n{b64encode(HEAD.root).decode()}\nmột dòng nữa\n",
    ],
    ids=[
        "no root",
        "negative",
        "leading zero",
        "arabic digits",
        "endless number",
        "short root",
        "root of words",
        "one line more",
    ],
)
def test_a_malformed_text_is_refused_even_when_rightly_signed(body: str) -> None:
    assert opened(signed_text(note_body(HEAD))) == HEAD
    assert opened(signed_text(body)) is None


@pytest.mark.parametrize(
    "note",
    ["", "\n\n", note_body(HEAD), "\ud800\n\n— a b\n", note_of() + "x" * 70_000],
    ids=["empty", "blank", "unsigned", "half a character", "too long"],
)
def test_what_is_no_note_does_not_open(note: str) -> None:
    assert opened(note) is None


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_text_makes_the_reader_fail(text: str) -> None:
    assert opened(text) is None
    assert opened(f"{note_body(HEAD)}\n— {NAME} {text}\n") is None
