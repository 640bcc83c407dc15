"""Two versions compared: every field once, in the document's order, in the document's words."""

from dataclasses import replace
from datetime import date

from hocba.core.transcript.diff import FieldChange, diff
from hocba.core.transcript.model import Transcript


def test_nothing_changed_is_nothing(transcript: Transcript) -> None:
    assert diff(old=transcript, new=transcript) == ()


def test_changes_are_told_as_the_documents_say_them(transcript: Transcript) -> None:
    row = replace(transcript.subjects[0], year="8.1", remark="")
    new = replace(
        transcript,
        school_year="2025-2026",
        student=replace(transcript.student, birth_date=date(2010, 2, 9), father_name="Đặng An"),
        subjects=(row, *transcript.subjects[1:]),
        summary=replace(transcript.summary, completes_level=None, absences_excused=3),
    )
    changes = diff(old=transcript, new=new)
    assert [(one.path, one.before, one.after) for one in changes] == [
        ("school_year", "2024-2025", "2025-2026"),
        ("student.birth_date", "02/09/2010", "09/02/2010"),
        ("student.father_name", "", "Đặng An"),
        ("summary.absences_excused", "2", "3"),
        ("subjects[toan].year", "9.3", "8.1"),
        ("subjects[toan].remark", "Nắm chắc kiến thức & kĩ năng.", ""),
        ("summary.completes_level", "1", ""),
    ]
    assert changes[4].label == "Toán: kết quả cả năm"


def test_rows_and_steps_that_come_or_go_are_told_by_field(transcript: Transcript) -> None:
    new = replace(
        transcript, subjects=transcript.subjects[1:], study_steps=transcript.study_steps[:1]
    )
    gone = diff(old=transcript, new=new)
    assert FieldChange("subjects[toan].first", "9.3", "", "Toán: kết quả học kì I") in gone
    step = FieldChange("study_steps[1].class_name", "9A1", "", "quá trình học tập 2: lớp")
    assert step in gone
    back = diff(old=new, new=transcript)
    assert [(one.path, one.before) for one in back] == [(one.path, one.after) for one in gone]


def test_order_of_rows_alone_is_no_change(transcript: Transcript) -> None:
    turned = replace(transcript, subjects=transcript.subjects[::-1])
    assert diff(old=transcript, new=turned) == ()
