"""Paths of strangers: each break has its own code, and a heap of certificates costs little."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hocba.core.signing import path_material
from hocba.core.signing.path import PathQuestion, check_path, judge_path
from hocba.core.signing.verdict import Indication

AT = datetime(2025, 6, 1, tzinfo=UTC)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def name(text: str) -> x509.Name:
    """A name of one part."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def made(
    subject: str, key: Key, issuer: str, by: Key, *, ca: bool = True, length: int | None = None,
    extension: x509.ExtensionType | None = None,
) -> bytes:  # fmt: skip
    """A certificate, DER."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - timedelta(days=9))
        .not_valid_after(AT + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=length), critical=True)
    )
    if extension is not None:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(by, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def keys() -> list[Key]:
    """Keys of root, issuer, end, and a stranger; and a weak one."""
    weak = rsa.generate_private_key(65537, 1024)
    return [*(ec.generate_private_key(ec.SECP256R1()) for _ in range(4)), weak]


def question(end: bytes, chain: tuple[bytes, ...], anchor: bytes) -> PathQuestion:
    """A path asked about without revocation."""
    return PathQuestion(end, chain, (anchor,), (), AT, require_revocation=False)


BREAKS = {
    "certificate.signature": {"signer": 3},
    "certificate.issuer": {"ca": False},
    "certificate.path_length": {"length": 0},
    "certificate.names": {
        "extension": x509.NameConstraints([x509.DirectoryName(name("khác"))], None)
    },
    "certificate.critical_extension": {
        "extension": x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    },
    "certificate.algorithm": {"signer": 4},
}


@pytest.mark.parametrize("code", BREAKS)
def test_each_break_has_its_code(keys: list[Key], code: str) -> None:
    root, issuer, end, _, weak = keys
    changes = dict(BREAKS[code])
    signer = keys[changes.pop("signer", 0)]  # type: ignore[call-overload]
    root = weak if signer is weak else root
    anchor = made("gốc", root, "gốc", root)
    chain = [made("cấp", issuer, "gốc", signer, **changes)]  # type: ignore[arg-type]
    if code == "certificate.path_length":
        chain.append(made("cấp 2", end, "cấp", issuer))
        last = made("người", end, "cấp 2", end, ca=False)
    else:
        last = made("người", end, "cấp", issuer, ca=False)
    verdict = judge_path(question=question(last, tuple(chain), anchor))
    assert (verdict.reasons[0].code, verdict.path[0]) == (code, last)
    assert verdict.indication is not Indication.TOTAL_PASSED


def test_a_good_path_is_told_to_its_anchor(keys: list[Key]) -> None:
    root, issuer, end, stranger, _ = keys
    anchor = made("gốc", root, "gốc", root)
    chain = made("cấp", issuer, "gốc", root)
    last = made("người", end, "cấp", issuer, ca=False)
    asked = question(last, (chain, made("lạ", stranger, "gốc", root)), anchor)
    verdict = judge_path(question=asked)
    assert (verdict.indication, verdict.path) == (Indication.TOTAL_PASSED, (last, chain, anchor))
    assert check_path(question=asked) == (Indication.TOTAL_PASSED, ())
    alone = judge_path(question=question(made("a", end, "a", end), (), anchor))
    assert alone.reasons[0].code == "certificate.no_path"
    assert judge_path(question=replace(asked, certificate=b"\x30\x00")).reasons[0].code == (
        "certificate.unreadable"
    )


def test_namesakes_that_vouch_in_circles_are_not_followed_for_ever(
    keys: list[Key], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, issuer, end, stranger, _ = keys
    monkeypatch.setattr(path_material, "MOST_SIGNATURE_CHECKS", 20)
    anchor = made("gốc", root, "gốc", root)
    heap = tuple(
        made(f"cấp {one}", issuer, by, stranger)
        for one in range(4)
        for by in ("gốc", *(f"cấp {other}" for other in range(4) if other != one))
    )
    last = made("người", end, "cấp 0", stranger, ca=False)
    verdict = judge_path(question=question(last, heap, anchor))
    assert verdict.indication is Indication.INDETERMINATE
    assert verdict.reasons[0].code == "certificate.too_complex"


def test_an_anchor_is_bound_by_its_own_certificate(keys: list[Key]) -> None:
    root, _, end, _, _ = keys
    only = x509.NameConstraints([x509.DirectoryName(name("khác"))], None)
    last = made("người", end, "gốc", root, ca=False)
    narrow = judge_path(question=question(last, (), made("gốc", root, "gốc", root, extension=only)))
    assert narrow.reasons[0].code == "certificate.names"
    anchor = made("gốc", root, "gốc", root)
    good = question(last, (), anchor)
    second = timedelta(seconds=1)
    for at, passes in ((AT + timedelta(days=9), True), (AT + timedelta(days=9) + second, False)):
        indication = judge_path(question=replace(good, at=at)).indication
        assert (indication is Indication.TOTAL_PASSED) is passes


def test_a_certificate_without_name_or_with_a_key_that_fits_nothing_is_no_crash(
    keys: list[Key],
) -> None:
    root, issuer, end, _, _ = keys
    anchor = made("gốc", root, "gốc", root)
    last = made("người", end, "gốc", root, ca=False)
    for at in range(0, len(last), 3):
        damaged = bytearray(last)
        damaged[at] ^= 0x21
        verdict = judge_path(question=question(bytes(damaged), (), anchor))
        assert verdict.indication is not Indication.TOTAL_PASSED
    assert issuer is not root
