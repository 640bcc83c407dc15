"""The Excel road: checked first, accepted whole, repeated without effect, locked when composed."""

import io
from collections.abc import Callable
from uuid import UUID

import openpyxl
import pytest
from django.utils import timezone

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.actions import accept_workbook, hand_in_workbook
from hocba.apps.gradebook.models import HomeroomRecord, ImportRun, Mark, Remark
from hocba.apps.gradebook.queries import import_runs
from hocba.apps.roster.queries import class_by_name, roll_of_class
from hocba.core.assessment.findings import Severity
from hocba.core.errors import HocbaError
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE, FAULTY_WORKBOOK, WORKBOOK

Walk = Callable[[str], UUID]


def hand_in(city: City, data: bytes, name: str = "so.xlsx") -> tuple[UUID | None, object]:
    return hand_in_workbook(
        school_id=city.school_id,
        data=data,
        filename=name,
        actor=city.it_officer_id,
        at=timezone.now(),
    )


def accept(city: City, run_id: UUID) -> object:
    return accept_workbook(
        school_id=city.school_id, run_id=run_id, actor=city.it_officer_id, at=timezone.now()
    )


def edited(sheet: str, cell: str, value: object) -> bytes:
    """Return the good workbook with one cell changed."""
    book = openpyxl.load_workbook(WORKBOOK)
    book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def marks_of(city: City) -> int:
    return Mark.objects.filter(school_id=city.school_id).count()


def test_checking_a_workbook_writes_no_mark(city: City) -> None:
    run_id, check = hand_in(city, WORKBOOK.read_bytes())
    assert run_id is not None
    assert not check.file_blocked
    assert marks_of(city) == 0
    assert class_by_name(school_id=city.school_id, school_year="2024-2025", name="9A1") is None


def test_accepting_writes_the_class_and_every_mark_with_its_cell(city: City, walk: Walk) -> None:
    class_id = walk("accepted")
    assert len(roll_of_class(class_id=class_id)) == CLASS_SIZE
    mark = Mark.objects.get(
        school_id=city.school_id,
        origin_sheet="Toán",
        origin_cell="D8",
    )
    assert (mark.tenths, mark.term, mark.kind, mark.ordinal) == (80, "HK1", "regular", 1)
    assert len(mark.origin_file) == 64
    assert HomeroomRecord.objects.filter(school_id=city.school_id).count() == CLASS_SIZE
    assert Remark.objects.filter(school_id=city.school_id).count() == CLASS_SIZE * 12


def test_repeating_an_acceptance_writes_nothing_twice(city: City, walk: Walk) -> None:
    walk("accepted")
    before = marks_of(city)
    done = accept(city, ImportRun.objects.get(school_id=city.school_id).id)
    assert (done.written.marks, done.written.remarks, done.written.homeroom_records) == (0, 0, 0)
    assert marks_of(city) == before


def test_a_mended_mark_is_a_new_version_and_the_old_one_stays(city: City, walk: Walk) -> None:
    walk("accepted")
    book = openpyxl.load_workbook(WORKBOOK)
    book["Toán"]["D8"], book["Toán"]["J8"], book["Toán"]["R8"] = 9, 7.8, 7.3
    out = io.BytesIO()
    book.save(out)
    run_id, _ = hand_in(city, out.getvalue())
    assert accept(city, run_id).written.marks == 1
    versions = Mark.objects.filter(
        school_id=city.school_id, origin_sheet="Toán", origin_cell="D8"
    ).order_by("version")
    assert [(row.version, row.tenths) for row in versions] == [(1, 80), (2, 90)]


def test_a_student_with_a_blocking_finding_stays_out_and_the_others_go_on(city: City) -> None:
    run_id, check = hand_in(city, edited("Toán", "D8", 11))
    assert check.blocked_students == {"8361084604"}
    done = accept(city, run_id)
    assert (done.accepted, done.left_out) == (CLASS_SIZE - 1, 1)


def test_a_composed_class_is_locked_against_changes(city: City, walk: Walk) -> None:
    walk("composed")
    before = marks_of(city)
    run_id, _ = hand_in(city, edited("Toán", "S8", "Nhận xét khác."))
    with pytest.raises(HocbaError, match=r"gradebook\.locked"):
        accept(city, run_id)
    assert marks_of(city) == before


def test_an_issued_class_takes_the_same_file_again_without_effect(city: City, walk: Walk) -> None:
    walk("issued")
    before = marks_of(city)
    run_id, _ = hand_in(city, WORKBOOK.read_bytes())
    assert accept(city, run_id).written.marks == 0
    assert marks_of(city) == before


@pytest.mark.parametrize(
    "data", [b"", b"not a workbook", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0" + b"\0" * 600]
)
def test_a_file_that_is_no_workbook_gets_an_answer_and_leaves_no_trace(
    city: City, data: bytes
) -> None:
    run_id, check = hand_in(city, data)
    assert run_id is None
    assert [finding.severity for finding in check.findings] == [Severity.BLOCK]
    assert not ImportRun.objects.filter(school_id=city.school_id).exists()


def test_the_faulty_workbook_names_what_is_wrong_with_its_staff(city: City) -> None:
    _, check = hand_in(city, FAULTY_WORKBOOK.read_bytes())
    by_code = {finding.code for finding in check.findings}
    assert "workbook.staff_other_name" in by_code
    assert len(check.blocked_students) >= 5


def test_only_the_schools_it_officer_hands_in(city: City) -> None:
    for person in (city.teachers[0], city.principal, city.homeroom):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            hand_in_workbook(
                school_id=city.school_id,
                data=WORKBOOK.read_bytes(),
                filename="so.xlsx",
                actor=person.id,
                at=timezone.now(),
            )


def test_acceptance_is_audited_with_counts_and_no_names(city: City, walk: Walk) -> None:
    walk("accepted")
    event = AuditEvent.objects.get(school_id=city.school_id, action="gradebook.workbook_accepted")
    assert event.actor_id == city.it_officer_id
    assert event.after["students"] == CLASS_SIZE
    assert "Đoàn Thu Chi" not in str(event.after)


def test_a_strange_school_sees_no_runs(city: City, walk: Walk) -> None:
    walk("accepted")
    stranger = viewer_of(person_id=city.teachers[0].id, at=timezone.now())
    with pytest.raises(HocbaError, match=r"access\.denied"):
        import_runs(viewer=stranger, school_id=city.school_id)
