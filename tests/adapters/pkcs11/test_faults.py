"""What goes wrong with tokens (RELIABILITY F11): told by a code, a PIN never tried again."""

import logging
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pkcs11
import pytest

from hocba.adapters.pkcs11_signer import (
    KeyAddress,
    Pkcs11CheckpointSigner,
    Pkcs11Signer,
    read_address,
)
from hocba.core.errors import HocbaError
from tests.adapters.pkcs11.conftest import TOKEN, Key
from tests.adapters.pkcs11.softhsm import PIN, SoftHsm

DIGESTS = tuple(sha256(b"%d" % number).digest() for number in range(6))
PIN_LOCKED, FINAL_TRY = 0x40000, 0x20000
URI = "pkcs11:token=t;object=k?module-path=/m.so"

pytestmark = pytest.mark.usefixtures("keys")


def code(address: KeyAddress, pin: Callable[[], str] | None = None) -> str:
    """The refusal on the way to one signature, "" when there is none."""
    try:
        with Pkcs11Signer(address, pin=pin) as signer:
            signer.sign_digests(DIGESTS[:1])
    except HocbaError as refusal:
        return refusal.code
    return ""


class Failing(tuple[bytes, ...]):
    """Digests in the middle of which something happens."""

    fault: Callable[[], object]

    def __iter__(self) -> Iterator[bytes]:
        """Give half of them, let it happen, give the rest."""
        rows = list(super().__iter__())
        yield from rows[:3]
        self.fault()
        yield from rows[3:]


def failing(fault: Callable[[], object]) -> Failing:
    """A batch with a fault in it."""
    batch = Failing(DIGESTS)
    batch.fault = fault
    return batch


@pytest.mark.parametrize("module", ["/nowhere/x.so", "/etc/passwd", "/usr/lib/os-release"])
def test_a_module_that_is_none(hsm: SoftHsm, module: str) -> None:
    assert code(KeyAddress(Path(module), TOKEN, label="rsa")) == "token.module_missing"


def test_what_is_not_there(hsm: SoftHsm) -> None:
    assert code(hsm.address("khong-co", "rsa")) == "token.missing"
    assert code(hsm.address(TOKEN, "khong-co")) == "token.key_missing"
    assert code(hsm.address(TOKEN, "log")) == "token.certificate_missing"
    assert code(hsm.address(TOKEN, "rsa", pin=None)) == "token.pin_missing"
    with pytest.raises(HocbaError, match=r"token\.key_missing"):
        Pkcs11CheckpointSigner(hsm.address(TOKEN, "rsa")).sign(b"")


def test_what_is_there_twice(hsm: SoftHsm, keys: dict[str, Key]) -> None:
    for key_id in (b"a", b"b"):
        hsm.put_key(TOKEN, "hai-khoa", keys["p256"], key_id)
    assert code(hsm.address(TOKEN, "hai-khoa")) == "token.key_ambiguous"
    by_id = hsm.uri(TOKEN, "hai-khoa").replace("?", ";id=%61?")
    assert code(read_address(by_id)) == "token.certificate_missing", "one key, by its CKA_ID"
    for _ in range(2):
        hsm.add_token("hai-token")
    assert code(hsm.address("hai-token", "rsa")) == "token.ambiguous"


