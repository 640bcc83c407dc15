"""One student's year judged whole: subjects, learning, conduct, summer, promotion, award."""

from collections.abc import Iterator, Mapping

from hocba.core.assessment.averages import subject_result
from hocba.core.assessment.classification import conduct_result, learning_result
from hocba.core.assessment.marks import (
    AssessmentMode,
    LearningLevel,
    Outcome,
    RemarkLevel,
    StudentYear,
    SubjectKey,
)
from hocba.core.assessment.promotion import award_for, eligible_subjects, promotion_result
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import (
    ConductResult,
    Decision,
    LearningResult,
    PromotionResult,
    SubjectResult,
    SummerResult,
    YearAssessment,
)

_COMPLETED = {
    Decision.PROMOTED: True,
    Decision.PROMOTED_AFTER_SUMMER: True,
    Decision.RETAINED: False,
}


def assess_year(year: StudentYear, *, regulation: Regulation) -> YearAssessment:
    """Judge a year by a circular; a function of its arguments alone, each result with its clause.

    What is not recorded stays unknown (None, or Decision.UNDETERMINED), never zero or Chưa đạt.
    What the summer brought stands beside the year's own results and changes neither them nor the
    award.
    """
    subjects = tuple(subject_result(subject=one, regulation=regulation) for one in year.subjects)
    counted = [one for one in subjects if not one.exempt]
    years = {one.subject: one.year for one in counted}
    terms = {
        "first": {one.subject: one.first for one in counted},
        "second": {one.subject: one.second for one in counted},
        "year": years,
    }
    levels = {which: _learning(outcomes, year, regulation) for which, outcomes in terms.items()}
    learning = _unless_left_to_the_head(levels["year"], year, regulation)
    conduct = conduct_result(
        first=year.conduct_first,
        second=year.conduct_second,
        judged_year=year.conduct_year,
        waived=bool(year.conduct_waiver),
        regulation=regulation,
    )
    summer = _summer(years, year, regulation)
    promotion = _promotion(learning, conduct, summer, years, year, regulation)
    award = award_for(
        learning=learning.final, conduct=conduct.year, years=years, regulation=regulation
    )
    final_grade = regulation.promotion.final_grades.get(year.school_level) == year.grade
    return YearAssessment(
        regulation=regulation.name,
        subjects=subjects,
        learning_first=levels["first"],
        learning_second=levels["second"],
        learning_year=learning,
        conduct=conduct,
        absences=absences_of(year),
        promotion=promotion,
        summer=summer,
        award=award.award if award else None,
        award_title=award.title if award else "",
        award_clause=regulation.clause("award"),
        completes_level=_COMPLETED.get(promotion.decision) if final_grade else None,
        review=tuple(_review(learning, summer, subjects, year, regulation)),
    )


def absences_of(year: StudentYear) -> int | None:
    """Buổi nghỉ of the year, excused and not (Điều 12.1.c); None while one is not recorded."""
    if year.absences_excused is None or year.absences_unexcused is None:
        return None
    return year.absences_excused + year.absences_unexcused


def left_to_the_head(year: StudentYear) -> bool:
    """Whether a disabled student's year is for the head to decide (Điều 11, Điều 12.4)."""
    return any(one.mode is not AssessmentMode.STANDARD for one in year.subjects)


def _learning(
    outcomes: Mapping[SubjectKey, Outcome | None], year: StudentYear, regulation: Regulation
) -> LearningResult:
    return learning_result(
        outcomes=outcomes, regulation=regulation, specialised=year.specialised_subject
    )


def _unless_left_to_the_head(
    learning: LearningResult, year: StudentYear, regulation: Regulation
) -> LearningResult:
    """A disabled student never gets an automatic Chưa đạt (Điều 11)."""
    short = learning.final is not None and learning.final < regulation.promotion.learning
    if not (short and left_to_the_head(year)):
        return learning
    clause = regulation.clause("disability")
    return LearningResult(learning.base, None, None, learning.policy, True, clause)


def _summer(
    years: Mapping[SubjectKey, Outcome | None], year: StudentYear, regulation: Regulation
) -> SummerResult:
    """New results of eligible subjects replace the old for the decision alone (Điều 14)."""
    eligible = eligible_subjects(years=years, regulation=regulation)
    new = {key: one for key, one in year.summer.reassessed.items() if key in eligible}
    learning = _learning({**years, **new}, year, regulation) if new else None
    return SummerResult(new, learning, year.summer.conduct)


def _promotion(
    learning: LearningResult,
    conduct: ConductResult,
    summer: SummerResult,
    years: Mapping[SubjectKey, Outcome | None],
    year: StudentYear,
    regulation: Regulation,
) -> PromotionResult:
    if year.head_decision is not None and left_to_the_head(year):
        decision = Decision.PROMOTED if year.head_decision.promoted else Decision.RETAINED
        clause = regulation.clause("disability")
        return PromotionResult(decision, (), ("head_decided",), (), clause)
    after: LearningLevel | None = summer.learning.final if summer.learning else None
    return promotion_result(
        learning=learning.final,
        conduct=conduct.year,
        absences=absences_of(year),
        years=years,
        regulation=regulation,
        learning_after=after,
        conduct_after=summer.conduct,
        summer_closed=year.summer.closed,
        conduct_waived=conduct.waived,
    )


def _review(
    learning: LearningResult,
    summer: SummerResult,
    subjects: tuple[SubjectResult, ...],
    year: StudentYear,
    regulation: Regulation,
) -> Iterator[str]:
    """Name what a person has to look at before signing."""
    if left_to_the_head(year) and year.head_decision is None:
        yield "head_decides"
    elif learning.review:
        yield "adjustment_readings_differ"
    before = {one.subject: one.year for one in subjects}
    if any(_lower(new, before[key]) for key, new in summer.reassessed.items()):
        yield "reassessed_lower"
    after = summer.learning.final if summer.learning else None
    if after is not None and after > regulation.promotion.learning:
        yield "reassessed_above_the_floor"
    if any(one.manual_year is not None for one in year.subjects):
        yield "manual_result"


def _lower(new: Outcome, old: Outcome | None) -> bool:
    if isinstance(new, RemarkLevel) or isinstance(old, RemarkLevel) or old is None:
        return False
    return new < old
