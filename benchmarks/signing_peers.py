"""The peers of `signing.py`: signxml, python-xmlsec and the bare key operation.

All get the same document bytes and the same keys, read once beforehand, and none does what a
verdict does besides (plan, roles, certificate paths, schema, layout):

- **python-xmlsec** (libxmlsec, C): parses the document and registers the Ids once, then verifies
  each signature: digests of all references and the value. Signing: the document with all slots and
  references in it but without digests and values; it computes both, slot by slot, and writes the
  document once. Its wheel carries the libxml2 of our lxml (2.14.6), so it runs in this process.
- **signxml** (Python on lxml): parses once, then verifies each signature against its certificate,
  all references and the value; it copies the tree for each, as is its way. Signing: a detached
  signature over the same references, without the two XAdES ones, which it cannot make this way.
- **bare**: the key operation for each signature, and SHA-256 of the document's bytes once.
"""

from base64 import b64decode
from collections.abc import Callable, Sequence
from hashlib import sha256

import xmlsec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.x509 import load_pem_x509_certificate
from lxml import etree
from signing_school import Holder, School
from signxml import SignatureConfiguration, XMLSigner, XMLVerifier, methods

from hocba.core.signing import profile
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.keys import algorithm_for, verify_value

DS = f"{{{profile.DS}}}"
Work = Callable[[bytes], object]


def verifying(school: School, document: bytes) -> dict[str, Work]:
    """How each peer verifies all signatures of a document like this one, by the peer's name."""
    holders = [school.holders[slot.signer_id] for slot in school.slots(school.transcript)]
    root = etree.fromstring(document)
    return {
        "python-xmlsec": _xmlsec_verifier(holders),
        "signxml": _signxml_verifier(holders, root),
        "bare": _bare_verifier(school, root),
    }


def signing(school: School, document: bytes) -> dict[str, Work]:
    """How each peer makes all signatures of a document again, by the peer's name."""
    holders = [school.holders[slot.signer_id] for slot in school.slots(school.transcript)]
    return {
        "python-xmlsec": _xmlsec_signer(holders),
        "signxml": _signxml_signer(holders),
        "bare": lambda data: [one.sign_digests((sha256(data).digest(),)) for one in holders],
    }


def without_values(document: bytes) -> bytes:
    """The document with every digest and value empty: what python-xmlsec fills in."""
    root = etree.fromstring(document)
    for element in root.iter(f"{DS}SignedInfo"):
        for digest in element.iter(f"{DS}DigestValue"):
            digest.text = None
    for value in root.iter(f"{DS}SignatureValue"):
        value.text = None
    return etree.tostring(root)


def _xmlsec_verifier(holders: Sequence[Holder]) -> Work:
    keys = [
        xmlsec.Key.from_memory(one.certificate_pem(), xmlsec.constants.KeyDataFormatCertPem)
        for one in holders
    ]

    def verify(document: bytes) -> None:
        root = etree.fromstring(document)
        xmlsec.tree.add_ids(root, ["Id"])
        for signature, key in zip(root.iter(f"{DS}Signature"), keys, strict=True):
            context = xmlsec.SignatureContext()
            context.key = key
            context.verify(signature)

    return verify


def _xmlsec_signer(holders: Sequence[Holder]) -> Work:
    keys = [xmlsec.Key.from_memory(one.pem(), xmlsec.constants.KeyDataFormatPem) for one in holders]

    def sign(unsigned: bytes) -> bytes:
        root = etree.fromstring(unsigned)
        xmlsec.tree.add_ids(root, ["Id"])
        for signature, key in zip(root.iter(f"{DS}Signature"), keys, strict=True):
            context = xmlsec.SignatureContext()
            context.key = key
            context.sign(signature)
        return bytes(etree.tostring(root))

    return sign


def _signxml_verifier(holders: Sequence[Holder], root: etree._Element) -> Work:
    certificates = [load_pem_x509_certificate(one.certificate_pem()) for one in holders]
    configurations = [
        SignatureConfiguration(
            expect_references=len(signature.findall(f"{DS}SignedInfo/{DS}Reference")),
            location=root.getroottree().getelementpath(signature.getparent()) + "/",
        )
        for signature in root.iter(f"{DS}Signature")
    ]

    def verify(document: bytes) -> None:
        tree = etree.fromstring(document)
        for certificate, configuration in zip(certificates, configurations, strict=True):
            XMLVerifier().verify(
                tree, x509_cert=certificate, id_attribute="Id", expect_config=configuration
            )

    return verify


def _signxml_signer(holders: Sequence[Holder]) -> Work:
    certificates = [[load_pem_x509_certificate(one.certificate_pem())] for one in holders]

    def sign(document: bytes) -> None:
        tree = etree.fromstring(document)
        uris = [
            [reference.get("URI") for reference in info.iter(f"{DS}Reference")][:-2]
            for info in tree.iter(f"{DS}SignedInfo")
        ]
        for one, certificate, covered in zip(holders, certificates, uris, strict=True):
            is_curve = isinstance(one.key, EllipticCurvePrivateKey)
            signer = XMLSigner(
                method=methods.detached,
                signature_algorithm="ecdsa-sha256" if is_curve else "rsa-sha256",
                digest_algorithm="sha256",
                c14n_algorithm=profile.EXCLUSIVE_C14N,
            )
            signer.sign(
                tree, key=one.key, cert=certificate, reference_uri=covered, id_attribute="Id"
            )

    return sign


def _bare_verifier(school: School, root: etree._Element) -> Work:
    tasks = []
    for slot, signature in zip(
        school.slots(school.transcript), root.iter(f"{DS}Signature"), strict=True
    ):
        holder = school.holders[slot.signer_id]
        info = etree.tostring(signature[0], method="c14n", exclusive=True, with_tail=False)
        value = b64decode(signature.findtext(f"{DS}SignatureValue", ""))
        key = read_certificate(holder.certificate).public_key
        tasks.append((key, algorithm_for(key), sha256(info).digest(), value))

    def verify(document: bytes) -> None:
        sha256(document).digest()
        for key, algorithm, digest, value in tasks:
            if not verify_value(key=key, algorithm=algorithm, digest=digest, value=value):
                raise AssertionError("the bare value does not hold")

    return verify
