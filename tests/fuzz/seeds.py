"""Good inputs from which fuzzing starts, and tokens of a stranger's own time-stamping authority."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hocba.core.registry.bundle import write_bundle
from tests.core.verification.issued import NOW, city, issued

IMPRINT = sha256(b"fuzz").digest()


def seeds(target: str) -> list[bytes]:
    """The seeds of a target."""
    trust, document = city().trust, issued().document
    if target == "certificate":
        return [one.certificate for one in city().signers.values()][:2]
    if target == "answers":
        return list(trust.crls)
    if target == "stamp":
        return [stranger().token(IMPRINT)]
    return [document, write_bundle(issued().bundle)] if target == "file" else [document]


@dataclass(frozen=True)
class Stranger:
    """Somebody who certifies himself: as many certificates of one name as he likes."""

    key: ec.EllipticCurvePrivateKey

    def certificate(self, serial: int) -> bytes:
        """A certificate that he could have issued to himself, fit for stamping."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Đồng hồ lạ")])
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(serial)
            .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2026, 1, 1, tzinfo=UTC))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256())
            .public_bytes(serialization.Encoding.DER)
        )

    def token(
        self,
        imprint: bytes,
        *,
        time: bytes = b"",
        certificates: int = 1,
        signers: int = 1,
        hash_name: str = "sha256",
    ) -> bytes:
        """A token whose signature holds; `time` are other bytes of its GeneralizedTime.

        `hash_name` is the hash by which it names its certificate.
        """
        content = _info(imprint, time)
        attributes = _attributes(content, self.certificate(1), hash_name)
        value = self.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        held = [asn1.Certificate.load(self.certificate(n + 1)) for n in range(certificates)]
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [_sha256()],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(content),
                },
                "certificates": held,
                "signer_infos": [_signer(held[0], attributes, value)] * signers,
            }
        )
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


@cache
def stranger() -> Stranger:
    """The stranger, the same throughout a session."""
    return Stranger(ec.generate_private_key(ec.SECP256R1()))


def _sha256() -> algos.DigestAlgorithm:
    return algos.DigestAlgorithm({"algorithm": "sha256"})


def _info(imprint: bytes, time: bytes) -> bytes:
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": "1.2.3.4",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": imprint,
            },
            "serial_number": 1,
            "gen_time": NOW.replace(microsecond=0),
        }
    )
    raw, whole = bytes(info.dump()), bytes(info["gen_time"].dump())
    if not time:
        return raw
    assert raw.count(whole) == 1
    raw = raw.replace(whole, b"\x18" + bytes([len(time)]) + time)
    return raw[:1] + bytes([raw[1] + len(time) + 2 - len(whole)]) + raw[2:]


def _attributes(content: bytes, certificate: bytes, hash_name: str) -> cms.CMSAttributes:
    named = tsp.SigningCertificateV2(
        {
            "certs": [
                {
                    "hash_algorithm": {"algorithm": hash_name},
                    "cert_hash": sha256(certificate).digest(),
                }
            ]
        }
    )
    values: Sequence[tuple[str, object]] = (
        ("content_type", "tst_info"),
        ("message_digest", sha256(content).digest()),
        ("signing_certificate_v2", named),
    )
    return cms.CMSAttributes(
        [cms.CMSAttribute({"type": name, "values": [value]}) for name, value in values]
    )


def _signer(
    certificate: asn1.Certificate, attributes: cms.CMSAttributes, value: bytes
) -> cms.SignerInfo:
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": {
                "issuer_and_serial_number": {
                    "issuer": certificate.issuer,
                    "serial_number": certificate.serial_number,
                }
            },
            "digest_algorithm": _sha256(),
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": value,
        }
    )
