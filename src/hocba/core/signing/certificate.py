"""What a certificate says of its holder: the name, and the citizen id or organisation code."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from hocba.core.errors import HocbaError

# Real ones have two kilobytes; each is remembered, and names of megabytes cost time to compare.
MAX_BYTES = 16 * 1024
PERSON_PREFIX, ORGANISATION_PREFIX = "CCCD:", "MDV:"


@dataclass(frozen=True, slots=True)
class CertificateHolder:
    """A certificate read: who holds it, who issued it, from when to when."""

    der: bytes
    sha256: str
    serial: str  # hexadecimal
    subject: str  # RFC 4514
    issuer: str
    name: str
    holder_id: str  # citizen id of a person, code of an organisation, "" when it names neither
    is_organisation: bool
    not_before: datetime
    not_after: datetime
    may_sign: bool  # key usage digitalSignature or nonRepudiation
    public_key: CertificatePublicKeyTypes

    @property
    def key_bits(self) -> int:
        """Size of the key: RSA modulus or curve, 0 for a kind of key that has none."""
        return int(getattr(self.public_key, "key_size", 0))


@lru_cache(maxsize=4096)
def read_certificate(der: bytes) -> CertificateHolder:
    """Read a DER certificate.

    Raises:
        HocbaError: "certificate.unreadable".
    """
    if len(der) > MAX_BYTES:
        raise HocbaError("certificate.unreadable")
    try:
        certificate = x509.load_der_x509_certificate(der)
        identifiers = [
            str(item.value)
            for oid in (NameOID.USER_ID, NameOID.SERIAL_NUMBER)
            for item in certificate.subject.get_attributes_for_oid(oid)
        ]
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        holder_id, is_organisation = _holder(identifiers)
        return CertificateHolder(
            der=der,
            sha256=sha256(der).hexdigest(),
            serial=f"{certificate.serial_number:x}",
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            name=str(names[0].value) if names else "",
            holder_id=holder_id,
            is_organisation=is_organisation,
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            may_sign=_may_sign(certificate),
            public_key=certificate.public_key(),
        )
    except (
        ValueError,
        TypeError,
        OverflowError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise HocbaError("certificate.unreadable") from error


def _holder(identifiers: list[str]) -> tuple[str, bool]:
    for text in identifiers:
        if text.startswith(PERSON_PREFIX):
            return text.removeprefix(PERSON_PREFIX), False
        if text.startswith(ORGANISATION_PREFIX):
            return text.removeprefix(ORGANISATION_PREFIX), True
    return "", False


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature or usage.content_commitment