def test_a_wrong_pin_is_tried_once(hsm: SoftHsm, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = hsm.address(TOKEN, "rsa", pin="sai-ma-pin")
    counted = pkcs11.lib(str(hsm.module)).get_token(token_label=TOKEN)
    assert not counted.flags & pkcs11.TokenFlag.USER_PIN_COUNT_LOW
    assert code(wrong) == "token.pin_wrong"
    told = pkcs11.lib(str(hsm.module)).get_token(token_label=TOKEN)
    assert told.flags & pkcs11.TokenFlag.USER_PIN_COUNT_LOW, "the token really saw the wrong PIN"
    assert code(hsm.address(TOKEN, "rsa")) == ""
    assert code(wrong) == "token.pin_wrong"
    again = pkcs11.lib(str(hsm.module)).get_token(token_label=TOKEN)
    assert not again.flags & pkcs11.TokenFlag.USER_PIN_COUNT_LOW, "and never saw it again"


def test_a_person_is_asked_where_no_file_has_the_pin(hsm: SoftHsm) -> None:
    asked: list[int] = []

    def ask() -> str:
        asked.append(1)
        return PIN

    assert code(hsm.address(TOKEN, "rsa", pin=None), ask) == ""
    assert asked == [1]


@pytest.mark.parametrize(
    ("flag", "told"), [(PIN_LOCKED, "token.pin_blocked"), (FINAL_TRY, "token.pin_last_try")]
)
def test_a_blocked_pin_is_not_tried_nor_the_last_try_used(
    hsm: SoftHsm, flag: int, told: str
) -> None:
    def ask() -> str:
        raise AssertionError("asked for a PIN that must not be tried")

    with hsm.flagged(flag):
        assert code(hsm.address(TOKEN, "rsa"), ask) == told
    assert code(hsm.address(TOKEN, "rsa")) == ""


def test_a_session_lost_between_batches_is_opened_again_once(hsm: SoftHsm) -> None:
    with Pkcs11Signer(hsm.address(TOKEN, "rsa")) as signer:
        before = signer.sign_digests(DIGESTS)
        pkcs11.lib(str(hsm.module)).reinitialize()
        assert signer.sign_digests(DIGESTS) == before


def test_a_token_pulled_between_batches_is_missing_until_it_is_back(hsm: SoftHsm) -> None:
    with Pkcs11Signer(hsm.address(TOKEN, "rsa")) as signer:
        before = signer.sign_digests(DIGESTS)
        with hsm.pulled(), pytest.raises(HocbaError, match=r"token\.missing"):
            signer.sign_digests(DIGESTS)
        assert signer.sign_digests(DIGESTS) == before


def test_an_operation_that_failed_is_not_repeated(hsm: SoftHsm) -> None:
    """The session is lost while signing: the batch ends, though opening it again would work."""
    restart = pkcs11.lib(str(hsm.module)).reinitialize
    with Pkcs11Signer(hsm.address(TOKEN, "rsa")) as signer:
        with pytest.raises(HocbaError, match=r"token\.session_lost"):
            signer.sign_digests(failing(restart))
        assert len(signer.sign_digests(DIGESTS)) == len(DIGESTS)


def test_a_token_pulled_in_the_middle_of_a_batch_ends_it(hsm: SoftHsm) -> None:
    with Pkcs11Signer(hsm.address(TOKEN, "rsa")) as signer:
        try:
            with pytest.raises(HocbaError, match=r"token\.session_lost"):
                signer.sign_digests(failing(hsm.pull))
        finally:
            hsm.plug_in()


def test_the_pin_is_shown_nowhere(hsm: SoftHsm, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    address = hsm.address(TOKEN, "rsa")
    with Pkcs11Signer(address) as signer:
        signer.sign_digests(DIGESTS)
        shown = repr((address, signer, vars(signer), vars(signer._session)))
    assert PIN not in shown.replace(str(address.pin_file), "")
    assert PIN not in caplog.text
    wrong = "sai-va-bi-mat"
    with pytest.raises(HocbaError) as caught:
        Pkcs11Signer(address, pin=lambda: wrong).__enter__()
    assert wrong not in repr((caught.value, caught.value.__cause__, caught.value.params))


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "file:/etc/passwd",
        "pkcs11:token=t?module-path=/m.so",
        "pkcs11:object=k?module-path=/m.so",
        "pkcs11:token=t;object=k",
        "pkcs11:token=t;object=k?module-path=m.so",
        f"{URI}&pin-value=1234",
        f"{URI}&pin-source=|cat",
        f"{URI}&module-path=/other.so",
        "pkcs11:token=%ff;object=k?module-path=/m.so",
        "pkcs11:token;object=k?module-path=/m.so",
    ],
)
def test_an_address_that_is_none_is_refused(uri: str) -> None:
    with pytest.raises(HocbaError, match=r"token\.address"):
        read_address(uri)


def test_an_address_names_what_rfc_7512_says() -> None:
    found = read_address(
        "pkcs11:token=H%E1%BB%8Dc%20b%E1%BA%A1;serial=0a;object=d%3Bu;id=%01%02;type=private"
        "?module-path=/m.so&pin-source=file:/etc/pin"
    )
    assert found == KeyAddress(Path("/m.so"), "Học bạ", "0a", "d;u", b"\x01\x02", Path("/etc/pin"))
