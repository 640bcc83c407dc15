"""What `signing.py` measures on: a school whose 17 people sign with RSA-2048 or P-256 keys.

Fourteen teachers of one subject each, the homeroom teacher, the principal and the seal; their
certificates of an issuing CA under a root, two revocation lists, a time-stamping authority, and a
trust list of a whole city's seals. Nothing here is measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from hocba.core.assessment.subjects import catalogue
from hocba.core.signing.path import run_offline
from hocba.core.signing.plan import Slot, plan_for, slots_of
from hocba.core.signing.rounds import add_stamp, complete, prepare, stamp_digest
from hocba.core.signing.trust import ApprovedSeal, TrustStore
from hocba.core.signing.verdict import SlotRole
from hocba.core.transcript.canonical import to_xml
from hocba.core.transcript.model import Signatory, Transcript
from tests.core.transcript.conftest import HOMEROOM, IDENTITY, PRINCIPAL, build

SIGNED_AT = datetime(2025, 5, 30, 2, 0, tzinfo=UTC)
NOW = datetime(2025, 6, 10, tzinfo=UTC)
SPAN = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
SCHOOLS_IN_THE_CITY = 1_000
REVOKED = 500
REMARK = (
    "Nắm chắc kiến thức, biết vận dụng vào bài tập thực tế; chủ động trong hoạt động nhóm, "
    "cần trình bày bài cẩn thận hơn."
)
STAMPED = (SlotRole.PRINCIPAL, SlotRole.SEAL)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Holder:
    """A key with its certificate; implements `core.signing.ports.Signer`."""

    certificate: bytes
    key: Key

    def sign_digests(self, digests: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """RSA PKCS#1 v1.5, or ECDSA as r‖s."""
        return tuple(self._sign(digest) for digest in digests)

    def _sign(self, digest: bytes) -> bytes:
        hashed = Prehashed(hashes.SHA256())
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(digest, padding.PKCS1v15(), hashed)
        r, s = decode_dss_signature(self.key.sign(digest, ec.ECDSA(hashed)))
        return r.to_bytes(32) + s.to_bytes(32)

    def pem(self) -> bytes:
        """The private key, for peers that read a file's bytes."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def certificate_pem(self) -> bytes:
        """The certificate, for peers that read a file's bytes."""
        certificate = x509.load_der_x509_certificate(self.certificate)
        return certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class School:
    """A transcript to sign, who signs it, whom a verifier trusts, and the clock of stamps."""

    kind: str
    transcript: Transcript
    holders: Mapping[str, Holder]
    trust: TrustStore
    clock: DummyTimeStamper

    def slots(self, transcript: Transcript) -> tuple[Slot, ...]:
        """The slots of a transcript of this school."""
        plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
        return slots_of(plan=plan, transcript=transcript)

    def numbered(self, number: int) -> Transcript:
        """The transcript of another student of the class."""
        student = replace(self.transcript.student, student_code=f"{number:010}")
        uuid = str(UUID(int=number, version=4))
        return replace(self.transcript, lookup_uuid=uuid, student=student)

    def sign(self, transcript: Transcript, *, stamped: bool = False) -> bytes:
        """Prepare, sign and complete every slot in order, a minute each."""
        document = to_xml(transcript)
        for number, slot in enumerate(self.slots(transcript)):
            holder = self.holders[slot.signer_id]
            at = SIGNED_AT + timedelta(minutes=number)
            asked = prepare(document=document, slot=slot, certificate=holder.certificate, at=at)
            (value,) = holder.sign_digests((asked.digest,))
            document = complete(document=document, prepared=asked, signature=value)
            if stamped and slot.role in STAMPED:
                digest = stamp_digest(document=document, slot_key=slot.key)
                document = add_stamp(document=document, slot_key=slot.key, token=self.stamp(digest))
        return document

    def stamp(self, digest: bytes) -> bytes:
        """A time-stamp token of the city's authority."""
        return bytes(run_offline(self.clock.async_timestamp(digest, "sha256")).dump())


