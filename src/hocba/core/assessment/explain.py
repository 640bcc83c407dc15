"""Why: every result of a year with its clause, its numbers and what would have changed it.

An explanation is JSON all through, so that it can be stored, printed and checked by a stranger:
`evaluate` applied to its inputs gives its result again. Sentences are made in
`hocba.adapters.wording.explanations`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hocba.core.assessment.assess import absences_of, assess_year
from hocba.core.assessment.averages import regular_count, topics_fit
from hocba.core.assessment.evaluation import RULES, encoded
from hocba.core.assessment.improvements import improvements
from hocba.core.assessment.marks import (
    AssessmentForm,
    LearningLevel,
    StudentYear,
    SubjectYear,
    Term,
    TermMarks,
)
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import LearningResult, SubjectResult, YearAssessment


@dataclass(frozen=True, slots=True)
class Explanation:
    """One result explained.

    `about` names it ("average.toan.HK1", "learning.year", "promotion"), `rule` is a key of
    `evaluation.RULES`, `deciding` the subject that decided (Điều 9.3), "" when none did, `changes`
    the smallest changes of one input that would have given a better result.
    """

    about: str
    rule: str
    clause: str
    inputs: Mapping[str, Any]
    result: Any
    deciding: str = ""
    changes: tuple[Mapping[str, Any], ...] = ()


def evaluate(explanation: Explanation, *, regulation: Regulation) -> Any:
    """Apply the explanation's rule to its inputs; equals `explanation.result`, or it is a lie."""
    return RULES[explanation.rule](explanation.inputs, regulation)


def explain_year(
    year: StudentYear, *, regulation: Regulation, assessment: YearAssessment | None = None
) -> tuple[Explanation, ...]:
    """Explain every result of a year: averages, learning, conduct, promotion, award."""
    judged = assessment or assess_year(year, regulation=regulation)
    found = [
        *_subjects(year, judged, regulation),
        *_levels(year, judged, regulation),
        *_conclusions(year, judged, regulation),
    ]
    return tuple(found)


def _explained(
    about: str,
    rule: str,
    clause: str,
    inputs: Mapping[str, Any],
    regulation: Regulation,
    deciding: str = "",
) -> Explanation:
    result = RULES[rule](inputs, regulation)
    changes = improvements(rule=rule, inputs=inputs, result=result, regulation=regulation)
    return Explanation(about, rule, clause, inputs, result, deciding, changes)


def _subjects(
    year: StudentYear, judged: YearAssessment, regulation: Regulation
) -> Iterator[Explanation]:
    for subject, result in zip(year.subjects, judged.subjects, strict=True):
        if result.exempt:
            continue
        fits = topics_fit(subject=subject, policy=regulation.topic_policy)
        for term, marks, fit in zip(Term, (subject.first, subject.second), fits, strict=True):
            yield _term(subject, term, marks, regulation, result.clause, fit=fit)
        yield _year(subject, result, regulation)


def _term(
    subject: SubjectYear,
    term: Term,
    marks: TermMarks,
    regulation: Regulation,
    clause: str,
    *,
    fit: bool,
) -> Explanation:
    about = f"average.{subject.subject}.{term.value}"
    if marks.carried is not None:
        carried = {"value": encoded(marks.carried)}
        return _explained(about, "carried", clause, carried, regulation)
    rule = "term_average" if subject.form is AssessmentForm.SCORED else "remark_term"
    inputs: dict[str, Any] = {
        "regular": [encoded(mark) for mark in marks.regular],
        "topics": [encoded(mark) for mark in marks.topics],
        "periodic": [encoded(mark) for mark in marks.periodic],
        "midterm": encoded(marks.midterm),
        "final": encoded(marks.final),
        "missed": sorted(marks.missed),
        "required": regular_count(subject=subject, regulation=regulation),
        "topics_fit": fit,
    }
    return _explained(about, rule, clause, inputs, regulation)


def _year(subject: SubjectYear, result: SubjectResult, regulation: Regulation) -> Explanation:
    about = f"average.{subject.subject}.year"
    if subject.manual_year is not None:
        manual = subject.manual_year
        inputs = {
            "value": encoded(manual.value),
            "reason": manual.reason,
            "approver": manual.approver,
        }
        return _explained(about, "manual", result.clause, inputs, regulation)
    rule = "year_average" if subject.form is AssessmentForm.SCORED else "remark_year"
    clause = regulation.clause("year_average") if rule == "year_average" else result.clause
    inputs = {"first": encoded(result.first), "second": encoded(result.second)}
    return _explained(about, rule, clause, inputs, regulation)


def _levels(
    year: StudentYear, judged: YearAssessment, regulation: Regulation
) -> Iterator[Explanation]:
    by_scope: tuple[tuple[str, str, LearningResult], ...] = (
        ("learning.HK1", "first", judged.learning_first),
        ("learning.HK2", "second", judged.learning_second),
        ("learning.year", "year", judged.learning_year),
    )
    for about, which, level in by_scope:
        outcomes = {
            one.subject: encoded(getattr(one, which)) for one in judged.subjects if not one.exempt
        }
        inputs: dict[str, Any] = {
            "outcomes": outcomes,
            "specialised": year.specialised_subject or "",
            "left_to_the_head": level.base is not None and level.final is None,
        }
        decider = level.deciding_subject or ""
        yield _explained(about, "learning", level.clause, inputs, regulation, decider)


def _conclusions(
    year: StudentYear, judged: YearAssessment, regulation: Regulation
) -> Iterator[Explanation]:
    conduct = judged.conduct
    inputs: dict[str, Any] = {
        "first": encoded(year.conduct_first),
        "second": encoded(year.conduct_second),
        "judged_year": encoded(year.conduct_year),
        "waiver": year.conduct_waiver,
    }
    yield _explained("conduct", "conduct", conduct.clause, inputs, regulation)
    years = {one.subject: encoded(one.year) for one in judged.subjects if not one.exempt}
    final: LearningLevel | None = judged.learning_year.final
    common = {"learning": encoded(final), "conduct": encoded(conduct.year), "years": years}
    summer = judged.summer
    inputs = {
        **common,
        "conduct_waived": conduct.waived,
        "absences": absences_of(year),
        "learning_after": encoded(summer.learning.final if summer.learning else None),
        "conduct_after": encoded(summer.conduct),
        "summer_closed": year.summer.closed,
        "head_decided": year.head_decision.promoted
        if year.head_decision is not None and "head_decided" in judged.promotion.reasons
        else None,
    }
    yield _explained("promotion", "promotion", judged.promotion.clause, inputs, regulation)
    yield _explained("award", "award", judged.award_clause, common, regulation)
