"""What the summer brought stands on the transcript; what a workbook does not tell is kept."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from hocba.apps.blobs import blob_store
from hocba.apps.gradebook.actions import CellEdit, save_cells
from hocba.apps.gradebook.actions.homeroom import (
    RecordEdit,
    SubjectAgain,
    SummerEdit,
    save_records,
    save_summer,
)
from hocba.apps.gradebook.models import HomeroomRecord
from hocba.apps.issuing.actions import compose_class
from hocba.apps.issuing.models import Draft
from hocba.apps.roster.queries import assignments_of_class
from hocba.core.assessment.marks import Tenths
from hocba.core.errors import HocbaError
from hocba.core.transcript.canonical import from_xml
from hocba.core.transcript.model import Transcript
from hocba.web.demo.city import City
from tests.apps.gradebook.led import pupils_of
from tests.apps.gradebook.test_workbook import accept, edited, hand_in

Walk = Callable[[str], UUID]
COLUMNS = (*(f"regular-{n}" for n in range(1, 5)), "midterm", "final")


def failed_in(class_id: UUID, one: UUID, *subjects: str) -> None:
    """Let a student's marks in these subjects all be 3."""
    teachers = {row.subject_key: row.teacher_id for row in assignments_of_class(class_id=class_id)}
    for subject in subjects:
        for term in ("HK1", "HK2"):
            save_cells(
                class_id=class_id,
                subject_key=subject,
                term=term,
                edits=[CellEdit(one, column, "3", 1) for column in COLUMNS],
                request_id=uuid4(),
                actor=teachers[subject],
                at=timezone.now(),
            )


def summer(city: City, class_id: UUID, one: UUID, **results: int) -> None:
    save_summer(
        class_id=class_id,
        edits=[
            SummerEdit(
                one,
                0,
                None,
                "",
                True,
                tuple(SubjectAgain(key, 0, True, Tenths(value)) for key, value in results.items()),
            )
        ],
        actor=city.homeroom.id,
        at=timezone.now(),
    )


def composed(city: City, class_id: UUID, one: UUID) -> Transcript:
    done = compose_class(class_id=class_id, actor=city.clerk_id, at=timezone.now())
    draft = Draft.objects.get(school_id=city.school_id, id=done.drafts[one])
    return from_xml(blob_store().get(draft.document_sha256))


def test_the_transcript_tells_the_reassessment_beside_the_year(city: City, walk: Walk) -> None:
    class_id = walk("accepted")
    one = pupils_of(class_id)[0]
    failed_in(class_id, one, "toan", "khoa_hoc_tu_nhien")
    summer(city, class_id, one, toan=62, khoa_hoc_tu_nhien=50)
    found = composed(city, class_id, one)
    rows = {row.key: row for row in found.subjects}
    assert (rows["toan"].year, rows["toan"].reassessed) == ("3.0", "6.2")
    assert rows["ngu_van"].reassessed == ""
    assert found.summary.learning_year == "Chưa đạt"
    assert found.summary.learning_after_reassessment in ("Đạt", "Khá")
    assert found.summary.promotion == "promoted_after_reassessment"
    assert found.summary.completes_level is True


def test_the_transcript_tells_that_somebody_stays(city: City, walk: Walk) -> None:
    class_id = walk("accepted")
    one = pupils_of(class_id)[0]
    failed_in(class_id, one, "toan", "khoa_hoc_tu_nhien")
    summer(city, class_id, one, toan=30, khoa_hoc_tu_nhien=30)
    found = composed(city, class_id, one)
    assert found.summary.promotion == "retained"
    assert found.summary.learning_after_reassessment == "Chưa đạt"
    assert found.summary.completes_level is False


def test_nothing_of_the_summer_is_written_once_the_student_is_composed(
    city: City, walk: Walk
) -> None:
    class_id = walk("accepted")
    one = pupils_of(class_id)[0]
    failed_in(class_id, one, "toan", "khoa_hoc_tu_nhien")
    compose_class(class_id=class_id, actor=city.clerk_id, at=timezone.now())
    with pytest.raises(HocbaError, match=r"gradebook\.locked"):
        summer(city, class_id, one, toan=62)


@pytest.mark.parametrize(("second", "kept"), [(None, True), (99, False)])
def test_a_workbook_keeps_absences_by_term_while_they_add_up(
    city: City, walk: Walk, second: int | None, kept: bool
) -> None:
    """A class workbook knows the year's absences alone."""
    class_id = walk("accepted")
    one = pupils_of(class_id)[0]
    total = HomeroomRecord.objects.get(school_id=city.school_id, enrolment_id=one).absences_excused
    assert total is not None
    edit = RecordEdit(one, 1, {"excused_first": 0, "excused_second": second or total})
    save_records(class_id=class_id, edits=[edit], actor=city.homeroom.id, at=timezone.now())
    run_id, _ = hand_in(city, edited("Toán", "S8", "Nhận xét khác."))
    assert run_id is not None
    accept(city, run_id)
    newest = HomeroomRecord.objects.filter(school_id=city.school_id, enrolment_id=one).latest(
        "version"
    )
    assert newest.absences_excused == total
    assert (newest.excused_second is not None) is kept
