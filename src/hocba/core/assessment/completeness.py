"""Is a year complete enough to be judged and signed? Findings, never guesses."""

from collections.abc import Iterator

from hocba.core.assessment.averages import (
    regular_count,
    regular_count_fits,
    subject_result,
    topics_fit,
)
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.marks import (
    AssessmentMode,
    MarkKind,
    StudentYear,
    SubjectYear,
    Term,
    TermMarks,
)
from hocba.core.assessment.promotion import eligible_subjects
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.subjects import Subject, SubjectGroup, catalogue, programme

_PARTLY_EXEMPT = ("giao_duc_the_chat", "giao_duc_quoc_phong", "the_duc")


def check_student_year(year: StudentYear, *, regulation: Regulation) -> tuple[Finding, ...]:
    """What is missing, surplus or without its reason in one student's year.

    `found` names subject and column; places are added by those who know the source.
    """
    return (*_subjects(year, regulation), *_homeroom(year, regulation), *_summer(year, regulation))


def check_programme(year: StudentYear, *, regulation: Regulation) -> tuple[Finding, ...]:
    """Compulsory subjects not there, a wrong number of electives or chuyên đề clusters."""
    name = regulation.programme
    plan = programme(school_level=year.school_level, school_kind=year.school_kind, name=name)
    taught = {one.subject for one in year.subjects}
    clause = f"Chương trình {name}"
    findings = [
        Finding("subjects.missing", Severity.BLOCK, expected=one.name, clause=clause)
        for one in plan.subjects
        if not one.optional and one.key not in taught
    ]
    electives = [one for one in plan.subjects if one.group is SubjectGroup.ELECTIVE]
    chosen = sum(one.key in taught for one in electives)
    clusters = sum(one.has_topics for one in year.subjects)
    for code, found, expected in (
        ("subjects.electives", chosen, plan.electives),
        ("subjects.topic_clusters", clusters, plan.topic_clusters),
    ):
        if found != expected:
            findings.append(
                Finding(
                    code, Severity.WARN, found=str(found), expected=str(expected), clause=clause
                )
            )
    return tuple(findings)


def _names(year: StudentYear, regulation: Regulation) -> dict[str, Subject]:
    return {
        one.key: one for one in catalogue(year.school_level, year.school_kind, regulation.programme)
    }


def _subjects(year: StudentYear, regulation: Regulation) -> Iterator[Finding]:
    names = _names(year, regulation)
    for subject in year.subjects:
        if subject.mode is AssessmentMode.EXEMPT:
            continue
        name = names[subject.subject].name if subject.subject in names else subject.subject
        fits = topics_fit(subject=subject, policy=regulation.topic_policy)
        both = ((Term.FIRST, subject.first), (Term.SECOND, subject.second))
        for (term, marks), fit in zip(both, fits, strict=True):
            if marks.carried is None:
                yield from _term(f"{name}, {term.value}", subject, marks, regulation, fit=fit)
        yield from _reasons(name, subject, regulation)


def _term(
    where: str, subject: SubjectYear, marks: TermMarks, regulation: Regulation, *, fit: bool
) -> Iterator[Finding]:
    required = regular_count(subject=subject, regulation=regulation)
    taken = sum(mark is not None for mark in marks.regular)
    if not regular_count_fits(taken=taken, required=required, regulation=regulation):
        yield Finding(
            "marks.regular_missing" if taken < required else "marks.regular_surplus",
            Severity.BLOCK,
            found=f"{where}: {taken}",
            expected=str(required),
            clause=regulation.clause("regular_marks"),
        )
    if not fit or None in marks.topics:
        topics = len(marks.topics) - marks.topics.count(None)
        yield Finding(
            "marks.topics",
            Severity.BLOCK,
            found=f"{where}: {topics}",
            clause=regulation.clause("topics"),
        )
    periodic = [("marks.final_missing", MarkKind.FINAL, marks.final)]
    if regulation.has_midterm:
        periodic.insert(0, ("marks.midterm_missing", MarkKind.MIDTERM, marks.midterm))
    for code, kind, mark in periodic:
        if mark is None and kind not in marks.missed:
            yield Finding(code, Severity.BLOCK, found=where, clause=regulation.clause("periodic"))


def _reasons(name: str, subject: SubjectYear, regulation: Regulation) -> Iterator[Finding]:
    """A zero that nobody explained, an exemption that the law does not know, a bare hand entry."""
    for term, marks in ((Term.FIRST, subject.first), (Term.SECOND, subject.second)):
        for kind, mark in ((MarkKind.MIDTERM, marks.midterm), (MarkKind.FINAL, marks.final)):
            if mark == 0 and kind not in marks.missed:
                yield Finding(
                    "marks.zero_without_reason",
                    Severity.WARN,
                    found=f"{name}, {term.value}",
                    clause=regulation.clause("periodic"),
                )
    if subject.practical_exempt and subject.subject not in _PARTLY_EXEMPT:
        yield Finding("exemption.not_allowed", Severity.BLOCK, found=name, clause="Điều 10")
    manual = subject.manual_year
    if manual is not None and not (manual.reason.strip() and manual.approver.strip()):
        yield Finding("manual.unexplained", Severity.BLOCK, found=name)


def _homeroom(year: StudentYear, regulation: Regulation) -> Iterator[Finding]:
    conduct = (
        ("conduct.first_missing", year.conduct_first),
        ("conduct.second_missing", year.conduct_second),
    )
    absences = (
        ("absences.excused_missing", year.absences_excused),
        ("absences.unexcused_missing", year.absences_unexcused),
    )
    checked = (
        (("absences", absences),)
        if year.conduct_waiver
        else (
            ("conduct", conduct),
            ("absences", absences),
        )
    )
    for section, fields in checked:
        for code, value in fields:
            if value is None:
                yield Finding(code, Severity.BLOCK, clause=regulation.clause(section))
    if regulation.conduct is None and year.conduct_year is None:
        yield Finding("conduct.year_missing", Severity.BLOCK, clause=regulation.clause("conduct"))


def _summer(year: StudentYear, regulation: Regulation) -> Iterator[Finding]:
    """Reassessed though nothing had to be."""
    if not year.summer.reassessed:
        return
    years = {
        one.subject: subject_result(subject=one, regulation=regulation).year
        for one in year.subjects
    }
    eligible = eligible_subjects(years=years, regulation=regulation)
    names = _names(year, regulation)
    for key in year.summer.reassessed:
        if key not in eligible:
            yield Finding(
                "reassessment.not_eligible",
                Severity.BLOCK,
                found=names[key].name if key in names else key,
                clause=regulation.clause("reassessment"),
            )
