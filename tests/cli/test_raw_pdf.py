"""`hocba verify --raw-pdf`: any signed PDF, each signature by itself, and why it is refused."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import keys, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509 import CertificateBuilder, Name, NameAttribute
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from hocba.cli import main, raw_pdf
from tests.adapters.pdf.sealed import (
    PAGES,
    by_hand,
    changed_text,
    hostile,
    page,
    sealed,
    stream,
    with_file,
    written_over,
)
from tests.core.verification.issued import SIGNED_AT

pytestmark = pytest.mark.slow
PKCS7, CADES = SigSeedSubFilter.ADOBE_PKCS7_DETACHED, SigSeedSubFilter.PADES


@pytest.fixture(autouse=True)
def _without_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """These files are of our own making: read them here, which saves a process for each."""
    from hocba.adapters.pdf import examining

    monkeypatch.setattr(
        examining, "examine_pdf", lambda data, *, limit: examining.examine_own_pdf(data)
    )


def read(tmp_path: Path, data: bytes) -> dict[str, Any]:
    path = tmp_path / "tep.pdf"
    path.write_bytes(data)
    return raw_pdf._file(path)


def holder(key: CertificateIssuerPrivateKeyTypes) -> x509.Certificate:
    """A certificate of one's own."""
    name = Name([NameAttribute(NameOID.COMMON_NAME, "Người lạ")])
    builder = CertificateBuilder().subject_name(name).issuer_name(name).serial_number(7)
    span = (SIGNED_AT.replace(year=2024), SIGNED_AT.replace(year=2030))
    made = builder.public_key(key.public_key()).not_valid_before(span[0]).not_valid_after(span[1])
    der = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return x509.Certificate.load(der)


def signed(kind: str, digest: str = "sha256", subfilter: SigSeedSubFilter = CADES) -> bytes:
    """A small PDF signed by pyHanko, as strangers sign."""
    bits = 1024 if kind == "short" else 2048
    key = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ecdsa"
        else rsa.generate_private_key(65537, bits)
    )
    plain = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signer = signers.SimpleSigner(
        holder(key), keys.PrivateKeyInfo.load(plain), None, prefer_pss=kind == "pss"
    )
    meta = signers.PdfSignatureMetadata(field_name="ky", md_algorithm=digest, subfilter=subfilter)
    pdf = by_hand([b"<< /Type /Catalog /Pages 2 0 R >>", *PAGES, stream(b"q Q")])
    output = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), meta, signer)
    return bytes(output.getvalue())


@pytest.mark.parametrize(
    ("kind", "digest", "subfilter"),
    [
        ("rsa", "sha256", PKCS7),
        ("rsa", "sha512", CADES),
        ("pss", "sha384", CADES),
        ("ecdsa", "sha256", PKCS7),
    ],
)
def test_what_pyhanko_signs_is_accepted(
    tmp_path: Path, kind: str, digest: str, subfilter: SigSeedSubFilter
) -> None:
    told = read(tmp_path, signed(kind, digest, subfilter))
    (one,) = told["signatures"]
    assert (told["accepted"], one["reason"], one["digest_algorithm"]) == (True, "", digest)
    assert one["covers_whole_file"]
    assert one["certificate"]["subject"] == "CN=Người lạ"
    assert one["subfilter"] == subfilter.value.lstrip("/")


@pytest.mark.parametrize(
    ("kind", "digest", "code"),
    [("rsa", "sha1", "pdf.weak_hash"), ("short", "sha256", "algorithm.weak_key")],
)
def test_weak_algorithms_are_refused_by_name(
    tmp_path: Path, kind: str, digest: str, code: str
) -> None:
    told = read(tmp_path, signed(kind, digest, PKCS7))
    (one,) = told["signatures"]
    assert (told["accepted"], one["reason"]) == (False, code)
    assert one["sentence"]


def test_alterations_are_refused_by_name(tmp_path: Path) -> None:
    good = sealed()
    for data, code, intact in (
        (changed_text(good), "pdf.changed", False),
        (written_over(good), "pdf.changed_later", True),
        (with_file(good, "x.txt", b"x"), "pdf.changed_later", True),
    ):
        (one,) = read(tmp_path, data)["signatures"]
        assert (one["accepted"], one["reason"], one["intact"]) == (False, code, intact)


def test_files_without_signatures_say_so(tmp_path: Path) -> None:
    assert read(tmp_path, page().pdf)["error"] == "pdf.no_signature"
    assert read(tmp_path, hostile("many"))["error"] == "pdf.too_many_files"


def test_the_command_prints_json_and_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hoc-ba.pdf"
    path.write_bytes(sealed())
    assert main(["verify", "--raw-pdf", "--json", str(path)]) == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["accepted"]
    assert [one["name"] for one in file["attachments"]] == ["hoc-ba.hocba.json", "hoc-ba.xml"]
    assert main(["verify", "--raw-pdf", str(path), str(tmp_path / "khong-co.pdf")]) == 1
    assert "phủ cả tệp" in capsys.readouterr().out
