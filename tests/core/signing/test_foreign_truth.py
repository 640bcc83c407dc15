"""What strangers' corpora taught: truth about refused signatures, and XML that is read as meant."""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha1, sha256

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from hocba.core.errors import HocbaError
from hocba.core.signing.foreign import ForeignSignature, verify_signed_xml
from hocba.core.signing.foreign.algorithms import SIGNATURES, value_holds
from hocba.core.signing.foreign.canonicalization import Work
from hocba.core.signing.foreign.reading import parse_foreign, signatures_in
from hocba.core.signing.foreign.references import ReferencePlace, judge_reference
from tests.core.signing.test_foreign import (
    ENVELOPED,
    EXCLUSIVE,
    INCLUSIVE,
    key_and_certificate,
    only,
    template,
    transform,
)
from tests.core.signing.test_foreign import xmlsec1 as xmlsec1  # the fixture

DS = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SHA1, SHA256 = f"{DS}sha1", "http://www.w3.org/2001/04/xmlenc#sha256"
Sign = Callable[[bytes], bytes]


def signed(
    sign: Sign, key_info: str, *, method: str, data: str = "<q Id='q'>8.5</q>", octets: bytes = b"",
    inside: str = "", digest: str = SHA256, uri: str = "#q", kind: str = "",
) -> bytes:  # fmt: skip
    """A file with one signature over `#q`, made by hand: SignedInfo is written canonical."""
    octets = octets or b'<q Id="q">8.5</q>'
    said = b64encode((sha1(octets) if digest == SHA1 else sha256(octets)).digest()).decode()
    transforms = inside or f'<Transform Algorithm="{EXCLUSIVE}"></Transform>'
    info = (
        f'<SignedInfo xmlns="{DS}"><CanonicalizationMethod Algorithm="{EXCLUSIVE}">'
        f'</CanonicalizationMethod><SignatureMethod Algorithm="{method}"></SignatureMethod>'
        f'<Reference{kind} URI="{uri}"><Transforms>{transforms}</Transforms><DigestMethod '
        f'Algorithm="{digest}"></DigestMethod><DigestValue>{said}</DigestValue></Reference>'
        "</SignedInfo>"
    )
    value = b64encode(sign(info.encode())).decode()
    signature = f"{info}<SignatureValue>{value}</SignatureValue><KeyInfo>{key_info}</KeyInfo>"
    return f'<r>{data}<Signature xmlns="{DS}">{signature}</Signature></r>'.encode()


def by_rsa(**changes: str | bytes) -> bytes:
    """Signed with RSA, the key given bare."""
    key, _ = key_and_certificate("rsa2048")
    assert isinstance(key, rsa.RSAPrivateKey)
    old = str(changes.get("method", "")).endswith("rsa-sha1")
    values = {"method": f"{MORE}rsa-sha256", **changes}
    return signed(
        lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA1() if old else hashes.SHA256()),
        bare(key.public_key()),
        **values,  # type: ignore[arg-type]
    )


def bare(key: rsa.RSAPublicKey) -> str:
    """An RSAKeyValue."""
    numbers = key.public_numbers()
    n, e = (b64encode(one.to_bytes(256, "big")).decode() for one in (numbers.n, numbers.e))
    return (
        f"<KeyValue><RSAKeyValue><Modulus>{n}</Modulus><Exponent>{e}</Exponent>"
        "</RSAKeyValue></KeyValue>"
    )


def told(found: ForeignSignature) -> tuple[object, ...]:
    """Value, first reference, acceptance, reason."""
    code = found.reason.code if found.reason else ""
    return found.value_ok, found.references[0].ok, found.accepted, code


def test_sha1_is_judged_and_refused() -> None:
    data = by_rsa(method=f"{DS}rsa-sha1", digest=SHA1)
    assert told(only(data)) == (True, True, False, "foreign.signature_method")
    assert only(data).references[0].reason == "foreign.digest_method"
    touched = data.replace(b"8.5", b"9.5")
    assert told(only(touched)) == (True, False, False, "foreign.signature_method")
    assert told(only(by_rsa(digest=SHA1))) == (True, True, False, "foreign.digest_method")


