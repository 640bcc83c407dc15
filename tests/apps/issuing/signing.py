"""What the desk's tests share: people with their keys, sessions, signing what was looked at."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from django.utils import timezone

from hocba.adapters.software_signer import SoftwareSigner
from hocba.apps.accounts.actions import give_delegation
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import person_by_username
from hocba.apps.issuing.actions import (
    complete_signatures,
    open_page,
    open_signing_session,
    prepare_signatures,
)
from hocba.apps.issuing.actions.sign import Outcome, Signed, ToSign
from hocba.apps.issuing.desk import DELEGATED, OWN, SIGN_TRANSCRIPTS
from hocba.apps.issuing.models import Draft, Slot
from hocba.apps.issuing.queries import pages_to_open, waiting_slots
from hocba.apps.leaf import CITY_TIME
from hocba.apps.roster.models import Enrolment
from hocba.web.demo import road
from hocba.web.demo.city import City
from tests.apps.city import quiet_report

SlotName = tuple[UUID, str]
SMALL = 3  # students of the class that is signed by everybody, again and again


def small_class(city: City, class_id: UUID) -> UUID:
    """Let most students of an accepted class leave it, and compose the rest."""
    roll = Enrolment.objects.filter(class_group_id=class_id)
    staying = list(roll.order_by("list_number").values_list("pk", flat=True)[:SMALL])
    roll.exclude(pk__in=staying).update(left_date=date(2025, 5, 1))
    road.compose(city, class_id, quiet_report())
    return class_id


def deputy() -> Person:
    """Phó hiệu trưởng of the demo's city."""
    person = person_by_username(username="phohieutruong")
    assert person is not None
    return person


def delegate(city: City) -> UUID:
    """Let the head delegate signing to the deputy for today."""
    today = timezone.now().astimezone(CITY_TIME).date()
    given = give_delegation(
        delegation_id=uuid4(),
        receiver_id=deputy().pk,
        unit_id=city.school_id,
        act=SIGN_TRANSCRIPTS,
        valid_from=today,
        valid_to=today,
        reason="Quyết định 12/QĐ-THCS",
        actor=city.principal.pk,
        at=timezone.now(),
    )
    return given.pk


def begin(city: City, person: Person, class_id: UUID, kind: str = OWN) -> UUID:
    """Open a session over a class."""
    return open_signing_session(
        school_id=city.school_id,
        session_id=uuid4(),
        kind=kind,
        class_ids=[class_id],
        actor=person.pk,
        at=timezone.now(),
    )


def open_all(city: City, person: Person, session_id: UUID, most: int | None = None) -> int:
    """Open the pages that must be opened, and return how many these were."""
    pages = pages_to_open(school_id=city.school_id, session_id=session_id)[:most]
    for draft_id in pages:
        open_page(
            school_id=city.school_id,
            session_id=session_id,
            draft_id=draft_id,
            actor=person.pk,
            at=timezone.now(),
        )
    return len(pages)


def waiting(city: City, person: Person, role: str = "", of: Person | None = None) -> list[SlotName]:
    """What waits for somebody."""
    holder = (of or person).citizen_id or ""
    return waiting_slots(school_id=city.school_id, signer_id=holder, role=role)


def prepare(
    city: City, person: Person, slots: Sequence[SlotName]
) -> tuple[list[ToSign], list[Outcome]]:
    return prepare_signatures(
        school_id=city.school_id, slots=slots, actor=person.pk, at=timezone.now()
    )


def signed_with_key(city: City, person: Person, ready: Sequence[ToSign]) -> list[Signed]:
    """Sign what was prepared with the person's own key."""
    key = city.key_file(person.citizen_id or "")
    signer = SoftwareSigner.load(key, city.key_password, demo=True)
    values = signer.sign_digests(tuple(one.digest for one in ready))
    return [
        Signed(one.draft_id, one.slot_key, one.token, value)
        for one, value in zip(ready, values, strict=True)
    ]


def sign(city: City, person: Person, slots: Sequence[SlotName]) -> list[str]:
    """Prepare, sign and complete; return the refusals."""
    ready, refused = prepare(city, person, slots)
    done = complete_signatures(
        school_id=city.school_id,
        items=signed_with_key(city, person, ready),
        actor=person.pk,
        at=timezone.now(),
    )
    return [one.refusal for one in (*refused, *done) if one.refusal]


def look_and_sign(city: City, person: Person, class_id: UUID, kind: str = OWN) -> list[str]:
    """Do the whole of a signer's work in a class."""
    open_all(city, person, begin(city, person, class_id, kind))
    if kind == DELEGATED:
        return sign(city, person, waiting(city, person, "CBQL", city.principal))
    return sign(city, person, waiting(city, person))


def drafts(city: City) -> list[Draft]:
    """Living drafts of the school."""
    rows = Draft.objects.filter(school_id=city.school_id, state__in=("signing", "sealed"))
    return list(rows.order_by("id"))


def slot(draft: Draft, key: str) -> Slot:
    """One slot as it stands."""
    return Slot.objects.get(school_id=draft.school_id, draft_id=draft.id, key=key)
