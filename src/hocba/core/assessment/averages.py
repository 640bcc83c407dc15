"""Results of one subject: ĐTBmhk, ĐTBmcn in exact tenths, levels of remark subjects (Điều 9.1)."""

from hocba.core.assessment.marks import AssessmentForm as Form
from hocba.core.assessment.marks import RemarkLevel, SubjectYear, Tenths, TermMarks
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import Outcome, SubjectResult


def regular_count(*, subject: SubjectYear, regulation: Regulation) -> int:
    """Number of regular marks a term must have, from the periods a year (Điều 6.2)."""
    if subject.form is Form.REMARK:
        return regulation.remark_regular_count
    return next(count for periods, count in regulation.regular_tiers if subject.periods <= periods)


def term_average(*, marks: TermMarks, required: int, regulation: Regulation) -> Tenths | None:
    """ĐTBmhk = (ΣĐĐGtx + 2·ĐĐGgk + 3·ĐĐGck) / (n + 5), half up in tenths (Điều 9.1.b).

    None when a mark is missing or the number of regular marks is not `required`: there is no
    average over an incomplete set.
    """
    regular = [mark for mark in marks.regular if mark is not None]
    if len(regular) != required or marks.midterm is None or marks.final is None:
        return None
    weights = regulation.weights
    total = (
        weights["regular"] * sum(int(mark) for mark in regular)
        + weights["midterm"] * int(marks.midterm)
        + weights["final"] * int(marks.final)
    )
    divisor = weights["regular"] * len(regular) + weights["midterm"] + weights["final"]
    return half_up(total, divisor)


def year_average(*, first: Tenths, second: Tenths, regulation: Regulation) -> Tenths:
    """ĐTBmcn = (ĐTBmhkI + 2·ĐTBmhkII) / 3 from the rounded term averages (Điều 9.1.b)."""
    one, two = regulation.weights["first_term"], regulation.weights["second_term"]
    return half_up(one * first + two * second, one + two)


def half_up(numerator: int, divisor: int) -> Tenths:
    """Divide tenths and round half up, without a float."""
    return Tenths((2 * numerator + divisor) // (2 * divisor))


def remark_term(*, marks: TermMarks, required: int) -> RemarkLevel | None:
    """Đ when the full number of assessments was taken and every one is Đ (Điều 9.1.a).

    None while assessments are missing: "chưa đủ căn cứ" is never printed as CĐ.
    """
    taken = [*marks.regular, marks.midterm, marks.final]
    if len(marks.regular) != required or any(mark is None for mark in taken):
        return None
    passed = all(mark is RemarkLevel.ACHIEVED for mark in taken)
    return RemarkLevel.ACHIEVED if passed else RemarkLevel.NOT_ACHIEVED


def subject_result(*, subject: SubjectYear, regulation: Regulation) -> SubjectResult:
    """Both terms and the year of one subject."""
    required = regular_count(subject=subject, regulation=regulation)
    first: Outcome | None
    second: Outcome | None
    year: Outcome | None
    if subject.form is Form.REMARK:
        first = remark_term(marks=subject.first, required=required)
        second = remark_term(marks=subject.second, required=required)
        year, clause = second, f"{regulation.name} Điều 9.1.a"
    else:
        one = term_average(marks=subject.first, required=required, regulation=regulation)
        two = term_average(marks=subject.second, required=required, regulation=regulation)
        first, second, year, clause = one, two, None, f"{regulation.name} Điều 9.1.b"
        if one is not None and two is not None:
            year = year_average(first=one, second=two, regulation=regulation)
    return SubjectResult(subject.subject, subject.form, first, second, year, clause)