def school(kind: str) -> School:
    """A school with keys of a kind: "RSA-2048" or "P-256"."""
    transcript = _transcript()
    root = _authority(kind, "Gốc chứng thực mẫu (không có giá trị)", None)
    issuing = _authority(kind, "CA chữ kí số chuyên dùng (MẪU)", root)
    people = [row.teacher for row in transcript.subjects] + [HOMEROOM, PRINCIPAL]
    holders = {
        one.citizen_id: _holder(kind, one.full_name, f"CCCD:{one.citizen_id}", issuing)
        for one in people
    }
    own = IDENTITY.school
    holders[own.code] = _holder(kind, own.name, f"MDV:{own.code}", issuing)
    seals = [_seal(f"{number:08}", b"%d" % number) for number in range(SCHOOLS_IN_THE_CITY)]
    trust = TrustStore(
        anchors=(root.certificate,),
        intermediates=(issuing.certificate,),
        crls=(_crl(root, 0), _crl(issuing, REVOKED)),
        seals=(*seals, _seal(own.code, holders[own.code].certificate)),
        log_keys=(),
    )
    # pyHanko's stand-in authority has RSA keys only; it is the same for both kinds.
    clock = _holder("RSA-2048", "Dấu thời gian mẫu", "MDV:TSA", issuing, stamps=True)
    plain = clock.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(clock.certificate),
        asn1_keys.PrivateKeyInfo.load(plain),
        fixed_dt=SIGNED_AT + timedelta(minutes=17),
    )
    return School(kind, transcript, holders, trust, stamper)


def _transcript() -> Transcript:
    """All fourteen subjects of the form, each with its own teacher and a remark."""
    known = {row.key: row for row in build().subjects}
    first = next(iter(known.values()))
    rows = tuple(
        replace(
            known.get(one.key, replace(first, key=one.key, code=one.official_code, name=one.name)),
            remark=REMARK,
            teacher=Signatory(
                f"Nguyễn Thị Minh Phương {number}", f"0011860001{number:02}", "Giáo viên bộ môn"
            ),
        )
        for number, one in enumerate(catalogue())
    )
    return replace(build(), subjects=rows)


def _key(kind: str) -> Key:
    if kind == "RSA-2048":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def _name(common: str, user: str = "") -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.COMMON_NAME, common),
    ]
    if user:
        parts.append(x509.NameAttribute(NameOID.USER_ID, user))
    return x509.Name(parts)


def _builder(name: x509.Name, key: Key, issuer: Holder | None) -> x509.CertificateBuilder:
    issuer_key = key if issuer is None else issuer.key
    issued_by = name
    if issuer is not None:
        issued_by = x509.load_der_x509_certificate(issuer.certificate).subject
    return (
        x509.CertificateBuilder(issued_by, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(SPAN[0])
        .not_valid_after(SPAN[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    holder = not authority
    return x509.KeyUsage(holder, holder, False, False, False, authority, authority, False, False)


def _authority(kind: str, common: str, parent: Holder | None) -> Holder:
    key = _key(kind)
    built = (
        _builder(_name(common), key, parent)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(key if parent is None else parent.key, hashes.SHA256())
    )
    return Holder(built.public_bytes(serialization.Encoding.DER), key)


def _holder(kind: str, common: str, user: str, issuing: Holder, *, stamps: bool = False) -> Holder:
    key = _key(kind)
    builder = _builder(_name(common, user), key, issuing).add_extension(
        _usage(authority=False), critical=True
    )
    if stamps:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=True)
    built = builder.sign(issuing.key, hashes.SHA256())
    return Holder(built.public_bytes(serialization.Encoding.DER), key)


def _crl(authority: Holder, revoked: int) -> bytes:
    """A revocation list that names some other certificates."""
    certificate = x509.load_der_x509_certificate(authority.certificate)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(certificate.subject)
        .last_update(SPAN[0])
        .next_update(SPAN[1])
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    for number in range(revoked):
        one = x509.RevokedCertificateBuilder(number + 1, SPAN[0] + timedelta(days=1))
        builder = builder.add_revoked_certificate(one.build())
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _seal(code: str, certificate: bytes) -> ApprovedSeal:
    digest = sha256(certificate).hexdigest()
    return ApprovedSeal(code, digest, SPAN[0] + timedelta(days=1), None)
