"""What is known of a certificate, as values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What the bytes of a certificate say; read from them by `core.signing`, never typed in."""

    serial: str
    subject: str
    issuer: str
    holder_id: str  # citizen id of a person, code of a school: from the subject's UID
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCertificate:
    """One registered certificate as read."""

    id: UUID
    person_id: UUID | None
    unit_id: UUID | None
    sha256: str
    serial: str
    subject: str
    issuer: str
    der: bytes
    not_before: datetime
    not_after: datetime
    status: str
    registered_by: UUID | None
    registered_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedSealRow:
    """The span in which one certificate seals for one school."""

    school_code: str
    certificate_sha256: str
    valid_from: datetime
    valid_to: datetime | None  # None: still in force
