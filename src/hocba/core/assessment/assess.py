"""One student's year judged whole: subjects, learning, conduct, promotion, award."""

from hocba.core.assessment.averages import subject_result
from hocba.core.assessment.classification import conduct_result, learning_result
from hocba.core.assessment.marks import StudentYear
from hocba.core.assessment.promotion import award_for, promotion_result
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import Decision, YearAssessment


def assess_year(year: StudentYear, *, regulation: Regulation) -> YearAssessment:
    """Judge a year by a circular; a function of its arguments alone, each result with its clause.

    What is not recorded stays unknown (None, or Decision.UNDETERMINED), never zero or Chưa đạt.
    """
    subjects = tuple(
        subject_result(subject=subject, regulation=regulation) for subject in year.subjects
    )
    years = {result.subject: result.year for result in subjects}
    learning = learning_result(outcomes=years, regulation=regulation)
    conduct = conduct_result(
        first=year.conduct_first, second=year.conduct_second, regulation=regulation
    )
    absences = None
    if year.absences_excused is not None and year.absences_unexcused is not None:
        absences = year.absences_excused + year.absences_unexcused
    promotion = promotion_result(
        learning=learning.final,
        conduct=conduct.year,
        absences=absences,
        years=years,
        regulation=regulation,
    )
    completes = None
    if regulation.final_grades.get(year.school_level) == year.grade:
        completes = (
            None
            if promotion.decision is Decision.UNDETERMINED
            else promotion.decision is Decision.PROMOTED
        )
    return YearAssessment(
        regulation=regulation.name,
        subjects=subjects,
        learning_first=learning_result(
            outcomes={one.subject: one.first for one in subjects}, regulation=regulation
        ),
        learning_second=learning_result(
            outcomes={one.subject: one.second for one in subjects}, regulation=regulation
        ),
        learning_year=learning,
        conduct=conduct,
        absences=absences,
        promotion=promotion,
        award=award_for(
            learning=learning.final, conduct=conduct.year, years=years, regulation=regulation
        ),
        award_clause=regulation.award_clause,
        completes_level=completes,
    )
