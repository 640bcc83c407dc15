"""What is missing, surplus, unexplained or odd in a year, with its clause and weight."""

from dataclasses import replace
from typing import Any

import pytest

from hocba.core.assessment.completeness import check_programme, check_student_year
from hocba.core.assessment.findings import Severity
from hocba.core.assessment.marks import (
    AssessmentForm,
    AssessmentMode,
    ManualResult,
    MarkKind,
    SchoolKind,
    StudentYear,
    SubjectKey,
    SubjectYear,
    Summer,
    Tenths,
    TermMarks,
)
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.shapes import check_shapes
from hocba.core.assessment.subjects import catalogue
from tests.core.assessment.years import TT22, TT43, TT58, plain_year, scored, with_subject

EIGHT = Tenths(80)
FULL = scored("toan", 80).first


def codes(year: StudentYear, regulation: Regulation = TT22) -> list[str]:
    """Codes of what is found."""
    return [one.code for one in check_student_year(year, regulation=regulation)]


def test_a_complete_year_has_no_findings() -> None:
    assert codes(plain_year()) == []
    assert check_programme(plain_year(), regulation=TT22) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"first": replace(FULL, regular=FULL.regular[:3])}, ["marks.regular_missing"]),
        ({"first": replace(FULL, regular=(*FULL.regular, EIGHT))}, ["marks.regular_surplus"]),
        ({"first": replace(FULL, midterm=None)}, ["marks.midterm_missing"]),
        ({"second": replace(FULL, final=None)}, ["marks.final_missing"]),
        ({"second": replace(FULL, final=None, missed=frozenset({MarkKind.FINAL}))}, []),
        ({"first": TermMarks(carried=EIGHT)}, []),
        ({"first": replace(FULL, topics=(EIGHT,))}, ["marks.topics"]),
        ({"has_topics": True}, ["marks.topics", "marks.topics"]),
        ({"first": replace(FULL, final=Tenths(0))}, ["marks.zero_without_reason"]),
        (
            {"first": replace(FULL, midterm=Tenths(0), missed=frozenset({MarkKind.MIDTERM}))},
            [],
        ),
        ({"practical_exempt": True}, ["exemption.not_allowed"]),
        ({"mode": AssessmentMode.EXEMPT, "first": TermMarks()}, []),
        ({"manual_year": ManualResult(EIGHT, " ", "Hiệu trưởng")}, ["manual.unexplained"]),
        ({"manual_year": ManualResult(EIGHT, "về nước", "")}, ["manual.unexplained"]),
        ({"manual_year": ManualResult(EIGHT, "về nước", "Hiệu trưởng")}, []),
    ],
)
def test_each_gap_has_its_finding(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(with_subject(plain_year(), "toan", **changes)) == expected


def test_a_topic_mark_not_yet_written_is_a_gap() -> None:
    marks = replace(FULL, topics=(None,))
    year = with_subject(plain_year(), "toan", has_topics=True, first=marks, second=marks)
    assert codes(year) == ["marks.topics", "marks.topics"]


def test_gym_may_be_exempt_in_practice() -> None:
    assert codes(with_subject(plain_year(), "giao_duc_the_chat", practical_exempt=True)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"conduct_first": None}, ["conduct.first_missing"]),
        ({"conduct_second": None}, ["conduct.second_missing"]),
        ({"absences_excused": None}, ["absences.excused_missing"]),
        ({"absences_unexcused": None}, ["absences.unexcused_missing"]),
        ({"conduct_first": None, "conduct_second": None, "conduct_waiver": "tự học"}, []),
        (
            {"summer": Summer(reassessed={SubjectKey("toan"): EIGHT})},
            ["reassessment.not_eligible"],
        ),
        (
            {"summer": Summer(reassessed={SubjectKey("thien_van"): EIGHT})},
            ["reassessment.not_eligible"],
        ),
    ],
)
def test_the_homeroom_part_is_checked_too(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(replace(plain_year(), **changes)) == expected


def test_an_eligible_reassessment_is_no_finding() -> None:
    summer = Summer(reassessed={SubjectKey("toan"): EIGHT})
    assert codes(plain_year([49] * 3 + [60] * 5, summer=summer)) == []


def test_tt58_wants_a_judged_year_and_no_midterm() -> None:
    year = plain_year()
    assert codes(year, TT58) == ["conduct.year_missing"]
    bare = with_subject(year, "toan", first=replace(FULL, midterm=None))
    assert codes(bare, TT58) == ["conduct.year_missing"]


def test_every_finding_cites_a_clause_and_names_its_place() -> None:
    year = with_subject(plain_year(), "toan", first=TermMarks())
    for one in check_student_year(year, regulation=TT22):
        assert one.clause.startswith("TT22/2021 Điều")
        assert one.found.startswith("Toán, HK1")


def test_a_subject_of_no_programme_is_named_by_its_key() -> None:
    stranger = SubjectYear(
        SubjectKey("thien_van"), AssessmentForm.SCORED, 35, TermMarks(), TermMarks()
    )
    found = check_student_year(replace(plain_year(), subjects=(stranger,)), regulation=TT22)
    assert {one.found.split(",")[0] for one in found} == {"thien_van"}


def high_school(electives: int, clusters: int, kind: SchoolKind) -> StudentYear:
    """A grade 10 year with so many electives and chuyên đề clusters."""
    taught = []
    chosen = 0
    for one in catalogue("THPT", kind):
        if one.group.value == "optional":
            continue
        if one.group.value == "elective":
            chosen += 1
            if chosen > electives:
                continue
        topics = one.has_topics and clusters > 0
        clusters -= topics
        bare = SubjectYear(one.key, one.form, 70, TermMarks(), TermMarks(), has_topics=topics)
        taught.append(bare)
    return StudentYear("THPT", 10, "2024-2025", tuple(taught), school_kind=kind)


@pytest.mark.parametrize(
    ("electives", "clusters", "expected"),
    [
        (4, 3, []),
        (3, 3, ["subjects.electives"]),
        (5, 3, ["subjects.electives"]),
        (4, 2, ["subjects.topic_clusters"]),
    ],
)
def test_high_school_takes_four_electives_and_three_clusters(
    electives: int, clusters: int, expected: list[str]
) -> None:
    for kind, regulation in ((SchoolKind.GENERAL, TT22), (SchoolKind.CONTINUING, TT43)):
        found = check_programme(high_school(electives, clusters, kind), regulation=regulation)
        assert [one.code for one in found] == expected


def test_a_missing_compulsory_subject_blocks() -> None:
    year = plain_year()
    (found,) = check_programme(replace(year, subjects=year.subjects[1:]), regulation=TT22)
    assert (found.code, found.expected, found.severity) == (
        "subjects.missing",
        "Toán",
        Severity.BLOCK,
    )


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (TermMarks((EIGHT,) * 4, EIGHT, EIGHT), ["shape.alike"]),
        (TermMarks((EIGHT,) * 3, EIGHT, EIGHT), []),
        (TermMarks((Tenths(40),) * 4, Tenths(50), EIGHT), ["shape.far_final"]),
        (TermMarks((Tenths(41),) * 4, Tenths(50), EIGHT), []),
        (TermMarks((EIGHT,) * 4, Tenths(70), Tenths(40)), ["shape.far_final"]),
        (TermMarks((Tenths(101), *[EIGHT] * 3), Tenths(70), EIGHT), ["mark.range"]),
        (TermMarks((Tenths(-1), *[EIGHT] * 3), Tenths(70), EIGHT), ["mark.range"]),
        (TermMarks((None,), None, None), []),
    ],
)
def test_odd_marks_are_shown_for_another_look(marks: TermMarks, expected: list[str]) -> None:
    subject = replace(scored("toan", 80), first=marks, second=TermMarks())
    year = replace(plain_year(), subjects=(subject,))
    found = check_shapes(year, regulation=TT22)
    assert [one.code for one in found] == expected
    assert all((one.severity is Severity.BLOCK) is (one.code == "mark.range") for one in found)


@pytest.mark.parametrize(("second", "leaps"), [(79, False), (80, True)])
def test_a_leap_between_terms_is_shown(second: int, leaps: bool) -> None:
    first = replace(scored("toan", 50), second=TermMarks(carried=Tenths(second)))
    found = check_shapes(replace(plain_year(), subjects=(first,)), regulation=TT22)
    assert ("shape.leap" in {one.code for one in found}) is leaps
