"""Signing for somebody else: the head for a teacher who left, a deputy for the head."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from hocba.apps.accounts.actions import deactivate_person, end_role, revoke_delegation
from hocba.apps.accounts.models import Person, RoleAssignment
from hocba.apps.audit.models import AuditEvent
from hocba.apps.blobs import blob_store
from hocba.apps.issuing.actions import issue_sealed, take_over_slots
from hocba.apps.issuing.desk import DELEGATED
from hocba.apps.issuing.models import Slot
from hocba.apps.issuing.returns import departed_signers
from hocba.apps.ledger.queries import trust
from hocba.apps.roster.models import ClassGroup
from hocba.core.errors import HocbaError
from hocba.core.signing.verdict import Capacity, Indication
from hocba.core.signing.verify import verify_document
from hocba.web.demo import road
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE, quiet_report
from tests.apps.issuing.signing import (
    SMALL,
    begin,
    delegate,
    deputy,
    drafts,
    look_and_sign,
    open_all,
    sign,
    small_class,
    waiting,
)

Walk = Callable[[str], UUID]


def leave(city: City, person: Person) -> None:
    """End a person's offices in the school yesterday."""
    for role in RoleAssignment.objects.filter(person=person, unit_id=city.school_id):
        end_role(
            assignment_id=role.pk,
            last_day=timezone.now().date() - timedelta(days=2),
            actor=None,
            at=timezone.now(),
        )


def take_over(city: City, slots: list[tuple[UUID, str]], by: Person | None = None) -> list[str]:
    outcomes = take_over_slots(
        school_id=city.school_id,
        slots=slots,
        reason="Giáo viên nghỉ việc, biên bản 03/BB",
        actor=(by or city.principal).pk,
        at=timezone.now(),
    )
    return [one.refusal for one in outcomes]


def test_the_head_signs_what_a_departed_teacher_was_to_sign(city: City, walk: Walk) -> None:
    class_id, gone = small_class(city, walk("accepted")), city.teachers[0]
    slots = waiting(city, gone)
    assert set(take_over(city, slots)) == {"issuing.teacher_in_office"}
    leave(city, gone)
    (left,) = departed_signers(school_id=city.school_id, at=timezone.now())
    assert (left.name, left.slots) == (gone.full_name, tuple(slots))
    for _ in range(2):
        assert set(take_over(city, slots)) == {""}
    assert waiting(city, gone) == []
    assert waiting(city, city.principal) == slots
    assert look_and_sign(city, city.principal, class_id) == []
    events = AuditEvent.objects.filter(school_id=city.school_id, action="issuing.slot_taken_over")
    assert {event.reason for event in events} == {"Giáo viên nghỉ việc, biên bản 03/BB"}
    for person in (*city.teachers[1:], city.homeroom, city.principal):
        assert look_and_sign(city, person, class_id) == []
    report = quiet_report()
    road.sign(city, class_id, report)  # the seal
    document = blob_store().get(drafts(city)[0].document_sha256)
    verdict = verify_document(document=document, trust=trust(), at=timezone.now())
    assert verdict.indication is Indication.TOTAL_PASSED
    own = {one.slot: one for one in verdict.signatures}[slots[0][1]]
    assert (own.capacity, own.signer_name) == (Capacity.IN_PLACE, city.principal.full_name)
    released = issue_sealed(
        school_id=city.school_id, class_id=class_id, actor=city.clerk_id, at=timezone.now()
    )
    assert (len(released.positions), released.refused) == (SMALL, {})


def test_nobody_but_the_head_takes_over_and_only_teachers_slots(city: City, walk: Walk) -> None:
    walk("composed")
    slots = waiting(city, city.teachers[0])
    deactivate_person(person_id=city.teachers[0].pk, reason="", actor=None, at=timezone.now())
    for other in (city.homeroom, deputy(), city.teachers[1]):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            take_over(city, slots, other)
    with pytest.raises(HocbaError, match=r"issuing\.stand_in_reason"):
        take_over_slots(
            school_id=city.school_id,
            slots=slots,
            reason=" ",
            actor=city.principal.pk,
            at=timezone.now(),
        )
    draft_id = slots[0][0]
    assert take_over(city, [(draft_id, "KY_PHAT_HANH"), (draft_id, "x")]) == [
        "issuing.no_stand_in",
        "issuing.slot_unknown",
    ]
    delegate(city)
    assert take_over(city, slots) == [""] * CLASS_SIZE
    open_all(city, city.principal, begin(city, city.principal, _class(city)))
    assert set(sign(city, deputy(), slots)) == {"issuing.not_the_signer"}


def _class(city: City) -> UUID:
    return drafts(city)[0].class_id


@pytest.fixture
def up_to_the_head(city: City, walk: Walk) -> UUID:
    """A class that waits for its head alone."""
    class_id = small_class(city, walk("accepted"))
    for person in (*city.teachers, city.homeroom):
        assert look_and_sign(city, person, class_id) == []
    return class_id


def test_a_deputy_signs_for_the_head_by_delegation(city: City, up_to_the_head: UUID) -> None:
    heads = waiting(city, city.principal)
    assert set(sign(city, deputy(), heads)) == {"issuing.not_the_signer"}
    with pytest.raises(HocbaError, match=r"access\.denied"):
        begin(city, deputy(), up_to_the_head, DELEGATED)
    given = delegate(city)
    assert look_and_sign(city, deputy(), up_to_the_head, DELEGATED) == []
    slot = Slot.objects.filter(school_id=city.school_id, role="CBQL").first()
    assert slot
    assert (slot.capacity, slot.stand_in_id, slot.delegation_id) == (
        "KT",
        deputy().citizen_id,
        given,
    )
    road.sign(city, up_to_the_head, quiet_report())
    document = blob_store().get(drafts(city)[0].document_sha256)
    verdict = verify_document(document=document, trust=trust(), at=timezone.now())
    assert verdict.indication is Indication.TOTAL_PASSED
    own = {one.slot: one for one in verdict.signatures}["CBQL"]
    assert (own.capacity, own.signer_name) == (Capacity.DELEGATED, deputy().full_name)


def test_a_delegation_ends_at_once_and_covers_no_other_slot(
    city: City, up_to_the_head: UUID
) -> None:
    given = delegate(city)
    open_all(city, deputy(), begin(city, deputy(), up_to_the_head, DELEGATED))
    first, *rest = waiting(city, city.principal)
    assert sign(city, deputy(), [first]) == []
    revoke_delegation(
        delegation_id=given, reason="Đã về", actor=city.principal.pk, at=timezone.now()
    )
    assert set(sign(city, deputy(), rest)) == {"issuing.not_the_signer"}
    assert look_and_sign(city, city.principal, up_to_the_head) == []


def test_a_deputy_does_not_approve_the_own_class(city: City, walk: Walk) -> None:
    """The plan keeps GVCN and CBQL apart."""
    class_id = walk("accepted")
    ClassGroup.objects.filter(pk=class_id).update(homeroom_teacher=deputy())
    small_class(city, class_id)
    for person in (*city.teachers, deputy()):
        assert look_and_sign(city, person, class_id) == []
    delegate(city)
    open_all(city, deputy(), begin(city, deputy(), class_id, DELEGATED))
    slots = waiting(city, deputy(), "CBQL", city.principal)
    assert set(sign(city, deputy(), slots)) == {"issuing.two_slots"}
