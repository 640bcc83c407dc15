"""The signing desk, read: as whom somebody signs, what waits per class, with which certificate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import delegation_in_force, person_by_id
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.certificates.queries import (
    approved_certificate_of_person,
    approved_seal_of_school,
    certificates_of_person,
    certificates_of_seal,
)
from hocba.apps.certificates.values import HeldCertificate
from hocba.apps.issuing.queries import slots_asked_of, waiting_slots
from hocba.apps.roster.models import Unit
from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.plan import plan_for
from hocba.core.signing.verdict import SlotRole

OWN, SEAL, DELEGATED = "ca-nhan", "con-dau", "uy-quyen"  # as they stand in addresses
SIGN_TRANSCRIPTS = "sign_transcripts"
_OPEN = ("signing", "sealed")


@dataclass(frozen=True, slots=True)
class SigningAs:
    """As whom a person signs in one school: in the own name, with the school's seal, or for the
    head by delegation, whose slots of one `role` these are then."""

    kind: str
    school_id: UUID
    signer_id: str  # citizen id of whom the slots name, or the school's code
    person_id: UUID
    holder_id: str  # whom the certificate names
    role: str = ""
    for_whom: str = ""  # name of the head


@dataclass(frozen=True, slots=True)
class ClassWork:
    """One class on the desk: signatures whose turn has come, whose turn comes later, made."""

    class_id: UUID
    waiting: int
    later: int
    signed: int


@dataclass(frozen=True, slots=True)
class SigningLine:
    """One signature asked of a signer: `state` is "waiting", "later" or "signed"."""

    draft_id: UUID
    enrolment_id: UUID
    slot_key: str
    role: SlotRole
    state: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeskCertificate:
    """What a signer has to sign with: `state` is "usable", or why not."""

    state: str  # "usable" | "waiting" (for approval) | "expired" | "missing"
    held: HeldCertificate | None
    name: str


def signing_as(*, viewer: Viewer, school: Unit, at: datetime) -> list[SigningAs]:
    """Return as whom the viewer may be waited for in a school; nobody's seal but the clerk's."""
    if viewer.person_id is None or school.pk not in viewer.units():
        return []
    person = person_by_id(person_id=viewer.person_id)
    found = []
    if person is not None and person.citizen_id:
        found.append(SigningAs(OWN, school.pk, person.citizen_id, person.pk, person.citizen_id))
    if person is not None and viewer.has("clerk", school.pk):
        found.append(SigningAs(SEAL, school.pk, school.code, person.pk, school.code))
    if person is not None and viewer.has("deputy_principal", school.pk):
        found += _delegated(person, school, at)
    return found


def _delegated(person: Person, school: Unit, at: datetime) -> list[SigningAs]:
    given = delegation_in_force(
        receiver_id=person.pk, unit_id=school.pk, act=SIGN_TRANSCRIPTS, at=at
    )
    if given is None or not given.giver.citizen_id:
        return []
    return [
        SigningAs(
            kind=DELEGATED,
            school_id=school.pk,
            signer_id=given.giver.citizen_id,
            person_id=person.pk,
            holder_id=person.citizen_id or "",
            role=SlotRole.PRINCIPAL.value,
            for_whom=given.giver.full_name,
        )
    ]


def signing_as_kind(*, viewer: Viewer, school: Unit, kind: str, at: datetime) -> SigningAs:
    """Return as whom the viewer signs under an address.

    Raises:
        HocbaError: "access.denied".
    """
    for one in signing_as(viewer=viewer, school=school, at=at):
        if one.kind == kind:
            return one
    raise HocbaError("access.denied")


def slots_waiting(*, signer: SigningAs, class_id: UUID | None = None) -> list[tuple[UUID, str]]:
    """Return (draft id, slot key) pairs whose turn has come for somebody at the desk."""
    return waiting_slots(
        school_id=signer.school_id,
        signer_id=signer.signer_id,
        class_id=class_id,
        role=signer.role,
    )


def class_work(*, signer: SigningAs) -> list[ClassWork]:
    """Return the signer's classes that are not issued yet, those with work first."""
    ready = set(slots_waiting(signer=signer))
    counts: dict[UUID, dict[str, int]] = {}
    asked = slots_asked_of(
        school_id=signer.school_id, signer_id=signer.signer_id, role=signer.role
    ).filter(draft__state__in=_OPEN)
    rows = asked.values_list("draft__class_id", "draft_id", "key", "state")
    for class_id, draft_id, key, state in rows:
        one = counts.setdefault(class_id, {"waiting": 0, "later": 0, "signed": 0})
        one[_state(state, (draft_id, key) in ready)] += 1
    found = [ClassWork(class_id, **one) for class_id, one in counts.items()]
    return sorted(found, key=lambda work: (work.waiting == 0, work.later == 0))


