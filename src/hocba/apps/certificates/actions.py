"""Writes of the certificates office: one registers, another approves."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.queries import person_by_id
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.certificates.models import Certificate
from hocba.apps.certificates.permissions import (
    require_decide,
    require_register,
    require_withdraw,
)
from hocba.apps.identifiers import uuid7
from hocba.apps.leaf import school_year_of
from hocba.apps.roster.queries import unit_by_id
from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate


@transaction.atomic
def register_certificate(
    *,
    der: bytes,
    person_id: UUID | None = None,
    unit_id: UUID | None = None,
    actor: UUID | None,
    at: datetime,
) -> Certificate:
    """Enter a certificate of a person or of a school's seal; the same again changes nothing.

    Refuses: access.denied, certificate.unreadable, certificates.one_holder,
    certificates.holder_unknown, certificates.other_holder (the subject names somebody else),
    certificates.expired, certificates.not_for_signing, certificates.registered_for_another.
    """
    if (person_id is None) == (unit_id is None):
        raise HocbaError("certificates.one_holder")
    require_register(person_id=person_id, unit_id=unit_id, actor=actor, at=at)
    read = read_certificate(der)
    known = Certificate.objects.filter(sha256=read.sha256).first()
    if known is not None:
        if (known.person_id, known.unit_id) != (person_id, unit_id):
            raise HocbaError("certificates.registered_for_another")
        return known
    expected = _expected_holder(person_id, unit_id)
    if (read.holder_id, read.is_organisation) != (expected, unit_id is not None):
        raise HocbaError("certificates.other_holder")
    if read.not_after <= at:
        raise HocbaError("certificates.expired")
    if not read.may_sign:
        raise HocbaError("certificates.not_for_signing")
    certificate = Certificate.objects.create(
        id=uuid7(at=at),
        person_id=person_id,
        unit_id=unit_id,
        sha256=read.sha256,
        serial=read.serial,
        subject=read.subject,
        issuer=read.issuer,
        der=der,
        not_before=read.not_before,
        not_after=read.not_after,
        registered_by=actor,
        registered_at=at,
    )
    _record(certificate, "certificates.registered", None, "", actor, at)
    return certificate


@transaction.atomic
def approve_certificate(*, certificate_id: UUID, actor: UUID | None, at: datetime) -> Certificate:
    """Let a registered certificate sign from now on. Idempotent for the same approver.

    Refuses: certificates.approver_needed, certificates.own_approval (who registered it, or whose
    it is), access.denied (who is not above the school), certificates.not_registered.
    """
    certificate = _locked(certificate_id)
    if actor is None:
        raise HocbaError("certificates.approver_needed")
    if actor in (certificate.registered_by, certificate.person_id):
        raise HocbaError("certificates.own_approval")
    require_decide(certificate, actor=actor, at=at)
    if certificate.status == "approved" and certificate.approved_by == actor:
        return certificate
    if certificate.status != "registered":
        raise HocbaError("certificates.not_registered", status=certificate.status)
    certificate.status, certificate.approved_by, certificate.approved_at = "approved", actor, at
    certificate.save(update_fields=["status", "approved_by", "approved_at"])
    _record(certificate, "certificates.approved", "registered", "", actor, at)
    return certificate


@transaction.atomic
def refuse_certificate(
    *, certificate_id: UUID, reason: str, actor: UUID | None, at: datetime
) -> Certificate:
    """Turn a registered certificate down. Refuses: access.denied, certificates.not_registered."""
    certificate = _locked(certificate_id)
    require_decide(certificate, actor=actor, at=at)
    if certificate.status != "registered":
        raise HocbaError("certificates.not_registered", status=certificate.status)
    _end(certificate, "refused", reason, actor, at)
    return certificate


@transaction.atomic
def withdraw_certificate(
    *, certificate_id: UUID, reason: str, actor: UUID | None, at: datetime
) -> Certificate:
    """Let an approved certificate sign no longer; what it signed before stays as it is.

    Refuses: access.denied, certificates.not_approved.
    """
    certificate = _locked(certificate_id)
    require_withdraw(certificate, actor=actor, at=at)
    if certificate.status != "approved":
        raise HocbaError("certificates.not_approved", status=certificate.status)
    _end(certificate, "withdrawn", reason, actor, at)
    return certificate


def _expected_holder(person_id: UUID | None, unit_id: UUID | None) -> str:
    """Return what the subject must name: the person's number or the school's code."""
    if person_id is not None:
        person = person_by_id(person_id=person_id)
        if person is None or not person.citizen_id:
            raise HocbaError("certificates.holder_unknown")
        return person.citizen_id
    unit = unit_by_id(unit_id=unit_id) if unit_id is not None else None
    if unit is None or unit.kind != "school":
        raise HocbaError("certificates.holder_unknown")
    return unit.code


def _locked(certificate_id: UUID) -> Certificate:
    try:
        return Certificate.objects.select_for_update().get(pk=certificate_id)
    except Certificate.DoesNotExist:
        raise HocbaError("certificates.unknown") from None


def _end(
    certificate: Certificate, status: str, reason: str, actor: UUID | None, at: datetime
) -> None:
    before = certificate.status
    certificate.status, certificate.ended_by, certificate.ended_at = status, actor, at
    certificate.save(update_fields=["status", "ended_by", "ended_at"])
    _record(certificate, f"certificates.{status}", before, reason, actor, at)


def _record(
    certificate: Certificate,
    action: str,
    before: str | None,
    reason: str,
    actor: UUID | None,
    at: datetime,
) -> None:
    record_event(
        school_id=certificate.unit_id or CITY_WIDE,
        school_year=school_year_of(at),
        action=action,
        object_type="certificate",
        object_id=str(certificate.pk),
        before=None if before is None else {"status": before},
        after={"status": certificate.status, "sha256": certificate.sha256},
        reason=reason,
        actor=actor,
        at=at,
    )