def test_dsa_is_judged_and_refused() -> None:
    key = dsa.generate_private_key(1024)
    public = key.public_key().public_numbers()
    numbers = public.parameter_numbers
    size = (numbers.q.bit_length() + 7) // 8

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, hashes.SHA256()))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    values = {"P": numbers.p, "Q": numbers.q, "G": numbers.g, "Y": public.y}
    inside = "".join(
        f"<{name}>{b64encode(one.to_bytes(128, 'big')).decode()}</{name}>"
        for name, one in values.items()
    )
    info = f"<KeyValue><DSAKeyValue>{inside}</DSAKeyValue></KeyValue>"
    data = signed(sign, info, method="http://www.w3.org/2009/xmldsig11#dsa-sha256")
    assert told(only(data)) == (True, True, False, "foreign.signature_method")


def test_a_signature_without_certificate_is_accepted_with_a_remark() -> None:
    found = only(by_rsa())
    assert told(found) == (True, True, True, "")
    assert "remark.no_certificate" in found.remarks
    assert found.references[0].covers == "/r/q"


def test_an_object_that_nobody_signed_is_remarked() -> None:
    data = by_rsa().replace(b"</Signature>", b"<Object><q>9.5</q></Object></Signature>")
    assert told(only(data)) == (True, True, True, "")
    assert "remark.unsigned_object" in only(data).remarks
    assert "remark.unsigned_object" not in only(by_rsa()).remarks


def test_what_key_info_has_is_named_where_no_key_is_read() -> None:
    key, _ = key_and_certificate("rsa2048")
    assert isinstance(key, rsa.RSAPrivateKey)
    found = only(by_rsa().replace(bare(key.public_key()).encode(), b"<KeyName>k</KeyName>"))
    assert found.reason is not None
    assert (found.value_ok, found.reason.code, found.reason.detail) == (
        None,
        "foreign.no_key",
        "KeyName",
    )


def test_base64_of_text_is_read_and_of_elements_refused() -> None:
    base64 = f'<Transform Algorithm="{DS}base64"></Transform>'
    good = by_rsa(data='<q Id="q">VGh1\r\n<!-- x -->IEjDoA==</q>', octets="Thu Hà".encode(),
                  inside=base64)  # fmt: skip
    assert told(only(good)) == (True, True, True, "")
    hidden = good.replace(b"<!-- x -->", b"<x>QUFB</x>")
    assert told(only(hidden)) == (True, None, False, "foreign.transform")


@pytest.mark.parametrize(
    ("uri", "inside", "code"),
    [
        ("#xpointer(id('q'))", "", "foreign.reference_uri"),
        ("", '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><d:XPath '
             f'xmlns:d="{DS}">not(ancestor-or-self::d:Signature)</d:XPath></Transform>',
         "foreign.transform"),
    ],
)  # fmt: skip
def test_pointers_and_the_usual_xpath_are_judged_and_refused(
    uri: str, inside: str, code: str
) -> None:
    whole = b'<r><q Id="q">8.5</q></r>' if not uri else b""
    found = only(by_rsa(uri=uri, inside=inside, octets=whole))
    assert told(found) == (True, True, False, code)
    assert told(only(by_rsa(uri=uri, inside=inside.replace("not(", "("), octets=whole)))[2] is False


def test_a_manifest_is_followed() -> None:
    def file(said: bytes) -> bytes:
        inner = (
            f'<Manifest xmlns="{DS}" Id="q"><Reference URI="#x"><DigestMethod Algorithm="{SHA256}">'
            f"</DigestMethod><DigestValue>{b64encode(said).decode()}</DigestValue></Reference>"
            "</Manifest>"
        )
        return by_rsa(data=f'<x Id="x">8.5</x>{inner}', octets=inner.encode())

    good = file(sha256(b'<x Id="x">8.5</x>').digest())
    assert told(only(good)) == (True, True, True, "")
    touched = only(good.replace(b"8.5", b"9.5"))
    assert told(touched) == (True, True, False, "foreign.manifest")
    assert [part.ok for part in touched.references[0].parts] == [False]


