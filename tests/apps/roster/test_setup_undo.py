"""Taking an import back: as long as nothing was built on it, whole, with a reason, all audited."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from hocba.apps.accounts.models import Person
from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.models import Lock
from hocba.apps.identifiers import uuid7
from hocba.apps.roster.actions import approve_assignments, leave_class, move_to_class, undo_setup
from hocba.apps.roster.models import (
    ClassGroup,
    Enrolment,
    IdentityCase,
    SetupImport,
    Student,
    TeachingAssignment,
)
from hocba.core.errors import HocbaError
from tests.apps.roster.setup_files import YEAR, Desk, student
from tests.apps.roster.test_setup_staff import DUTIES, HUNG, LAN

pytestmark = pytest.mark.django_db
LIST = [student(1, "Bùi Gia Bảo"), student(2, "Nguyễn Thị Ánh Dương", citizen_id="")]


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


def undo(desk: Desk, run: SetupImport, *, by: UUID | None = None, reason: str = "Nhầm tệp") -> Any:
    return undo_setup(
        school_id=desk.school.pk,
        import_id=run.id,
        reason=reason,
        actor=by or desk.actor,
        at=desk.at,
    )


def undone_events(desk: Desk) -> list[str]:
    rows = AuditEvent.objects.filter(
        school_id=desk.school.pk, action="roster.setup_change_undone", reason="Nhầm tệp"
    )
    return list(rows.order_by("id").values_list("object_type", flat=True))


def test_an_import_of_students_is_taken_back_whole(desk: Desk) -> None:
    run = desk.bring("hoc-sinh", LIST)
    with refused("setup.reason_missing"):
        undo(desk, run, reason="")
    assert undo(desk, run).state == "undone"
    assert not Student.objects.exists()
    assert not ClassGroup.objects.exists()
    assert not IdentityCase.objects.filter(
        school_id=desk.school.pk, closed_at__isnull=True
    ).exists()
    assert undone_events(desk) == ["enrolled", "student_added"] * 2 + ["class_added"]
    with refused("setup.state"):
        undo(desk, run)
    desk.bring("hoc-sinh", LIST)
    assert Student.objects.count() == 2


def test_changes_go_back_to_what_was(desk: Desk) -> None:
    desk.bring("hoc-sinh", LIST)
    changed = {**LIST[0], "full_name": "Bùi Gia Bảo An", "left_date": date(2025, 10, 6)}
    run = desk.bring("hoc-sinh", [changed, {**LIST[1], "citizen_id": "001314000002"}])
    assert Student.objects.filter(full_name="Bùi Gia Bảo An", citizen_id__isnull=False).exists()
    undo(desk, run)
    assert not Enrolment.objects.filter(left_date__isnull=False).exists()
    rows = Student.objects.order_by("student_code").values_list("full_name", "citizen_id")
    assert list(rows) == [
        (LIST[0]["full_name"], LIST[0]["citizen_id"]),
        (LIST[1]["full_name"], None),
    ]


def test_a_lock_or_a_mark_on_one_student_keeps_the_whole_import(desk: Desk) -> None:
    run = desk.bring("hoc-sinh", LIST)
    seat = Enrolment.objects.get(student__student_code=LIST[0]["student_code"])
    Lock.objects.create(
        school_id=desk.school.pk,
        school_year=YEAR,
        id=uuid7(at=desk.at),
        enrolment_id=seat.pk,
        cause="composed",
        locked_by=desk.actor,
        locked_at=desk.at,
    )
    with refused("setup.undo_built_on"):
        undo(desk, run)
    assert Student.objects.count() == 2
    assert not undone_events(desk)


def test_what_was_changed_since_is_not_taken_back(desk: Desk) -> None:
    run = desk.bring("hoc-sinh", LIST)
    seat = Enrolment.objects.get(student__student_code=LIST[0]["student_code"])
    leave_class(
        enrolment_id=seat.pk,
        left_date=date(2025, 10, 6),
        reason="Chuyển trường",
        actor=desk.actor,
        at=desk.at,
    )
    with refused("setup.undo_changed"):
        undo(desk, run)
    assert Student.objects.count() == 2


def test_staff_who_have_signed_in_or_teach_stay(desk: Desk) -> None:
    run = desk.bring("nhan-su", [LAN, HUNG])
    lan = Person.objects.get(citizen_id=LAN["citizen_id"])
    Person.objects.filter(pk=lan.pk).update(last_login=desk.at)
    with refused("setup.undo_built_on"):
        undo(desk, run)
    Person.objects.filter(pk=lan.pk).update(last_login=None)
    undo(desk, run)
    assert not Person.objects.filter(citizen_id=HUNG["citizen_id"], is_active=True).exists()
    desk.bring("nhan-su", [LAN, HUNG])
    assert Person.objects.get(pk=lan.pk).is_active


def test_assignments_are_taken_back_by_the_principal_alone(desk: Desk, principal: Person) -> None:
    desk.bring("lop", [{"class_name": "6A1"}])
    desk.bring("nhan-su", [LAN, HUNG])
    import_id, plan = desk.hand_in("phan-cong", DUTIES)
    assert import_id is not None
    desk.confirm(import_id, plan)
    values = {"school_id": desk.school.pk, "import_id": import_id, "plan_sha256": plan.digest}
    run = approve_assignments(actor=principal.pk, at=desk.at, **values)
    with refused("access.denied"):
        undo(desk, run)
    undo(desk, run, by=principal.pk)
    assert not TeachingAssignment.objects.exists()
    group = ClassGroup.objects.get(name="6A1")
    assert (group.homeroom_teacher_id, group.homeroom_confirmed_at) == (None, None)


def test_a_move_by_hand_closes_and_opens_a_seat(
    desk: Desk, other_school: Any, make_person: Callable[..., Person]
) -> None:
    desk.bring("hoc-sinh", [*LIST, student(3, "Trần Đức Huy", class_name="6A2")])
    seat = Enrolment.objects.get(student__student_code=LIST[0]["student_code"])
    target = ClassGroup.objects.get(name="6A2")
    move = {
        "enrolment_id": seat.pk,
        "class_id": target.pk,
        "joined_date": date(2025, 11, 3),
        "reason": "Theo nguyện vọng",
        "at": desk.at,
    }
    stranger = make_person("cntt.2", ("it_officer", other_school))
    with refused("access.denied"):
        move_to_class(actor=stranger.pk, **move)
    new = move_to_class(actor=desk.actor, **move)
    assert (new.list_number, new.joined_date) == (4, date(2025, 11, 3))
    seat.refresh_from_db()
    assert (seat.list_number, seat.left_date) == (1, date(2025, 11, 3))
    with refused("roster.already_left"):
        move_to_class(actor=desk.actor, **move)
