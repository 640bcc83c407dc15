"""Signed XML of other products, made by xmlsec1 and signxml: read, and refused once touched."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod, XMLSigner, methods

from hocba.core.errors import HocbaError
from hocba.core.signing.foreign import ForeignSignature, verify_signed_xml
from tests.core.verification.issued import issued

DS = "http://www.w3.org/2000/09/xmldsig#"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def key_and_certificate(kind: str) -> tuple[Key, x509.Certificate]:
    """A key of a kind with a certificate that it signed itself."""
    key: Key
    if kind.startswith("rsa"):
        key = rsa.generate_private_key(65537, int(kind[3:]))
    else:
        key = ec.generate_private_key({"p256": ec.SECP256R1, "p384": ec.SECP384R1}[kind]())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Đơn vị khác")])
    now = datetime(2025, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def pem(kind: str) -> tuple[bytes, bytes]:
    """Key and certificate as PEM."""
    key, certificate = key_and_certificate(kind)
    return (
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        certificate.public_bytes(serialization.Encoding.PEM),
    )


def only(data: bytes) -> ForeignSignature:
    """The one signature of a file, judged."""
    (found,) = verify_signed_xml(data=data)
    return found


# Without xml:lang above and comments inside: there signxml differs from the standard and from
# xmlsec1, whose files below have both.
DATA = (
    '<?xml version="1.0"?><?pi x?><a xmlns="urn:a" xmlns:b="urn:b">'
    '<b:c Id="phan" x="1 &#10; 2">Đặng &amp; Ánh<d/></b:c>\n</a>'
).encode()


def by_signxml(method: object, c14n: object, algorithm: object, kind: str) -> bytes:
    """A file that signxml signed whole (enveloped) or in part (detached, enveloping)."""
    key, certificate = pem(kind)
    signer = XMLSigner(
        method=method,
        c14n_algorithm=c14n,
        signature_algorithm=algorithm,
        digest_algorithm=DigestAlgorithm.SHA256,
    )  # type: ignore[arg-type]
    root = etree.fromstring(DATA)
    signed = signer.sign(root, key=key, cert=certificate.decode())
    return etree.tostring(signed, encoding="UTF-8")


C14NS = [
    CanonicalizationMethod.CANONICAL_XML_1_0,
    CanonicalizationMethod.CANONICAL_XML_1_1,
    CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS,
]
ALGORITHMS = [
    (SignatureMethod.RSA_SHA256, "rsa2048"),
    (SignatureMethod.RSA_SHA384, "rsa2048"),
    (SignatureMethod.RSA_SHA512, "rsa2048"),
    (SignatureMethod.SHA256_RSA_MGF1, "rsa2048"),
    (SignatureMethod.SHA512_RSA_MGF1, "rsa2048"),
    (SignatureMethod.ECDSA_SHA256, "p256"),
    (SignatureMethod.ECDSA_SHA384, "p384"),
]


@pytest.mark.parametrize("c14n", C14NS, ids=lambda one: one.name)
@pytest.mark.parametrize("method", [methods.enveloped, methods.enveloping])
def test_every_canonicalization_of_others_is_read(method: object, c14n: object) -> None:
    data = by_signxml(method, c14n, SignatureMethod.RSA_SHA256, "rsa2048")
    found = only(data)
    assert (found.accepted, found.value_ok) == (True, True)
    assert not only(data.replace("Ánh".encode(), b"Anh", 1)).accepted


@pytest.mark.parametrize(("algorithm", "kind"), ALGORITHMS, ids=lambda one: str(one))
def test_every_algorithm_of_the_wider_set_is_read(algorithm: object, kind: str) -> None:
    exclusive = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    data = by_signxml(methods.enveloped, exclusive, algorithm, kind)
    assert only(data).accepted
    touched = data.replace(b"urn:b", b"urn:c")
    assert only(touched).references[0].ok is False


def template(
    reference: str,
    *,
    c14n: str = "http://www.w3.org/2001/10/xml-exc-c14n#",
    transforms: str = "",
    method: str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    digest: str = "http://www.w3.org/2001/04/xmlenc#sha256",
    data: str = '<p xml:lang="vi" xmlns:u="urn:unused"><q Id="q">Thu Hà 8.5</q><!-- x --></p>',
) -> str:
    """A document with a signature template beside its data, for xmlsec1 to fill."""
    return (
        f'<r xmlns:k="urn:k" xml:space="preserve">{data}'
        f'<Signature xmlns="{DS}" Id="s"><SignedInfo>'
        f'<CanonicalizationMethod Algorithm="{c14n}"/><SignatureMethod Algorithm="{method}"/>'
        f'<Reference URI="{reference}"><Transforms>{transforms}</Transforms>'
        f'<DigestMethod Algorithm="{digest}"/><DigestValue/></Reference></SignedInfo>'
        "<SignatureValue/><KeyInfo><X509Data><X509Certificate/></X509Data></KeyInfo>"
        "</Signature></r>"
    )


def transform(name: str, inside: str = "") -> str:
    """One Transform."""
    return f'<Transform Algorithm="{name}">{inside}</Transform>'


INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE11 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"


@pytest.fixture
def xmlsec1(tmp_path: Path) -> Callable[[str], bytes]:
    """Let xmlsec1 fill a template."""
    key, certificate = pem("rsa2048")
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "cert.pem").write_bytes(certificate)

    def sign(text: str) -> bytes:
        (tmp_path / "in.xml").write_text(text, encoding="utf-8")
        subprocess.run(
            ["xmlsec1", "--sign", "--id-attr:Id", "q", "--id-attr:Id", "p",
             "--privkey-pem", "key.pem,cert.pem", "--output", "out.xml", "in.xml"],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip
        return (tmp_path / "out.xml").read_bytes()

    return sign


@pytest.mark.parametrize(
    ("reference", "transforms", "c14n"),
    [
        ("", transform(ENVELOPED), INCLUSIVE),
        ("", transform(ENVELOPED) + transform(EXCLUSIVE), EXCLUSIVE),
        ("", transform(ENVELOPED) + transform(INCLUSIVE11), INCLUSIVE11),
        ("", transform(ENVELOPED) + transform(INCLUSIVE + "#WithComments"), INCLUSIVE),
        ("#q", "", INCLUSIVE),  # inherits xml:lang, xml:space and unused namespaces
        ("#q", transform(INCLUSIVE11), INCLUSIVE11),
        ("#q", transform(EXCLUSIVE), EXCLUSIVE),
        (
            "#q",
            transform(EXCLUSIVE, f'<InclusiveNamespaces xmlns="{EXCLUSIVE}" PrefixList="k u"/>'),
            EXCLUSIVE,
        ),
    ],
)
def test_what_xmlsec1_signs_is_read_as_xmlsec1_means_it(
    xmlsec1: Callable[[str], bytes], reference: str, transforms: str, c14n: str
) -> None:
    data = xmlsec1(template(reference, transforms=transforms, c14n=c14n))
    found = only(data)
    assert found.accepted, found
    assert not only(data.replace(b"8.5", b"9.5")).accepted
    assert not only(data.replace(b"http://www.w3.org/2001/04/xmlenc#sha256", b"x")).accepted


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"transforms": transform("http://www.w3.org/TR/1999/REC-xslt-19991116")}, "transform"),
        ({"transforms": transform("http://www.w3.org/TR/1999/REC-xpath-19991116")}, "transform"),
        ({"transforms": transform("http://www.w3.org/2002/06/xmldsig-filter2")}, "transform"),
        ({"transforms": transform(f"{DS}base64"), "data": '<q Id="q">AA<b/>==</q>'}, "transform"),
        ({"transforms": transform(ENVELOPED)}, "transform"),  # not inside what it signs
        ({"reference": ""}, "reference_uri"),
        ({"reference": "http://example.org/a.xml"}, "reference_uri"),
        ({"reference": "a.xml"}, "reference_uri"),
        ({"reference": "#xpointer(/)"}, "reference_uri"),
        ({"reference": "#khong-co"}, "reference_missing"),
        ({"digest": f"{DS}sha1"}, "digest_method"),
        ({"method": f"{DS}rsa-sha1"}, "signature_method"),
        ({"method": f"{DS}hmac-sha1"}, "signature_method"),
        ({"method": "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"}, "signature_method"),
        ({"method": "http://www.w3.org/2007/05/xmldsig-more#rsa-pss"}, "signature_method"),
        ({"method": f"{DS}dsa-sha1"}, "signature_method"),
        ({"c14n": "urn:x"}, "canonicalization"),
        ({"data": '<p><q Id="q">1</q><q Id="q">2</q></p>'}, "reference_ambiguous"),
    ],
)
def test_what_is_not_in_the_set_is_refused_by_name(changes: dict[str, str], code: str) -> None:
    values: dict[str, str] = {"reference": "#q", "transforms": transform(EXCLUSIVE)} | changes
    text = template(values.pop("reference"), **values)
    _, certificate = key_and_certificate("rsa2048")
    text = text.replace("<SignatureValue/>", "<SignatureValue>AAAA</SignatureValue>")
    body = "".join(pem("rsa2048")[1].decode().splitlines()[1:-1])
    text = text.replace("<X509Certificate/>", f"<X509Certificate>{body}</X509Certificate>")
    found = only(text.encode())
    assert not found.accepted
    codes = {found.reason.code if found.reason else ""} | {one.reason for one in found.references}
    assert f"foreign.{code}" in codes
    assert certificate.serial_number == 7


def test_weak_keys_are_refused() -> None:
    exclusive = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    weak = only(by_signxml(methods.enveloped, exclusive, SignatureMethod.RSA_SHA256, "rsa1024"))
    assert (weak.value_ok, weak.reason and weak.reason.code) == (True, "algorithm.weak_key")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "foreign.not_xml"),
        (b"<a>", "foreign.not_xml"),
        (b"<a/>", "foreign.no_signature"),
        (b"<!DOCTYPE a><a/>", "foreign.doctype"),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "foreign.doctype"),
        (b"<a>" * 250 + b"</a>" * 250, "foreign.too_large"),
        (b"<a>" + b"<b/>" * 400_001 + b"</a>", "foreign.too_large"),
        (b"<a>" + f'<Signature xmlns="{DS}"/>'.encode() * 101 + b"</a>",
         "foreign.too_many_signatures"),
    ],
    ids=["empty", "cut", "unsigned", "doctype", "entity", "deep", "wide", "many"],
)  # fmt: skip
def test_a_file_that_cannot_be_judged_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(HocbaError) as refusal:
        verify_signed_xml(data=data)
    assert refusal.value.code == code


def test_a_hundred_thousand_references_are_not_resolved() -> None:
    text = template("#q").replace(
        "<Reference ", '<Reference URI="#q"/>' * 100_000 + "<Reference ", 1
    )
    found = only(text.encode())
    assert found.reason is not None
    assert found.reason.code in ("foreign.reference_count", "foreign.structure")


def test_our_own_transcripts_need_no_remark() -> None:
    for one in verify_signed_xml(data=issued().document):
        assert (one.accepted, one.remarks) == (True, ())


def test_properties_that_nobody_signed_are_remarked() -> None:
    document = issued().document.replace(
        b' Type="http://uri.etsi.org/01903#SignedProperties"', b' Type="urn:x"'
    )
    found = verify_signed_xml(data=document)
    assert all("remark.properties_unsigned" in one.remarks for one in found)
    assert not any(one.accepted for one in found)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(DATA) * 3), st.integers(1, 255))
def test_damaged_signed_files_get_a_verdict(at: int, by: int) -> None:
    exclusive = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    changed = bytearray(signed_once(exclusive))
    changed[at % len(changed)] ^= by
    try:
        found = verify_signed_xml(data=bytes(changed))
    except HocbaError:
        return
    assert all(isinstance(one, ForeignSignature) for one in found)


@cache
def signed_once(c14n: object) -> bytes:
    """One signed file, kept."""
    return by_signxml(methods.enveloped, c14n, SignatureMethod.RSA_SHA256, "rsa2048")