@pytest.mark.parametrize(
    ("transforms", "data"),
    [
        (transform(INCLUSIVE), '<điểm Id="q">8,5<?máy Đọc?></điểm>'),
        (transform(INCLUSIVE + "#WithComments"), '<p xmlns="urn:p"><q Id="q">1<!-- ý --></q></p>'),
        (transform(INCLUSIVE), '<p xmlns="urn:p"><b xmlns=""><q Id="q"><c/></q></b></p>'),
        (transform(EXCLUSIVE) + transform(INCLUSIVE), '<p xmlns:u="urn:u"><q Id="q">1</q></p>'),
        (
            transform(
                EXCLUSIVE,
                f'<InclusiveNamespaces xmlns="{EXCLUSIVE}" PrefixList="#default k"/>',
            ),
            '<p xmlns="urn:p"><b:q xmlns:b="urn:b" Id="q">1</b:q></p>',
        ),
    ],
    ids=["names-outside-ascii", "comments", "undeclared", "twice", "default-prefix"],
)
def test_parts_are_canonicalized_as_xmlsec1_does(
    xmlsec1: Callable[[str], bytes], transforms: str, data: str
) -> None:
    text = template("#q", transforms=transforms, data=data)
    text = text.replace('Id="q"', 'xml:id="q"')
    found = only(xmlsec1(text))
    assert found.accepted, found


def test_utf16_and_a_byte_order_mark_are_read(xmlsec1: Callable[[str], bytes]) -> None:
    text = xmlsec1(template("", transforms=transform(ENVELOPED))).decode()
    body = text.partition("?>")[2]
    assert only(b"\xef\xbb\xbf" + text.encode()).accepted
    assert only(f'<?xml version="1.0" encoding="UTF-16"?>{body}'.encode("utf-16")).accepted


def test_comments_in_a_digest_do_not_hide_what_was_signed() -> None:
    data = by_rsa()
    at = data.index(b"</DigestValue>")
    assert told(only(data[:at] + b"<!-- x -->" + data[at:])) == (True, True, True, "")
    forged = b64encode(sha256(b'<q Id="q">9.5</q>').digest()) + b"<!-- -->"
    start = data.index(b"<DigestValue>") + 13
    changed = (data[:start] + forged + data[start:]).replace(b">8.5<", b">9.5<")
    assert not only(changed).accepted


def test_work_is_bounded_whatever_the_references_ask() -> None:
    text = template("", transforms=transform(ENVELOPED), data="x" * 50_000)
    root = parse_foreign(text.encode())
    (signature,) = signatures_in(root)
    (reference,) = signature.iter(f"{{{DS}}}Reference")
    place = ReferencePlace(signature, {}, Work(left=150_000))
    judged = [judge_reference(reference, place).judged for _ in range(4)]
    assert [one.reason for one in judged] == ["foreign.digest"] * 2 + ["foreign.too_much_work"] * 2
    assert [one.ok for one in judged] == [False, False, None, None]


@pytest.mark.parametrize("inside", ["xmlns:a%d='u'", "a%d='u'"])
def test_an_element_with_heaps_of_attributes_is_refused(inside: str) -> None:
    heap = " ".join(inside % number for number in range(2_000))
    with pytest.raises(HocbaError) as refusal:
        verify_signed_xml(data=f"<a {heap}/>".encode())
    assert refusal.value.code == "foreign.too_large"


def test_values_of_another_length_or_range_do_not_hold() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    algorithm = SIGNATURES[f"{MORE}ecdsa-sha256"]
    der = key.sign(b"x", ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    pair = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    beyond = (r + order).to_bytes(33, "big") + s.to_bytes(33, "big")
    tried = {pair: True, der: False, pair[:-1]: False, b"\0" + pair: False, beyond: False,
             bytes(64): False, order.to_bytes(32, "big") * 2: False}  # fmt: skip
    for value, holds in tried.items():
        args = {"key": key.public_key(), "algorithm": algorithm, "data": b"x", "value": value}
        assert value_holds(**args) is holds  # type: ignore[arg-type]
