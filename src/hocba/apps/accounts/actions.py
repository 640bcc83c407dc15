"""Writes of the accounts office: people come and go, roles begin and end."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from unicodedata import normalize
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from hocba.apps.accounts.models import (
    DELEGATED_ACTS,
    ROLES,
    Delegation,
    Person,
    RoleAssignment,
    sign_in_name,
)
from hocba.apps.accounts.permissions import conflicting, require_role
from hocba.apps.accounts.queries import roles_on, viewer_of
from hocba.apps.accounts.staffing import (
    require_give_role,
    require_keep_account,
    require_open_account,
    require_operator,
    require_self,
)
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.leaf import CITY_TIME, school_year_of
from hocba.core.errors import HocbaError


@transaction.atomic
def create_person(
    *,
    username: str,
    full_name: str,
    citizen_id: str | None = None,
    password: str | None = None,
    is_staff: bool = False,
    is_superuser: bool = False,
    person_id: UUID | None = None,
    actor: UUID | None,
    at: datetime,
) -> Person:
    """Open an account; without a password the person sets one through an activation link.

    Refuses: access.denied, accounts.username_taken, accounts.citizen_id_taken,
    accounts.citizen_id_form.
    """
    require_open_account(enters_admin=is_staff or is_superuser, actor=actor, at=at)
    username = sign_in_name(username)
    citizen_id = (citizen_id or "").strip() or None
    if citizen_id is not None and not (len(citizen_id) == 12 and citizen_id.isdecimal()):
        raise HocbaError("accounts.citizen_id_form")
    if Person.objects.filter(username=username).exists():
        raise HocbaError("accounts.username_taken")
    if citizen_id and Person.objects.filter(citizen_id=citizen_id).exists():
        raise HocbaError("accounts.citizen_id_taken")
    person = Person(
        id=person_id or uuid7(at=at),
        username=username,
        full_name=" ".join(normalize("NFC", full_name).split()),
        citizen_id=citizen_id,
        is_staff=is_staff,
        is_superuser=is_superuser,
    )
    person.set_password(password)
    person.save(force_insert=True)
    after = {"username": username, "is_staff": is_staff, "is_superuser": is_superuser}
    _record(person, "accounts.person_created", None, after, "", actor, at)
    return person


@transaction.atomic
def deactivate_person(*, person_id: UUID, reason: str, actor: UUID | None, at: datetime) -> Person:
    """Close an account: no sign-in, no roles, until it is opened again. Idempotent."""
    person = _locked_person(person_id)
    if person.is_active and actor == person_id:
        raise HocbaError("accounts.own_account")
    require_keep_account(person=person, actor=actor, at=at)
    if person.is_active:
        _set_active(person, active=False, reason=reason, actor=actor, at=at)
    return person


@transaction.atomic
def reactivate_person(*, person_id: UUID, reason: str, actor: UUID | None, at: datetime) -> Person:
    """Open a closed account again. Idempotent."""
    person = _locked_person(person_id)
    require_keep_account(person=person, actor=actor, at=at)
    if not person.is_active:
        _set_active(person, active=True, reason=reason, actor=actor, at=at)
    return person


@transaction.atomic
def set_password(*, person_id: UUID, password: str, actor: UUID | None, at: datetime) -> None:
    """Give an account a new password that passes the site's rules; ends its other sessions.

    Raises Django's ValidationError for a weak password: that is a finding of the form.
    """
    require_self(person_id=person_id, actor=actor)
    person = _locked_person(person_id)
    validate_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    _record(person, "accounts.password_set", None, None, "", actor, at)


@transaction.atomic
def issue_activation(*, person_id: UUID, actor: UUID | None, at: datetime) -> str:
    """Return the path where the person sets a password, once, within PASSWORD_RESET_TIMEOUT.

    Refuses: access.denied, accounts.person_inactive.
    """
    require_operator(actor=actor, at=at)
    person = _locked_person(person_id)
    if not person.is_active:
        raise HocbaError("accounts.person_inactive")
    _record(person, "accounts.activation_issued", None, None, "", actor, at)
    key = urlsafe_base64_encode(force_bytes(person.pk))
    token = default_token_generator.make_token(person)
    return reverse("activate", kwargs={"uidb64": key, "token": token})


@transaction.atomic
def record_sign_in(*, person_id: UUID, actor: UUID | None, at: datetime) -> None:
    """Remember that somebody signed in."""
    require_self(person_id=person_id, actor=actor)
    person = Person.objects.get(pk=person_id)
    _record(person, "accounts.signed_in", None, None, "", actor, at)


@transaction.atomic
def record_second_factor(*, person_id: UUID, act: str, actor: UUID | None, at: datetime) -> None:
    """Remember that a second factor was added or removed, or that spare codes were made."""
    require_self(person_id=person_id, actor=actor)
    person = Person.objects.get(pk=person_id)
    _record(person, "accounts.second_factor_changed", None, {"act": act}, "", actor, at)


@transaction.atomic
def end_sessions(
    *, person_id: UUID, sessions: Sequence[int], actor: UUID | None, at: datetime
) -> None:
    """End sign-ins of a person by their numbers in the list; others' numbers mean nothing."""
    require_self(person_id=person_id, actor=actor)
    rows = list(UserSession.objects.filter(user_id=person_id, pk__in=sessions))
    for row in rows:
        row.end()
    if rows:
        after: dict[str, object] = {"sessions": len(rows)}
        person = Person.objects.get(pk=person_id)
        _record(person, "accounts.sessions_ended", None, after, "", actor, at)


