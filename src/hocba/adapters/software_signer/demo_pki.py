"""A whole PKI for one folder: root, issuing CA, certificates of people and seals, CRLs, log key.

Shaped like the real one (national root → issuing CA → personal and organisation certificates; the
holder's number in the subject's UID), without any legal value.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEY_PASSWORD = b"demo"
TIME_STAMPING = "time-stamping"
_COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who gets a personal certificate."""

    full_name: str
    citizen_id: str
    organisation: str


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """A school that gets a certificate for its seal."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoPki:
    """What was made; certificates by citizen id or school code, all in DER."""

    folder: Path
    anchors: tuple[bytes, ...]
    intermediates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    certificates: Mapping[str, bytes]
    log_key: Path
    time_stamping_key: Path  # PKCS#12; absent in a folder made before there was one


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA: its certificate and key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


def build_demo_pki(
    *,
    folder: Path,
    people: Sequence[DemoPerson],
    schools: Sequence[DemoSchool],
    not_before: datetime,
    not_after: datetime,
) -> DemoPki:
    """Make the PKI in `folder`, or read it when it was made before for the same holders."""
    wanted = "\n".join(sorted([*(one.citizen_id for one in people), *(s.code for s in schools)]))
    marker = folder / _COMPLETE
    if not marker.exists() or marker.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        span = (not_before, not_after)
        root = _authority("Gốc chứng thực mẫu (không có giá trị)", None, span)
        issuing = _authority("CA chữ kí số chuyên dùng (MẪU)", root, span)
        _write_authorities(folder, root, issuing, span)
        for person in people:
            subject = _name(person.full_name, f"CCCD:{person.citizen_id}", person.organisation)
            _write_holder(folder, person.citizen_id, subject, issuing, span)
        for school in schools:
            subject = _name(school.name, f"MDV:{school.code}", school.name)
            _write_holder(folder, school.code, subject, issuing, span)
        clock = _name("Dấu thời gian mẫu (không có giá trị)", "MDV:TSA", "")
        _write_holder(folder, TIME_STAMPING, clock, issuing, span, stamps=True)
        _write_log_key(folder / "log-key.pem")
        marker.write_text(wanted)
    return _read(folder, [*(one.citizen_id for one in people), *(s.code for s in schools)])


def _read(folder: Path, holders: Sequence[str]) -> DemoPki:
    return DemoPki(
        folder=folder,
        anchors=((folder / "root.der").read_bytes(),),
        intermediates=((folder / "issuing.der").read_bytes(),),
        crls=tuple((folder / f"{name}.crl").read_bytes() for name in ("root", "issuing")),
        certificates={name: (folder / f"{name}.der").read_bytes() for name in holders},
        log_key=folder / "log-key.pem",
        time_stamping_key=folder / f"{TIME_STAMPING}.p12",
    )


def _fitting(text: str) -> str:
    """Cut a name to what X.520 allows: 64 bytes."""
    return text.encode()[:64].decode(errors="ignore")


def _name(common_name: str, user_id: str, organisation: str) -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, _fitting(organisation)),
        x509.NameAttribute(NameOID.COMMON_NAME, _fitting(common_name)),
        x509.NameAttribute(NameOID.USER_ID, user_id),
    ]
    return x509.Name([part for part in parts if part.value])


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _authority(
    common_name: str, parent: Authority | None, span: tuple[datetime, datetime]
) -> Authority:
    key = _key()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.COMMON_NAME, _fitting(common_name)),
        ]
    )
    usage = _usage(key_cert_sign=True, crl_sign=True)
    builder = _builder(name, parent.certificate.subject if parent else name, key, span)
    issuer = parent or Authority(None, key)  # type: ignore[arg-type]
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
        .sign(issuer.key, hashes.SHA256())
    )
    return Authority(certificate, key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    span: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(**allowed: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in names})


def _write_authorities(
    folder: Path, root: Authority, issuing: Authority, span: tuple[datetime, datetime]
) -> None:
    for name, authority in (("root", root), ("issuing", issuing)):
        (folder / f"{name}.der").write_bytes(authority.certificate.public_bytes(Encoding.DER))
        (folder / f"{name}.crl").write_bytes(_crl(authority, 1, span, ()))
        key = authority.key.private_bytes(
            Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{name}-ca.pem").touch(mode=0o600)
        (folder / f"{name}-ca.pem").write_bytes(key)


def _crl(
    authority: Authority,
    number: int,
    span: tuple[datetime, datetime],
    revoked: Sequence[x509.RevokedCertificate],
) -> bytes:
    key = authority.key.public_key()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(span[0])
        .next_update(span[1])
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key), critical=False)
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(one)
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


def revoked_list(
    *, folder: Path, holder: str, since: datetime, span: tuple[datetime, datetime]
) -> bytes:
    """Return the issuing CA's next list, on which a holder is revoked; the folder stays as it is.

    Raises:
        OSError: in a folder made before the CA's key was kept, or for an unknown holder.
    """
    key = serialization.load_pem_private_key((folder / "issuing-ca.pem").read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    issuing = x509.load_der_x509_certificate((folder / "issuing.der").read_bytes())
    held = x509.load_der_x509_certificate((folder / f"{holder}.der").read_bytes())
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(held.serial_number)
        .revocation_date(since)
        .add_extension(x509.CRLReason(x509.ReasonFlags.superseded), critical=False)
        .build()
    )
    return _crl(Authority(issuing, key), 2, span, (entry,))


def _write_holder(
    folder: Path,
    holder: str,
    subject: x509.Name,
    issuing: Authority,
    span: tuple[datetime, datetime],
    *,
    stamps: bool = False,
) -> None:
    key = _key()
    builder = (
        _builder(subject, issuing.certificate.subject, key, span)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.key.public_key()),
            critical=False,
        )
    )
    if stamps:  # RFC 3161 §2.3: only this purpose, and critical
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=True)
    certificate = builder.sign(issuing.key, hashes.SHA256())
    (folder / f"{holder}.der").write_bytes(certificate.public_bytes(Encoding.DER))
    path = folder / f"{holder}.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            holder.encode(),
            key,
            certificate,
            None,
            serialization.BestAvailableEncryption(KEY_PASSWORD),
        )
    )
    path.chmod(0o600)


def write_portal_key(path: Path) -> None:
    """Make the key with which a portal of the demo signs claims on paper and status lists."""
    path.touch(mode=0o600)
    path.write_bytes(_unlocked(ec.generate_private_key(ec.SECP256R1())))


def _write_log_key(path: Path) -> None:
    path.write_bytes(_unlocked(Ed25519PrivateKey.generate()))
    path.chmod(0o600)


def _unlocked(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
