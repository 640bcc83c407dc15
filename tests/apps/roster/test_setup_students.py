"""Lists of students: whole or not at all, numbers that stay, who comes, goes and changes class."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from hocba.apps.accounts.models import Person
from hocba.apps.audit.queries import events_of
from hocba.apps.roster.actions import confirm_setup
from hocba.apps.roster.models import (
    ClassGroup,
    Enrolment,
    IdentityCase,
    SetupChange,
    SetupImport,
    Student,
    Unit,
)
from hocba.apps.roster.setup.values import Outcome
from hocba.core.errors import HocbaError
from tests.apps.roster.setup_files import YEAR, Desk, codes, student

pytestmark = pytest.mark.django_db
LIST = [
    student(1, "Bùi Gia Bảo"),
    student(2, "Nguyễn Thị Ánh Dương"),
    student(3, "Trần Đức Huy", class_name="6A2"),
]


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


def seats(name: str) -> list[tuple[int, str, date | None]]:
    rows = Enrolment.objects.filter(class_group__name=name, class_group__school_year=YEAR)
    return list(
        rows.order_by("list_number").values_list("list_number", "student__full_name", "left_date")
    )


def changed(row: Any, **more: Any) -> dict[str, Any]:
    return {**row, **more}


def test_a_list_is_shown_first_and_written_when_confirmed(desk: Desk) -> None:
    import_id, plan = desk.hand_in("hoc-sinh", LIST)
    assert import_id is not None
    assert [row.outcome for row in plan.rows] == [Outcome.ADD] * 3
    assert not Student.objects.exists()
    assert not ClassGroup.objects.exists()
    run = desk.confirm(import_id, plan)
    assert run.state == "applied"
    assert seats("6A1") == [(1, "Bùi Gia Bảo", None), (2, "Nguyễn Thị Ánh Dương", None)]
    assert seats("6A2") == [(3, "Trần Đức Huy", None)]
    trail = events_of(
        school_id=desk.school.pk, object_type="setup_import", object_id=str(import_id)
    )
    assert [event.action for event in trail] == [
        "roster.setup_checked",
        "roster.setup_written",
        "roster.setup_applied",
    ]


def test_the_same_list_again_leaves_all_alone(desk: Desk) -> None:
    desk.bring("hoc-sinh", LIST)
    import_id, plan = desk.hand_in("hoc-sinh", LIST)
    assert {row.outcome for row in plan.rows} == {Outcome.SAME}
    assert import_id is not None
    with refused("setup.nothing_to_do"):
        desk.confirm(import_id, plan)


@pytest.mark.parametrize(
    ("change", "code", "cell"),
    [
        ({"student_code": ""}, "student.code_missing", "C8"),
        ({"full_name": ""}, "student.name_missing", "E8"),
        ({"birth_date": "32/13/2014"}, "student.birth_date", "F8"),
        ({"gender": "x"}, "student.gender", "G8"),
        ({"class_name": "10A1"}, "setup.class_name", "B8"),
        ({"class_name": ""}, "setup.class_name", "B8"),
        ({"student_code": LIST[0]["student_code"]}, "student.code_twice", "C8"),
        ({"citizen_id": LIST[0]["citizen_id"]}, "student.citizen_id_twice", "D8"),
        (
            {"student_code": LIST[0]["student_code"], "class_name": "6A2"},
            "setup.student_two_classes",
            "B8",
        ),
        (
            {"left_date": date(2025, 9, 1), "joined_date": date(2025, 10, 1)},
            "setup.leaves_before_joining",
            "N8",
        ),
    ],
)
def test_a_bad_row_names_its_cell_and_stops_the_file(
    desk: Desk, change: dict[str, Any], code: str, cell: str
) -> None:
    import_id, plan = desk.hand_in("hoc-sinh", [LIST[0], changed(LIST[1], **change), LIST[2]])
    found = [one for row in plan.rows for one in row.findings if one.code == code]
    assert (found[-1].place.sheet, found[-1].place.cell) == ("HocSinh", cell), codes(plan)
    assert plan.blocked
    assert import_id is not None
    with refused("setup.blocked"):
        desk.confirm(import_id, plan)
    assert not Student.objects.exists()


@pytest.mark.slow
def test_one_bad_row_in_two_thousand_and_nothing_is_written(desk: Desk) -> None:
    rows = [
        student(number, f"Nguyễn Văn {number}", class_name=f"6A{1 + number // 50}")
        for number in range(1, 2001)
    ]
    rows[1499] = changed(rows[1499], gender="?")
    import_id, plan = desk.hand_in("hoc-sinh", rows)
    blocked = [row for row in plan.rows if row.outcome is Outcome.BLOCKED]
    assert [(row.place.sheet, row.findings[0].place.cell) for row in blocked] == [
        ("HocSinh", "G1506")
    ]
    assert plan.counts["them"] == 1999
    assert import_id is not None
    with refused("setup.blocked"):
        desk.confirm(import_id, plan)
    assert not Student.objects.exists()
    assert not ClassGroup.objects.exists()


def test_a_roster_that_moved_since_the_preview_is_shown_again(desk: Desk) -> None:
    first, plan = desk.hand_in("hoc-sinh", LIST)
    desk.bring("hoc-sinh", [changed(LIST[0], full_name="Bùi Gia Bảo An")])
    assert first is not None
    with refused("setup.changed_since_preview"):
        desk.confirm(first, plan)
    assert Student.objects.count() == 1


def test_another_file_is_not_confirmed_by_the_digest_of_this_one(desk: Desk) -> None:
    _, shown = desk.hand_in("hoc-sinh", LIST)
    other, _ = desk.hand_in("hoc-sinh", [*LIST, student(4, "Lê Minh Anh")])
    assert other is not None
    with refused("setup.changed_since_preview"):
        desk.confirm(other, shown)


def test_a_file_of_another_year_or_school_is_turned_away(desk: Desk, other_school: Unit) -> None:
    import_id, plan = desk.hand_in("hoc-sinh", LIST, year="2024-2025")
    assert (import_id, codes(plan)) == (None, ["setup.other_year"])
    stranger = Desk(other_school, desk.actor, desk.at)
    with refused("access.denied"):
        stranger.hand_in("hoc-sinh", LIST)


def test_numbers_stay_when_somebody_leaves_and_others_come(desk: Desk) -> None:
    desk.bring("hoc-sinh", LIST)
    gone = changed(LIST[0], left_date=date(2025, 10, 6))
    late = student(9, "Đặng Văn An", list_number=None, joined_date=date(2025, 10, 13))
    _, plan = desk.hand_in("hoc-sinh", [gone, changed(LIST[1], list_number=1), late])
    assert codes(plan) == ["setup.number_kept"]
    desk.bring("hoc-sinh", [gone, changed(LIST[1], list_number=1), late])
    assert seats("6A1") == [
        (1, "Bùi Gia Bảo", date(2025, 10, 6)),
        (2, "Nguyễn Thị Ánh Dương", None),
        (3, "Đặng Văn An", None),
    ]


def test_a_new_class_without_numbers_is_numbered_by_name(desk: Desk) -> None:
    names = ["Trần Văn Ân", "Lê Thị Bình", "Nguyễn Văn An", "Đỗ Văn Đức"]
    rows = [student(i, name, list_number=None) for i, name in enumerate(names, start=1)]
    desk.bring("hoc-sinh", rows)
    assert [name for _, name, _ in seats("6A1")] == [names[2], names[0], names[1], names[3]]


def test_a_change_of_class_closes_one_seat_and_opens_another(desk: Desk) -> None:
    desk.bring("hoc-sinh", LIST)
    moved = changed(LIST[0], class_name="6A2", list_number=None)
    _, plan = desk.hand_in("hoc-sinh", [moved])
    assert codes(plan) == ["setup.transfer_date"]
    desk.bring("hoc-sinh", [changed(moved, joined_date=date(2025, 11, 3))])
    assert seats("6A1")[0] == (1, "Bùi Gia Bảo", date(2025, 11, 3))
    assert seats("6A2")[1] == (4, "Bùi Gia Bảo", None)


def test_a_move_told_in_two_rows_is_one_move(desk: Desk) -> None:
    rows = [
        changed(LIST[0], left_date=date(2025, 10, 6)),
        changed(LIST[0], class_name="6A2", list_number=None, joined_date=date(2025, 10, 6)),
    ]
    desk.bring("hoc-sinh", rows)
    assert Student.objects.count() == 1
    assert seats("6A1") == [(1, "Bùi Gia Bảo", date(2025, 10, 6))]
    assert seats("6A2") == [(1, "Bùi Gia Bảo", None)]


def test_a_student_of_another_school_must_have_left_it(
    desk: Desk, other_school: Unit, make_person: Callable[..., Person]
) -> None:
    officer = make_person("cntt.2", ("it_officer", other_school))
    Desk(other_school, officer.pk, desk.at).bring("hoc-sinh", [LIST[0]])
    _, plan = desk.hand_in("hoc-sinh", [LIST[0]])
    assert codes(plan) == ["setup.student_elsewhere"]
    _, plan = desk.hand_in("hoc-sinh", [changed(LIST[0], full_name="Lê Văn Khác")])
    assert "setup.student_other_person" in codes(plan)
    assert not any("Bùi" in str(row) for row in plan.rows)


def test_a_doubtful_citizen_id_stops_nobody_and_opens_a_case(desk: Desk) -> None:
    rows = [
        changed(LIST[0], citizen_id=""),
        changed(LIST[1], citizen_id="12345"),
        changed(LIST[2], citizen_id="001999000001"),
    ]
    desk.bring("hoc-sinh", rows)
    cases = IdentityCase.objects.filter(school_id=desk.school.pk)
    assert sorted(cases.values_list("problem", "told")) == [
        ("form", "12345"),
        ("mismatch", ""),
        ("missing", ""),
    ]
    assert Student.objects.filter(citizen_id__isnull=True).count() == 2
    desk.bring("hoc-sinh", LIST)
    open_cases = cases.filter(closed_at__isnull=True)
    assert not open_cases.exists()


def test_only_the_office_brings_lists_in(
    desk: Desk, principal: Person, subject_teacher: Person, operator: Person
) -> None:
    import_id, plan = desk.hand_in("hoc-sinh", LIST)
    for person in (principal, subject_teacher, operator):
        with refused("access.denied"):
            Desk(desk.school, person.pk, desk.at).hand_in("hoc-sinh", LIST)
        with refused("access.denied"):
            confirm_setup(
                school_id=desk.school.pk,
                import_id=import_id,  # type: ignore[arg-type]
                plan_sha256=plan.digest,
                actor=person.pk,
                at=desk.at,
            )


def test_an_import_that_dies_half_way_leaves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id, plan = desk.hand_in("hoc-sinh", LIST)

    def die(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(SetupChange.objects, "bulk_create", die)
    assert import_id is not None
    with pytest.raises(ConnectionError):
        desk.confirm(import_id, plan)
    assert not Student.objects.exists()
    assert SetupImport.objects.get(school_id=desk.school.pk, id=import_id).state == "checked"
