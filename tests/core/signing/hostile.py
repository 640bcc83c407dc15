"""Hostile files by name, each with what must be said of it; made from the good document."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from unicodedata import normalize

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

from tests.core.verification.issued import issued

DS = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENC = "http://www.w3.org/2001/04/xmlenc#"
PSS = "http://www.w3.org/2007/05/xmldsig-more#"
GOOD = issued().document
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'


def _bomb(levels: int, width: int) -> bytes:
    entities = b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * width) for n in range(1, levels)
    )
    return b"<!DOCTYPE a [<!ENTITY e0 'x'>%s]><a>&e%d;</a>" % (entities, levels - 1)


def _body(change: Callable[[str], str]) -> bytes:
    return change(GOOD.decode()).encode()


def _many(element: bytes, count: int, before: bytes) -> bytes:
    return GOOD.replace(before, element * count + before, 1)


DOCUMENTS: Mapping[str, Callable[[], bytes]] = {
    # What XML offers to an attacker
    "doctype": lambda: GOOD.replace(b"<HOC_BA>", b"<!DOCTYPE HOC_BA><HOC_BA>"),
    "entity": lambda: b"<!DOCTYPE a [<!ENTITY x '9.9'>]><a>&x;</a>",
    "parameter entity": lambda: b"<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'>%x;]><a/>",
    "external entity": lambda: b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
    "external subset": lambda: b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'><a/>",
    "default attribute": lambda: b"<!DOCTYPE a [<!ATTLIST a Id CDATA 'data'>]><a/>",
    "billion laughs": lambda: _bomb(11, 10),
    "quadratic": lambda: (
        b"<!DOCTYPE a [<!ENTITY x '%s'>]><a>%s</a>" % (b"x" * 100_000, b"&x;" * 5000)
    ),
    "xinclude": lambda: GOOD.replace(
        b"  <DANH_SACH",
        b'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/><DANH_SACH',
    ),
    "stylesheet": lambda: GOOD.replace(b"<HOC_BA>", b"<?xml-stylesheet href='a'?><HOC_BA>"),
    # Size
    "deep": lambda: b"<a>" * 200_000 + b"</a>" * 200_000,
    "deep inside": lambda: _many(b"", 1, b"<NGAY_KY>").replace(
        b"<NGAY_KY>", b"<NGAY_KY>" + b"<a>" * 9_000 + b"</a>" * 9_000, 1
    ),
    "references": lambda: _many(b'<Reference URI="#data"></Reference>', 40_000, b"<Reference Id="),
    "signatures": lambda: _many(b'<GVBM Id="ky-GVBM-1"></GVBM>', 9_000, b"  </DANH_SACH"),
    "100,000 signatures": lambda: _many(b"<Signature/>", 100_000, b"  </DANH_SACH"),
    "base64": lambda: GOOD.replace(b"<X509Certificate>", b"<X509Certificate>" + b"A" * 1_900_000),
    "attribute": lambda: GOOD.replace(b'Id="data"', b'Id="data%s"' % (b"x" * 1_900_000)),
    "attributes": lambda: GOOD.replace(
        b'Id="data"', b'Id="data" ' + b" ".join(b'a%d=""' % n for n in range(150_000))
    ),
    "namespaces": lambda: GOOD.replace(
        b'Id="data"', b'Id="data" ' + b" ".join(b'xmlns:a%d="u:"' % n for n in range(90_000))
    ),
    "one namespace": lambda: b"xmlns:" * 300_000,
    "namespace unclosed": lambda: b"<a " + b"xmlns:a='" * 200_000,
    "doubled Ids": lambda: (
        b"<a>%s</a>" % b"".join(b'<b Id="%d"/>' % (n % 19_989) for n in range(19_990))
    ),
    "text": lambda: GOOD.replace(b"<NHAN_XET_GVCN>", b"<NHAN_XET_GVCN>" + b"x" * 1_900_000),
    "mark": lambda: GOOD.replace(b"9.3", b"9" * 1_900_000, 1),
    "number": lambda: GOOD.replace(b"<MA_KHOI>9", b"<MA_KHOI>" + b"9" * 5_000),
    # The same to a reader's eye
    "comment in signed": lambda: GOOD.replace(b"9.3", b"9<!-- -->.3", 1),
    "comment in signature": lambda: GOOD.replace(b"<SignedInfo>", b"<SignedInfo><!-- -->", 1),
    "instruction": lambda: GOOD.replace(b"9.3", b"9.3<?a b?>", 1),
    "cdata": lambda: GOOD.replace(b"9.3", b"<![CDATA[9.3]]>", 1),
    "cdata in signature": lambda: GOOD.replace(
        b"<SigningTime xmlns", b"<![CDATA[]]><SigningTime xmlns", 1
    ),
    "character reference": lambda: GOOD.replace(b"9.3", b"&#57;.3", 1),
    "hexadecimal reference": lambda: GOOD.replace(b"9.3", b"&#x39;.3", 1),
    "reference in Id": lambda: GOOD.replace(b'Id="data"', b'Id="d&#97;ta"', 1),
    "reference in URI": lambda: GOOD.replace(b'URI="#data"', b'URI="#d&#97;ta"', 1),
    "apostrophes": lambda: GOOD.replace(b'Id="data"', b"Id='data'", 1),
    "space in tag": lambda: GOOD.replace(b'Id="data"', b'Id="data" ', 1),
    "newline in attribute": lambda: GOOD.replace(b'Id="data"', b'Id="data\n"', 1),
    "empty tag": lambda: GOOD.replace(b"></Transform>", b"/>", 1),
    "CRLF": lambda: GOOD.replace(b"\n", b"\r\n"),
    "CR": lambda: GOOD.replace(b"\n", b"\r"),
    "CR reference": lambda: GOOD.replace(b"9.3</", b"9.3&#13;</", 1),
    "NFD": lambda: _body(lambda text: normalize("NFD", text)),
    "NFD of one": lambda: GOOD.replace("Đức".encode(), normalize("NFD", "Đức").encode(), 1),
    "bidi": lambda: GOOD.replace(b"<HO_VA_TEN>", "<HO_VA_TEN>\u202e".encode(), 1),
    "zero width": lambda: GOOD.replace(b"<HO_VA_TEN>", "<HO_VA_TEN>\u200b".encode(), 1),
    "BOM": lambda: b"\xef\xbb\xbf" + GOOD,
    "UTF-16": lambda: GOOD.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "UTF-16 as UTF-8": lambda: GOOD.decode().encode("utf-16"),
    "UTF-32": lambda: GOOD.decode().encode("utf-32"),
    "UTF-7": lambda: b'<?xml version="1.0" encoding="UTF-7"?>+ADw-HOC_BA/+AD4-',
    "EBCDIC": lambda: GOOD.decode().replace("UTF-8", "IBM037").encode("cp037", "replace"),
    "Latin-1": lambda: GOOD.replace(b'"UTF-8"', b'"ISO-8859-1"', 1),
    "overlong": lambda: GOOD.replace(b"9.3", b"\xc0\xb9.3", 1),
    "NUL": lambda: GOOD.replace(b"9.3", b"9.3\x00", 1),
    "XML 1.1": lambda: GOOD.replace(b'version="1.0"', b'version="1.1"', 1),
    "no declaration": lambda: GOOD.replace(HEAD + b"\n", b"", 1),
    "standalone": lambda: GOOD.replace(b'"UTF-8"?', b'"UTF-8" standalone="yes"?', 1),
    "xml:lang at the root": lambda: GOOD.replace(b"<HOC_BA>", b'<HOC_BA xml:lang="vi">', 1),
    "xml:base at the root": lambda: GOOD.replace(b"<HOC_BA>", b'<HOC_BA xml:base="urn:x">', 1),
    "xml:space in data": lambda: GOOD.replace(b"<BANG_DIEM>", b'<BANG_DIEM xml:space="preserve">'),
    "xml:id": lambda: GOOD.replace(b"<BANG_DIEM>", b'<BANG_DIEM xml:id="data">', 1),
    "namespace at the root": lambda: GOOD.replace(b"<HOC_BA>", b'<HOC_BA xmlns:u="urn:u">', 1),
    "default namespace": lambda: GOOD.replace(b"<HOC_BA>", b'<HOC_BA xmlns="urn:u">', 1),
    "namespace again": lambda: GOOD.replace(
        b"<SignedInfo>", f'<SignedInfo xmlns="{DS}">'.encode(), 1
    ),
    "relative namespace": lambda: GOOD.replace(b"<HOC_BA>", b'<HOC_BA xmlns:u="u">', 1),
    "other prefix": lambda: GOOD.replace(b"xades:", b"xad:").replace(b":xades=", b":xad="),
    "rebound prefix": lambda: GOOD.replace(
        b"<xades:SignedProperties ", b'<xades:SignedProperties xmlns:xades="urn:u" ', 1
    ),
    "after the end": lambda: GOOD + b"\n",
    "twice": lambda: GOOD + GOOD,
    # Algorithms by name
    "SHA-1": lambda: GOOD.replace(f"{MORE}rsa-sha256".encode(), f"{DS}rsa-sha1".encode()),
    "MD5": lambda: GOOD.replace(b"rsa-sha256", b"rsa-md5"),
    "HMAC": lambda: GOOD.replace(b"rsa-sha256", b"hmac-sha256"),
    "ECDSA with an RSA key": lambda: GOOD.replace(b"rsa-sha256", b"ecdsa-sha256"),
    "PSS with a PKCS#1 value": lambda: GOOD.replace(
        f"{MORE}rsa-sha256".encode(), f"{PSS}sha256-rsa-MGF1".encode()
    ),
    "parametrised PSS": lambda: GOOD.replace(
        f"{MORE}rsa-sha256".encode(), f"{PSS}rsa-pss".encode()
    ),
    "digest as method": lambda: GOOD.replace(f"{MORE}rsa-sha256".encode(), f"{ENC}sha256".encode()),
    "method as digest": lambda: GOOD.replace(f"{ENC}sha256".encode(), f"{MORE}rsa-sha256".encode()),
    "digest SHA-1": lambda: GOOD.replace(f"{ENC}sha256".encode(), f"{DS}sha1".encode()),
    "HMAC length": lambda: GOOD.replace(
        b"></SignatureMethod>", b"><HMACOutputLength>1</HMACOutputLength></SignatureMethod>"
    ),
    "value with spaces": lambda: GOOD.replace(b"</SignatureValue>", b" </SignatureValue>", 1),
    "value not of base64": lambda: GOOD.replace(b"</SignatureValue>", b"=!</SignatureValue>", 1),
    "no value": lambda: GOOD.replace(b"</SignatureValue>", b"", 1),
}


_OTHER_USAGES = (
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
_CURVES = {
    "p256": ec.SECP256R1,
    "p224": ec.SECP224R1,
    "k256": ec.SECP256K1,
    "bp": ec.BrainpoolP256R1,
}


@cache
def key_of(kind: str) -> object:
    """A key of a kind."""
    if kind.startswith("rsa"):
        bits, _, exponent = kind[3:].partition("/")
        return rsa.generate_private_key(int(exponent or 65537), int(bits))
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(_CURVES[kind]())


@cache
def certificate_of(kind: str) -> bytes:
    """A certificate over a key, signed by another."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kẻ giả mạo")])
    usage = dict.fromkeys(_OTHER_USAGES, False)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key_of(kind).public_key())  # type: ignore[attr-defined]
        .serial_number(7)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2026, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
        .sign(key_of("p256"), hashes.SHA256())  # type: ignore[arg-type]
        .public_bytes(serialization.Encoding.DER)
    )


