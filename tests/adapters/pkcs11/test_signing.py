"""Keys in a real token sign what ours and others verify."""

import threading
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from hocba.adapters.pkcs11_signer import (
    Pkcs11CheckpointSigner,
    Pkcs11PortalSigner,
    Pkcs11Signer,
)
from hocba.core.errors import HocbaError
from hocba.core.registry.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint, vkey
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.keys import algorithm_for, ed25519_verify, es256_verify, verify_value
from hocba.core.signing.ports import CheckpointSigner, PortalSigner, Signer
from tests.adapters.pkcs11.conftest import TOKEN, Key, self_signed
from tests.adapters.pkcs11.softhsm import SoftHsm

DIGESTS = tuple(sha256(b"%d" % number).digest() for number in range(20))
Keys = dict[str, Key]


def signed(signer: Signer, digests: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Through the port, as every caller does."""
    return signer.sign_digests(digests)


def test_rsa_in_the_token_gives_the_bytes_of_rsa_elsewhere(hsm: SoftHsm, keys: Keys) -> None:
    with Pkcs11Signer(hsm.address(TOKEN, "rsa")) as signer:
        values = signed(signer, DIGESTS)
    plain = Prehashed(hashes.SHA256())
    assert values == tuple(keys["rsa"].sign(one, padding.PKCS1v15(), plain) for one in DIGESTS)


@pytest.mark.parametrize(("label", "size"), [("p256", 64), ("p384", 96)])
def test_ecdsa_comes_as_r_and_s(hsm: SoftHsm, keys: Keys, label: str, size: int) -> None:
    with Pkcs11Signer(hsm.address(TOKEN, label)) as signer:
        values = signed(signer, DIGESTS)
        key = read_certificate(signer.certificate).public_key
    assert key == keys[label].public_key()
    for digest, value in zip(DIGESTS, values, strict=True):
        assert len(value) == size
        assert verify_value(key=key, algorithm=algorithm_for(key), digest=digest, value=value)


def test_the_newest_certificate_of_a_key_is_taken_unless_one_is_wanted(
    hsm: SoftHsm, keys: Keys
) -> None:
    key = new_key(hsm, "hai-chung-thu")
    older, newer = self_signed(key), self_signed(key, days=300)
    for der in (newer, older):
        hsm.put_certificate(TOKEN, "hai-chung-thu", der, b"hai-chung-thu")
    address = hsm.address(TOKEN, "hai-chung-thu")
    with Pkcs11Signer(address) as signer:
        assert signer.certificate == newer
    with Pkcs11Signer(address, certificate=older) as signer:
        assert signer.certificate == older
    with pytest.raises(HocbaError, match=r"token\.other_certificate"):
        Pkcs11Signer(address, certificate=self_signed(new_key(hsm, "la"))).__enter__()


def test_an_hsm_that_holds_no_certificates_signs_for_the_known_one(
    hsm: SoftHsm, keys: Keys
) -> None:
    key = new_key(hsm, "chi-khoa")
    address = hsm.address(TOKEN, "chi-khoa")
    with pytest.raises(HocbaError, match=r"token\.certificate_missing"):
        Pkcs11Signer(address).__enter__()
    with Pkcs11Signer(address, certificate=self_signed(key)) as signer:
        assert len(signed(signer, DIGESTS[:2])) == 2
    with (
        Pkcs11Signer(address, certificate=self_signed(new_key(hsm, "khac"))) as signer,
        pytest.raises(HocbaError, match=r"signing\.invalid_signature"),
    ):
        signed(signer, DIGESTS[:1])


def test_the_log_is_signed_in_the_token(hsm: SoftHsm, keys: Keys) -> None:
    signer: CheckpointSigner = Pkcs11CheckpointSigner(hsm.address(TOKEN, "log"))
    checkpoint = Checkpoint("nhat-ky.example", 7, bytes(range(32)))
    note = sign_checkpoint(
        checkpoint=checkpoint,
        key_name="nhat-ky.example",
        public_key=signer.public_key,
        sign=signer.sign,
    )
    known = [vkey("nhat-ky.example", signer.public_key)]
    assert open_checkpoint(note=note, keys=known, verify=ed25519_verify) == checkpoint
    long = bytes(200_000)
    assert ed25519_verify(signer.public_key, long, signer.sign(long))


def test_the_portal_signs_in_the_token(hsm: SoftHsm, keys: Keys) -> None:
    hsm.make_p256(TOKEN, "portal")
    signer: PortalSigner = Pkcs11PortalSigner(hsm.address(TOKEN, "portal"))
    long = bytes(200_000)
    assert es256_verify(signer.public_key, long, signer.sign(long))
    assert not es256_verify(signer.public_key, b"", signer.sign(long))
    for label, code in (("log", "token.key_kind"), ("rsa", "token.key_missing")):
        with pytest.raises(HocbaError, match=code):
            Pkcs11PortalSigner(hsm.address(TOKEN, label)).sign(b"x")


def test_two_keys_of_one_token_at_once(hsm: SoftHsm, keys: Keys) -> None:
    """A process has one login per token; the inner session neither asks again nor logs out."""
    log = Pkcs11CheckpointSigner(hsm.address(TOKEN, "log"))
    with Pkcs11Signer(hsm.address(TOKEN, "rsa")) as signer:
        before = signed(signer, DIGESTS[:1])
        assert ed25519_verify(log.public_key, b"x", log.sign(b"x"))
        assert signed(signer, DIGESTS[:1]) == before


def test_threads_wait_for_each_other(hsm: SoftHsm, keys: Keys) -> None:
    faults: list[Exception] = []
    addresses = {label: hsm.address(TOKEN, label) for label in ("rsa", "p256")}

    def work(label: str) -> None:
        try:
            for _ in range(5):
                with Pkcs11Signer(addresses[label]) as signer:
                    signed(signer, DIGESTS[:5])
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(label,)) for label in [*addresses] * 2]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not faults


def new_key(hsm: SoftHsm, label: str) -> Key:
    """Another key in the token, with no certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    hsm.put_key(TOKEN, label, key, label.encode())
    return key
