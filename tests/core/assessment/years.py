"""Student-years for tests: a plain one, and any one that Hypothesis can think of."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from hocba.core.assessment.averages import regular_count
from hocba.core.assessment.marks import (
    AssessmentForm,
    Level,
    Mark,
    RemarkLevel,
    StudentYear,
    SubjectKey,
    SubjectYear,
    Tenths,
    TermMarks,
)
from hocba.core.assessment.regulation import Regulation, all_regulations, regulation_for
from hocba.core.assessment.subjects import catalogue

TT22 = regulation_for(school_level="THCS", grade=9, school_year="2024-2025")
BY_NAME = {one.name: one for one in all_regulations()}
TT43, TT58 = BY_NAME["TT43/2021"], BY_NAME["TT58/2011"]
TT26 = BY_NAME["TT58/2011 (sửa đổi TT26/2020)"]
PASSED, FAILED = RemarkLevel.ACHIEVED, RemarkLevel.NOT_ACHIEVED


def term(mark: Mark, count: int) -> TermMarks:
    """A term in which every mark is the same."""
    return TermMarks(regular=(mark,) * count, midterm=mark, final=mark)


def scored(key: str, tenths: int, *, periods: int = 140) -> SubjectYear:
    """A scored subject with one mark everywhere, so that every average is that mark."""
    subject = SubjectYear(SubjectKey(key), AssessmentForm.SCORED, periods, TermMarks(), TermMarks())
    count = regular_count(subject=subject, regulation=TT22)
    marks = term(Tenths(tenths), count)
    return replace(subject, first=marks, second=marks)


def remarked(key: str, level: RemarkLevel = PASSED) -> SubjectYear:
    """A remark subject with one level everywhere."""
    marks = term(level, 2)
    return SubjectYear(SubjectKey(key), AssessmentForm.REMARK, 70, marks, marks)


def plain_year(scores: Sequence[int] = (80,) * 8, **changes: object) -> StudentYear:
    """A grade 9 year: the scored subjects in the order of the form, four remark subjects passed."""
    keys = [one.key for one in catalogue("THCS") if not one.optional]
    forms = {one.key: one.form for one in catalogue("THCS")}
    marks = iter(scores)
    subjects = tuple(
        scored(key, next(marks)) if forms[key] is AssessmentForm.SCORED else remarked(key)
        for key in keys
    )
    year = StudentYear(
        school_level="THCS",
        grade=9,
        school_year="2024-2025",
        subjects=subjects,
        conduct_first=Level.GOOD,
        conduct_second=Level.GOOD,
        absences_excused=0,
        absences_unexcused=0,
    )
    return replace(year, **changes)  # type: ignore[arg-type]


def with_subject(year: StudentYear, key: str, **changes: object) -> StudentYear:
    """The year with fields of one subject changed."""
    subjects = tuple(
        replace(one, **changes) if one.subject == key else one  # type: ignore[arg-type]
        for one in year.subjects
    )
    return replace(year, subjects=subjects)


tenths = st.integers(0, 100).map(Tenths)
near_thresholds = st.one_of(
    tenths, st.sampled_from([Tenths(at + by) for at in (35, 50, 65, 80, 90) for by in (-1, 0, 1)])
)
remark_levels = st.sampled_from([PASSED, PASSED, PASSED, FAILED])


@st.composite
def terms(draw: st.DrawFn, form: AssessmentForm, count: int, *, gaps: bool = False) -> TermMarks:
    """A term's marks, complete unless `gaps` may occur."""
    one: st.SearchStrategy[Mark | None] = (
        near_thresholds if form is AssessmentForm.SCORED else remark_levels
    )
    if gaps:
        one = st.one_of(one, one, one, st.none())
    regular = tuple(draw(one) for _ in range(count))
    return TermMarks(regular=regular, midterm=draw(one), final=draw(one))


@st.composite
def years(draw: st.DrawFn, *, gaps: bool = False, regulation: Regulation = TT22) -> StudentYear:
    """A year of THCS by the current programme."""
    subjects = []
    for one in catalogue("THCS"):
        if one.optional and not draw(st.booleans()):
            continue
        bare = SubjectYear(one.key, one.form, one.periods_by_grade[9], TermMarks(), TermMarks())
        count = regular_count(subject=bare, regulation=regulation)
        first = draw(terms(one.form, count, gaps=gaps))
        second = draw(terms(one.form, count, gaps=gaps))
        subjects.append(replace(bare, first=first, second=second))
    conduct = st.one_of(st.none(), st.sampled_from(Level)) if gaps else st.sampled_from(Level)
    days = st.one_of(st.none(), st.integers(0, 60)) if gaps else st.integers(0, 60)
    return StudentYear(
        school_level="THCS",
        grade=9,
        school_year="2024-2025",
        subjects=tuple(subjects),
        conduct_first=draw(conduct),
        conduct_second=draw(conduct),
        absences_excused=draw(days),
        absences_unexcused=draw(days),
    )
