"""What is known of a certificate, as values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


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