def class_lines(*, signer: SigningAs, class_id: UUID) -> list[SigningLine]:
    """Return every signature asked of the signer in one class, withdrawn drafts left out."""
    ready = set(slots_waiting(signer=signer, class_id=class_id))
    slots = (
        slots_asked_of(school_id=signer.school_id, signer_id=signer.signer_id, role=signer.role)
        .filter(draft__class_id=class_id)
        .exclude(draft__state="withdrawn")
        .select_related("draft")
        .order_by("draft_id", "key")
    )
    return [
        SigningLine(
            slot.draft_id,
            slot.draft.enrolment_id,
            slot.key,
            SlotRole(slot.role),
            _state(slot.state, (slot.draft_id, slot.key) in ready),
            slot.signed_at,
        )
        for slot in slots
    ]


def signed_by(*, signer: SigningAs, slots: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Return which of the (draft id, slot key) pairs the signer has signed already."""
    asked = set(slots)
    mine = slots_asked_of(school_id=signer.school_id, signer_id=signer.signer_id, role=signer.role)
    rows = mine.filter(state="signed", draft_id__in={draft_id for draft_id, _ in asked})
    return asked & set(rows.values_list("draft_id", "key"))


def sheet_allowed(*, school: Unit, school_year: str, role: SlotRole) -> bool:
    """Whether the plan lets this role sign a class with one signature."""
    plan = plan_for(school_level=school.school_level, school_year=school_year)
    return plan.allows(role, "sheet")


def desk_certificate(*, signer: SigningAs, at: datetime) -> DeskCertificate:
    """Return the certificate that would sign now, else the newest with why it cannot."""
    usable = (
        approved_seal_of_school(unit_id=signer.school_id, at=at)
        if signer.kind == SEAL
        else approved_certificate_of_person(person_id=signer.person_id, at=at)
    )
    if usable is not None:
        return DeskCertificate("usable", usable, read_certificate(usable.der).name)
    held = _certificates(signer)
    living = [one for one in held if one.status in ("registered", "approved")]
    if not living:
        return DeskCertificate("missing", None, "")
    state = "expired" if living[0].not_after <= at else "waiting"
    return DeskCertificate(state, living[0], read_certificate(living[0].der).name)


def require_token_certificate(*, signer: SigningAs, der: bytes, at: datetime) -> None:
    """Refuse a token whose certificate is not the one that the signer's slots are prepared for.

    Raises:
        HocbaError: "certificate.unreadable", "signing.token_of_another",
            "signing.token_certificate_expired", "signing.token_certificate_unknown" (the signer's,
            yet not registered and approved, or another one is in use).
    """
    read = read_certificate(der)
    usable = desk_certificate(signer=signer, at=at)
    if usable.state == "usable" and usable.held and usable.held.sha256 == read.sha256:
        return
    if read.holder_id != signer.holder_id:
        raise HocbaError("signing.token_of_another", name=read.name)
    if read.not_after <= at:
        raise HocbaError("signing.token_certificate_expired")
    raise HocbaError("signing.token_certificate_unknown")


def _certificates(signer: SigningAs) -> list[HeldCertificate]:
    if signer.kind == SEAL:
        return certificates_of_seal(unit_id=signer.school_id)
    return certificates_of_person(person_id=signer.person_id)


def _state(stored: str, is_ready: bool) -> str:
    if stored == "signed":
        return "signed"
    return "waiting" if is_ready else "later"
