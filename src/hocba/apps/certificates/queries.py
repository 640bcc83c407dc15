"""Reads of the certificates office: who may sign with what, at a given instant."""

from dataclasses import fields
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from hocba.apps.accounts.permissions import require_operate, require_role
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.certificates.models import Certificate
from hocba.apps.certificates.values import HeldCertificate
from hocba.core.signing.trust import ApprovedSeal

_PLAIN = tuple(field.name for field in fields(HeldCertificate) if field.name != "der")


def approved_certificate_of_person(*, person_id: UUID, at: datetime) -> HeldCertificate | None:
    """Return the certificate a person signs with at that instant: the newest approved one."""
    return _newest(Certificate.objects.filter(person_id=person_id), at)


def approved_seal_of_school(*, unit_id: UUID, at: datetime) -> HeldCertificate | None:
    """Return the certificate a school seals with at that instant: the newest approved one."""
    return _newest(Certificate.objects.filter(unit_id=unit_id), at)


def approved_seals() -> list[ApprovedSeal]:
    """Every span in which a certificate sealed for a school, withdrawn ones included.

    Old transcripts are judged by the seal of their day, so nothing leaves this list.
    """
    rows = Certificate.objects.select_related("unit").filter(
        unit__isnull=False, approved_at__isnull=False
    )
    return [
        ApprovedSeal(
            school_code=row.unit.code if row.unit else "",
            certificate_sha256=row.sha256,
            valid_from=row.approved_at or row.registered_at,
            valid_to=row.ended_at,
        )
        for row in rows.order_by("approved_at", "id")
    ]


def certificate_by_sha256(*, sha256: str) -> HeldCertificate | None:
    """Find a certificate by the fingerprint of its bytes."""
    row = Certificate.objects.filter(sha256=sha256).first()
    return _held(row) if row else None


def certificates_of_person(*, person_id: UUID) -> list[HeldCertificate]:
    """Every certificate ever registered for one person, newest first."""
    rows = Certificate.objects.filter(person_id=person_id).order_by("-registered_at", "-id")
    return [_held(row) for row in rows]


def certificates_of_seal(*, unit_id: UUID) -> list[HeldCertificate]:
    """Every certificate ever registered for a school's seal, newest first."""
    rows = Certificate.objects.filter(unit_id=unit_id).order_by("-registered_at", "-id")
    return [_held(row) for row in rows]


def certificates_of_school(*, viewer: Viewer, unit_id: UUID) -> list[HeldCertificate]:
    """Certificates of a school's seal for its own office, newest first."""
    require_role(viewer, "principal", "clerk", "it_officer", unit_id=unit_id)
    rows = Certificate.objects.filter(unit_id=unit_id).order_by("-registered_at", "id")
    return [_held(row) for row in rows]


def certificates_waiting(*, viewer: Viewer) -> list[HeldCertificate]:
    """Certificates that wait for an approver, oldest first."""
    require_operate(viewer)
    rows = Certificate.objects.filter(status="registered").order_by("registered_at", "id")
    return [_held(row) for row in rows]


def _newest(rows: QuerySet[Certificate], at: datetime) -> HeldCertificate | None:
    in_force = rows.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        approved_at__lte=at,
        not_before__lte=at,
        not_after__gt=at,
    )
    row = in_force.order_by("-approved_at", "-id").first()
    return _held(row) if row else None


def _held(row: Certificate) -> HeldCertificate:
    values = {name: getattr(row, name) for name in _PLAIN}
    return HeldCertificate(**values, der=bytes(row.der))