@transaction.atomic
def grant_role(
    *,
    person_id: UUID,
    role: str,
    unit_id: UUID,
    valid_from: date,
    valid_to: date | None = None,
    actor: UUID | None,
    at: datetime,
) -> RoleAssignment:
    """Give a person a role in a unit; the same grant again changes nothing.

    Refuses: accounts.role_unknown, accounts.own_role (nobody raises themselves), access.denied,
    accounts.role_overlaps, accounts.roles_conflict.
    """
    if role not in ROLES:
        raise HocbaError("accounts.role_unknown", role=role)
    if actor == person_id:
        raise HocbaError("accounts.own_role")
    require_give_role(role=role, unit_id=unit_id, actor=actor, at=at)
    person = _locked_person(person_id)
    overlapping = RoleAssignment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from), person=person
    )
    if valid_to is not None:
        overlapping = overlapping.filter(valid_from__lte=valid_to)
    for other in overlapping:
        same_unit = other.unit_id == unit_id
        if conflicting(other.role, role, same_unit=same_unit):
            raise HocbaError("accounts.roles_conflict", role=role, other=other.role)
        if other.role == role and same_unit:
            if (other.valid_from, other.valid_to) == (valid_from, valid_to):
                return other
            raise HocbaError("accounts.role_overlaps", role=role)
    assignment = RoleAssignment.objects.create(
        id=uuid7(at=at),
        person=person,
        role=role,
        unit_id=unit_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    _record_role(assignment, "accounts.role_granted", None, "", actor, at)
    return assignment


@transaction.atomic
def end_role(
    *, assignment_id: UUID, last_day: date, reason: str = "", actor: UUID | None, at: datetime
) -> RoleAssignment:
    """Let a role end on a day; the row stays, since signatures of its time rest on it.

    Refuses: access.denied, accounts.role_ends_before_start, accounts.role_already_ended.
    """
    assignment = RoleAssignment.objects.select_for_update().get(pk=assignment_id)
    require_give_role(role=assignment.role, unit_id=assignment.unit_id, actor=actor, at=at)
    if assignment.valid_to == last_day:
        return assignment
    if assignment.valid_to is not None and assignment.valid_to < last_day:
        raise HocbaError("accounts.role_already_ended")
    if last_day < assignment.valid_from:
        raise HocbaError("accounts.role_ends_before_start")
    before = assignment.valid_to
    assignment.valid_to = last_day
    assignment.save(update_fields=["valid_to"])
    _record_role(assignment, "accounts.role_ended", {"valid_to": before}, reason, actor, at)
    return assignment


LONGEST_DELEGATION = timedelta(days=366)
_NEVER_RECEIVE = ("clerk", "it_officer", "principal")


@transaction.atomic
def give_delegation(
    *,
    delegation_id: UUID,
    receiver_id: UUID,
    unit_id: UUID,
    act: str,
    valid_from: date,
    valid_to: date,
    reason: str,
    actor: UUID,
    at: datetime,
) -> Delegation:
    """Let a deputy do an act for the head from a day to a day; the head's own decision.

    `delegation_id` is drawn by the page: the same request again changes nothing.

    Raises:
        HocbaError: "access.denied", "accounts.delegation_days", "accounts.delegation_reason",
            "accounts.delegation_receiver" (no deputy of this school on the first day, or one who
            keeps the seal or the accounts), "accounts.delegation_overlaps".
    """
    require_role(viewer_of(person_id=actor, at=at), "principal", unit_id=unit_id)
    known = Delegation.objects.filter(pk=delegation_id, giver_id=actor).first()
    if known is not None:
        return known
    reason = " ".join(normalize("NFC", reason).split())[:300]
    if not reason or act not in DELEGATED_ACTS:
        raise HocbaError("accounts.delegation_reason")
    today = at.astimezone(CITY_TIME).date()
    if not today <= valid_from <= valid_to <= valid_from + LONGEST_DELEGATION:
        raise HocbaError("accounts.delegation_days")
    _locked_person(receiver_id)
    held = roles_on(valid_from).filter(person_id=receiver_id, unit_id=unit_id)
    roles = set(held.values_list("role", flat=True))
    if "deputy_principal" not in roles or roles & set(_NEVER_RECEIVE) or receiver_id == actor:
        raise HocbaError("accounts.delegation_receiver")
    same = Delegation.objects.filter(
        unit_id=unit_id, act=act, receiver_id=receiver_id, revoked_at__isnull=True
    )
    if same.filter(valid_from__lte=valid_to, valid_to__gte=valid_from).exists():
        raise HocbaError("accounts.delegation_overlaps")
    delegation = Delegation.objects.create(
        id=delegation_id,
        unit_id=unit_id,
        act=act,
        giver_id=actor,
        receiver_id=receiver_id,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason,
        given_at=at,
    )
    _record_delegation(delegation, "accounts.delegation_given", reason, actor, at)
    return delegation


@transaction.atomic
def revoke_delegation(*, delegation_id: UUID, reason: str, actor: UUID, at: datetime) -> Delegation:
    """End a delegation now; what was signed under it keeps its value. Idempotent.

    Raises:
        HocbaError: "access.denied" (only the school's head), "accounts.delegation_reason".
    """
    delegation = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
    if delegation is None:
        raise HocbaError("access.denied")
    require_role(viewer_of(person_id=actor, at=at), "principal", unit_id=delegation.unit_id)
    if delegation.revoked_at is not None:
        return delegation
    if not reason.strip():
        raise HocbaError("accounts.delegation_reason")
    delegation.revoked_at, delegation.revoked_by = at, actor
    delegation.save(update_fields=["revoked_at", "revoked_by"])
    _record_delegation(delegation, "accounts.delegation_revoked", reason.strip(), actor, at)
    return delegation


def _record_delegation(
    delegation: Delegation, action: str, reason: str, actor: UUID, at: datetime
) -> None:
    record_event(
        school_id=delegation.unit_id,
        school_year=school_year_of(at),
        action=action,
        object_type="delegation",
        object_id=str(delegation.pk),
        before=None,
        after={
            "act": delegation.act,
            "receiver_id": delegation.receiver_id,
            "valid_from": delegation.valid_from,
            "valid_to": delegation.valid_to,
            "revoked_at": delegation.revoked_at,
        },
        reason=reason,
        actor=actor,
        at=at,
    )


def _locked_person(person_id: UUID) -> Person:
    try:
        return Person.objects.select_for_update().get(pk=person_id)
    except Person.DoesNotExist:
        raise HocbaError("accounts.person_unknown") from None


def _set_active(
    person: Person, *, active: bool, reason: str, actor: UUID | None, at: datetime
) -> None:
    person.is_active = active
    person.save(update_fields=["is_active"])
    action = "accounts.person_reactivated" if active else "accounts.person_deactivated"
    _record(person, action, {"is_active": not active}, {"is_active": active}, reason, actor, at)


def _record(
    person: Person,
    action: str,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
    reason: str,
    actor: UUID | None,
    at: datetime,
) -> None:
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action=action,
        object_type="person",
        object_id=str(person.pk),
        before=before,
        after=after,
        reason=reason,
        actor=actor,
        at=at,
    )


def _record_role(
    assignment: RoleAssignment,
    action: str,
    before: dict[str, object] | None,
    reason: str,
    actor: UUID | None,
    at: datetime,
) -> None:
    after = {
        "person_id": assignment.person_id,
        "role": assignment.role,
        "valid_from": assignment.valid_from,
        "valid_to": assignment.valid_to,
    }
    record_event(
        school_id=assignment.unit_id,
        school_year=school_year_of(at),
        action=action,
        object_type="role_assignment",
        object_id=str(assignment.pk),
        before=before,
        after=after,
        reason=reason,
        actor=actor,
        at=at,
    )
