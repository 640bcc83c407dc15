"""Staff and assignments: accounts without passwords, teaching roles, the principal decides."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from hocba.apps.accounts.models import Person, RoleAssignment
from hocba.apps.audit.queries import events_of
from hocba.apps.roster.actions import accept_class, approve_assignments, return_assignments
from hocba.apps.roster.models import ClassGroup, SetupImport, TeachingAssignment, Unit
from hocba.apps.roster.setup.values import Plan
from hocba.apps.roster.values import AssignmentEntry
from hocba.core.errors import HocbaError
from tests.apps.roster.setup_files import YEAR, Desk, codes

pytestmark = pytest.mark.django_db
LAN = {
    "citizen_id": "001185000011",
    "full_name": "Nguyễn Thị Lan",
    "role": "Giáo viên bộ môn; GVCN",
}
HUNG = {"citizen_id": "001080000012", "full_name": "Phạm Văn Hùng", "role": "GVBM"}


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


def duty(subject: str, who: dict[str, str], **more: Any) -> dict[str, Any]:
    told = {"teacher": who["full_name"], "citizen_id": who["citizen_id"]}
    return {"class_name": "6A1", "subject": subject, **told, **more}


DUTIES = [duty("Chủ nhiệm", LAN), duty("Toán", LAN), duty("Ngữ văn", HUNG, periods=140)]


@pytest.fixture
def staffed(desk: Desk) -> Desk:
    """A school with class 6A1, Lan and Hùng."""
    desk.bring("lop", [{"class_name": "6a1"}])
    desk.bring("nhan-su", [LAN, HUNG])
    return desk


def approve(desk: Desk, principal: Person, import_id: UUID, plan: Plan) -> SetupImport:
    return approve_assignments(
        school_id=desk.school.pk,
        import_id=import_id,
        plan_sha256=plan.digest,
        actor=principal.pk,
        at=desk.at,
    )


def test_new_staff_get_accounts_without_a_password(staffed: Desk) -> None:
    lan = Person.objects.get(citizen_id=LAN["citizen_id"])
    assert lan.username == "lannt"
    assert not lan.has_usable_password()
    roles = RoleAssignment.objects.filter(person=lan).order_by("role")
    assert [(role.role, role.valid_from) for role in roles] == [
        ("homeroom_teacher", date(2025, 8, 1)),
        ("subject_teacher", date(2025, 8, 1)),
    ]


def test_namesakes_get_different_sign_in_names(desk: Desk) -> None:
    other = {**LAN, "citizen_id": "001185000019"}
    desk.bring("nhan-su", [LAN, other])
    names = Person.objects.filter(full_name=LAN["full_name"]).values_list("username", flat=True)
    assert sorted(names) == ["lannt", "lannt2"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": "Hiệu trưởng"}, "setup.role_not_by_file"),
        ({"role": "Cán bộ công nghệ thông tin"}, "setup.role_not_by_file"),
        ({"role": "Bảo vệ"}, "setup.role_unknown"),
        ({"role": ""}, "setup.role_unknown"),
        ({"citizen_id": "123"}, "staff.citizen_id_form"),
        ({"full_name": ""}, "staff.name_missing"),
        ({"username": "cntt"}, "setup.username_taken"),
        ({"username": "Lan Nguyễn"}, "setup.username_form"),
        ({"to_date": date(2025, 1, 1)}, "setup.role_ends_before_start"),
    ],
)
def test_a_bad_line_of_staff_stops_the_file(desk: Desk, change: dict[str, Any], code: str) -> None:
    _, plan = desk.hand_in("nhan-su", [HUNG, {**LAN, **change}])
    assert code in codes(plan)
    assert plan.blocked


def test_two_lines_of_one_person_or_another_name_stop_the_file(staffed: Desk) -> None:
    _, plan = staffed.hand_in("nhan-su", [LAN, LAN])
    assert codes(plan) == ["setup.staff_twice"] * 2
    _, plan = staffed.hand_in("nhan-su", [{**LAN, "full_name": "Nguyễn Thị Loan"}])
    assert codes(plan) == ["workbook.staff_other_name"]


def test_who_stops_teaching_keeps_the_account_and_ends_the_role(staffed: Desk) -> None:
    staffed.bring("nhan-su", [{**HUNG, "to_date": date(2025, 12, 31)}])
    hung = Person.objects.get(citizen_id=HUNG["citizen_id"])
    assert hung.is_active
    assert RoleAssignment.objects.get(person=hung).valid_to == date(2025, 12, 31)


def test_assignments_wait_for_the_principal(staffed: Desk, principal: Person) -> None:
    import_id, plan = staffed.hand_in("phan-cong", DUTIES)
    assert import_id is not None
    assert staffed.confirm(import_id, plan).state == "waiting"
    assert not TeachingAssignment.objects.exists()
    with refused("access.denied"):
        approve_assignments(
            school_id=staffed.school.pk,
            import_id=import_id,
            plan_sha256=plan.digest,
            actor=staffed.actor,
            at=staffed.at,
        )
    assert approve(staffed, principal, import_id, plan).state == "applied"
    rows = TeachingAssignment.objects.order_by("subject_key")
    assert [(row.subject_key, row.periods, row.confirmed_by) for row in rows] == [
        ("ngu_van", 140, principal.pk),
        ("toan", 140, principal.pk),
    ]
    group = ClassGroup.objects.get(name="6A1", school_year=YEAR)
    assert group.homeroom_teacher is not None
    assert group.homeroom_teacher.full_name == LAN["full_name"]
    trail = events_of(
        school_id=staffed.school.pk, object_type="class_group", object_id=str(group.pk)
    )
    (assigned,) = (event for event in trail if event.action == "roster.staff_assigned")
    assert assigned.actor_id == principal.pk


def test_a_class_workbook_does_not_unseat_whom_the_principal_named(
    staffed: Desk, principal: Person
) -> None:
    import_id, plan = staffed.hand_in("phan-cong", DUTIES)
    assert import_id is not None
    staffed.confirm(import_id, plan)
    approve(staffed, principal, import_id, plan)
    hung = Person.objects.get(citizen_id=HUNG["citizen_id"])
    common = {
        "school_id": staffed.school.pk,
        "school_year": YEAR,
        "grade": 6,
        "name": "6A1",
        "students": (),
        "actor": staffed.actor,
        "at": staffed.at,
    }
    other = [AssignmentEntry(subject_key="toan", periods=140, teacher_id=hung.pk)]
    with refused("roster.assignment_confirmed"):
        accept_class(assignments=other, homeroom_teacher_id=None, **common)
    with refused("roster.assignment_confirmed"):
        accept_class(assignments=(), homeroom_teacher_id=hung.pk, **common)
    group = accept_class(assignments=(), homeroom_teacher_id=None, **common)
    assert group.homeroom_teacher_id is not None


def test_the_principal_may_send_it_back_with_a_reason(staffed: Desk, principal: Person) -> None:
    import_id, plan = staffed.hand_in("phan-cong", DUTIES)
    assert import_id is not None
    staffed.confirm(import_id, plan)
    values = {"school_id": staffed.school.pk, "import_id": import_id, "at": staffed.at}
    with refused("setup.reason_missing"):
        return_assignments(reason=" ", actor=principal.pk, **values)
    run = return_assignments(reason="Cô Lan nghỉ sinh", actor=principal.pk, **values)
    assert (run.state, run.reason) == ("returned", "Cô Lan nghỉ sinh")
    with refused("setup.state"):
        approve(staffed, principal, import_id, plan)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"class_name": "6A9"}, "setup.class_unknown"),
        ({"subject": "Phép thuật"}, "setup.subject_unknown"),
        ({"teacher": "Ai Đó", "citizen_id": ""}, "setup.teacher_unknown"),
        ({"teacher": "Ai Đó"}, "workbook.staff_other_name"),
        ({"subject": "Ngữ văn"}, "assignment.twice"),
        ({"periods": 5000}, "assignment.periods"),
        ({"periods": 12}, "assignment.periods_unusual"),
        (
            {"subject": "Chủ nhiệm", "teacher": HUNG["full_name"], "citizen_id": ""},
            "setup.teacher_not_homeroom_teacher",
        ),
    ],
)
def test_a_doubtful_duty_is_told(staffed: Desk, change: dict[str, Any], code: str) -> None:
    _, plan = staffed.hand_in("phan-cong", [DUTIES[2], {**DUTIES[1], **change}])
    assert code in codes(plan)
    assert plan.blocked is (code != "assignment.periods_unusual")


def test_a_duty_without_a_teacher_is_left_alone(staffed: Desk) -> None:
    empty = {"class_name": "6A1", "subject": "Tin học"}
    _, plan = staffed.hand_in("phan-cong", [*DUTIES, empty])
    assert plan.counts["giu"] == 1
    assert not codes(plan)


def test_a_person_of_another_school_gets_a_role_here_and_no_second_account(
    desk: Desk, other_school: Unit, make_person: Callable[..., Person]
) -> None:
    make_person(
        "lan.cu",
        ("subject_teacher", other_school),
        **{k: LAN[k] for k in ("citizen_id", "full_name")},
    )
    desk.bring("nhan-su", [LAN])
    lan = Person.objects.get(citizen_id=LAN["citizen_id"])
    assert (lan.username, lan.roles.count()) == ("lan.cu", 3)
