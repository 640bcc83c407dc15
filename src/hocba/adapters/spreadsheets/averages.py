"""Results that the file states, compared with what its marks give; the award likewise."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hocba.adapters.spreadsheets.about import about
from hocba.adapters.spreadsheets.values import MarkRow, StudentRow, SubjectSheet
from hocba.adapters.spreadsheets.years import ClassIndex, student_year, subject_year
from hocba.core.assessment.assess import assess_year
from hocba.core.assessment.averages import regular_count, subject_result, term_average
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.marks import AssessmentForm, Outcome, SubjectYear, Tenths, TermMarks
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.spelling import plain_words

_SHORT_TITLES = {"hsxs": "hoc sinh xuat sac", "hsg": "hoc sinh gioi", "hstt": "hoc sinh tien tien"}


def check_results(
    index: ClassIndex, student: StudentRow, *, regulation: Regulation
) -> Iterator[Finding]:
    """Return the stated averages, levels and award that the marks of one student do not give."""
    for sheet in index.workbook.sheets:
        row = index.row(sheet, student)
        if row is not None:
            subject = subject_year(index.workbook, sheet, row)
            yield from _Comparison(student, sheet, row, subject, regulation).findings()
    yield from _award(index, student, regulation)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One student's subject: what is written against what is computed."""

    student: StudentRow
    sheet: SubjectSheet
    row: MarkRow
    subject: SubjectYear
    regulation: Regulation

    def findings(self) -> Iterator[Finding]:
        """Compare both terms and the year."""
        computed = subject_result(subject=self.subject, regulation=self.regulation)
        for which, stated in self.row.stated.items():
            value: Outcome | None = getattr(computed, which)
            if value is None:
                if stated.value is not None and which != "year":
                    yield self._without_basis(which, stated.value)
            elif stated.value is not None and stated.value != value:
                yield self._about("average.differs", which, _shown(stated.value), _shown(value))
            elif not stated.text and self._column_is_used(which):
                yield self._about("average.missing", which, "", _shown(value))

    def _without_basis(self, which: str, stated: Outcome) -> Finding:
        """A result over marks that are missing or unreadable.

        When one mark alone is not known, say which marks would give the stated average: it tells a
        slip of the pen (8,5 without its comma) from a mark that was changed afterwards. The mark
        itself must come from the test, never from here.
        """
        fitting = self._marks_giving(which, stated)
        if not fitting:
            return self._about("average.without_basis", which, _shown(stated), "")
        span = _shown(fitting[0])
        if fitting[-1] != fitting[0]:
            span = f"{span} – {_shown(fitting[-1])}"
        return self._about("average.implies", which, _shown(stated), span)

    def _marks_giving(self, which: str, stated: Outcome) -> list[Tenths]:
        marks: TermMarks = getattr(self.subject, which)
        required = regular_count(subject=self.subject, regulation=self.regulation)
        unknown = required - len(marks.regular)
        unknown += (marks.midterm is None) + (marks.final is None)
        if self.subject.form is AssessmentForm.REMARK or unknown != 1:
            return []
        return [
            Tenths(tenths)
            for tenths in range(self.regulation.highest + 1)
            if stated
            == term_average(
                marks=_completed(marks, Tenths(tenths), required),
                required=required,
                regulation=self.regulation,
            )
        ]

    def _column_is_used(self, which: str) -> bool:
        """An export without averages leaves the whole column empty; that is no doubt."""
        return any(row.stated[which].text for row in self.sheet.rows)

    def _about(self, code: str, which: str, found: str, expected: str) -> Finding:
        return about(
            self.student,
            code,
            self.row.stated[which].place,
            Severity.WARN,
            found=found,
            expected=expected,
            clause=self.regulation.clause("term_average"),
        )


def _completed(marks: TermMarks, tenths: Tenths, required: int) -> TermMarks:
    if len(marks.regular) < required:
        return replace(marks, regular=(*marks.regular, tenths))
    if marks.midterm is None:
        return replace(marks, midterm=tenths)
    return replace(marks, final=tenths)


def _award(index: ClassIndex, student: StudentRow, regulation: Regulation) -> Iterator[Finding]:
    """A title of Điều 15 in GVCN that the results do not give; other praise is free text."""
    record = index.homeroom.get(student.student_code)
    if record is None:
        return
    words = plain_words(record.award)
    words = _SHORT_TITLES.get(words, words)
    if words not in {plain_words(rule.title) for rule in regulation.awards}:
        return
    assessed = assess_year(student_year(index, student), regulation=regulation)
    if assessed.learning_year.final is not None and words != plain_words(assessed.award_title):
        yield about(
            student,
            "award.differs",
            record.cells["award"],
            Severity.WARN,
            found=record.award,
            expected=assessed.award_title or "không có danh hiệu",
            clause=assessed.award_clause,
        )


def _shown(value: Outcome) -> str:
    return value if isinstance(value, str) else f"{value // 10},{value % 10}"