def signed_with(kind: str, method: str, sign: Callable[[object, bytes], bytes]) -> bytes:
    """A small signed file of another product, whose key is of a kind, signed in some way."""
    info = signed_info(method)
    value = b64encode(sign(key_of(kind), info.encode())).decode()
    certificate = b64encode(certificate_of(kind)).decode()
    return (
        f'<r><q Id="q">8.5</q><Signature xmlns="{DS}">{info}<SignatureValue>{value}'
        f"</SignatureValue><KeyInfo><X509Data><X509Certificate>{certificate}</X509Certificate>"
        "</X509Data></KeyInfo></Signature></r>"
    ).encode()


def signed_info(method: str) -> str:
    """A SignedInfo in canonical form, over the small file's data."""
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    digest = b64encode(_sha256(b'<q Id="q">8.5</q>')).decode()
    return (
        f'<SignedInfo xmlns="{DS}"><CanonicalizationMethod Algorithm="{exclusive}">'
        f'</CanonicalizationMethod><SignatureMethod Algorithm="{method}"></SignatureMethod>'
        f'<Reference URI="#q"><Transforms><Transform Algorithm="{exclusive}"></Transform>'
        f'</Transforms><DigestMethod Algorithm="{ENC}sha256"></DigestMethod>'
        f"<DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
    )


def _sha256(data: bytes) -> bytes:
    hasher = hashes.Hash(hashes.SHA256())
    hasher.update(data)
    return hasher.finalize()


def pkcs1(key: object, data: bytes) -> bytes:
    """PKCS#1 v1.5 with SHA-256."""
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[attr-defined,no-any-return]


def pss(mask: hashes.HashAlgorithm, salt: int) -> Callable[[object, bytes], bytes]:
    """PSS with SHA-256, some mask hash and salt length."""
    return lambda key, data: key.sign(  # type: ignore[attr-defined,no-any-return]
        data, padding.PSS(padding.MGF1(mask), salt), hashes.SHA256()
    )


def ecdsa(write: Callable[[int, int], bytes]) -> Callable[[object, bytes], bytes]:
    """ECDSA, its r and s written in some way."""
    return lambda key, data: write(
        *decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))  # type: ignore[attr-defined]
    )


def two(size: int) -> Callable[[int, int], bytes]:
    """r‖s in so many bytes each."""
    return lambda r, s: r.to_bytes(size, "big") + s.to_bytes(size, "big")
