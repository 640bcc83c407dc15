"""Do the sheets speak of the same students? Rows matched by code, names compared."""

from collections import Counter
from collections.abc import Iterator, Sequence

from hocba.adapters.spreadsheets.about import about
from hocba.adapters.spreadsheets.grid import same_name
from hocba.adapters.spreadsheets.layout import HOMEROOM
from hocba.adapters.spreadsheets.values import ClassWorkbook, HomeroomRow, MarkRow, StudentRow
from hocba.core.assessment.findings import Finding, Place, Severity

_TOO_MANY_TO_BE_CHANCE = 8

Row = MarkRow | HomeroomRow


def check_rows(workbook: ClassWorkbook) -> Iterator[Finding]:
    """Every row has a student, every student one row, under one name in every sheet."""
    roll = _Roll(workbook)
    for sheet in workbook.sheets:
        if sheet.readable:
            yield from roll.compare(sheet.sheet, sheet.rows)
            yield from _copied_marks(roll, sheet.rows)
    places = [row.place.sheet for row in workbook.homeroom]
    yield from roll.compare(places[0] if places else HOMEROOM.name, workbook.homeroom)


class _Roll:
    """The class list, as the other sheets are compared with it."""

    def __init__(self, workbook: ClassWorkbook) -> None:
        self.students = workbook.students
        self.by_code = {one.student_code: one for one in workbook.students if one.student_code}
        # Rows of a code that two students share cannot be told apart; the list says so already.
        codes = Counter(one.student_code for one in workbook.students)
        self.shared = {code for code, count in codes.items() if count > 1}

    def compare(self, sheet: str, rows: Sequence[Row]) -> Iterator[Finding]:
        """Compare one sheet's rows with the list."""
        seen = Counter(row.student_code for row in rows)
        met: Counter[str] = Counter()
        found_by_name: set[str] = set()
        for row in rows:
            student = self.by_code.get(row.student_code)
            met[row.student_code] += 1
            if student is None:
                meant = self._meant(row, seen)
                found_by_name |= {meant.student_code} if meant else set()
                yield self._stranger(row, meant)
            elif row.student_code in self.shared:
                continue
            elif met[row.student_code] > 1:
                yield about(student, "row.twice", row.place, found=row.full_name)
            elif not same_name(student.full_name, row.full_name):
                yield about(
                    student,
                    "row.other_name",
                    row.place,
                    found=row.full_name,
                    expected=student.full_name,
                )
        for student in self.students:
            code = student.student_code
            if code and code not in seen and code not in found_by_name and not student.left_date:
                yield about(student, "row.missing", Place(sheet), found=sheet)

    def _meant(self, row: Row, seen: Counter[str]) -> StudentRow | None:
        """The one student of this name who has no row here: then only the code is mistyped."""
        same = [
            one
            for one in self.students
            if same_name(one.full_name, row.full_name) and one.student_code not in seen
        ]
        return same[0] if len(same) == 1 else None

    def _stranger(self, row: Row, meant: StudentRow | None) -> Finding:
        if meant is not None:
            return about(
                meant,
                "row.other_code",
                row.place,
                found=row.student_code,
                expected=meant.student_code,
            )
        return Finding(
            "row.stranger",
            Severity.BLOCK,
            row.place,
            row.student_code,
            row.full_name,
            found=row.student_code or row.full_name,
        )


def _copied_marks(roll: _Roll, rows: Sequence[MarkRow]) -> Iterator[Finding]:
    """Two students with the very same marks throughout: a row pasted once too often."""
    first: dict[tuple[object, ...], MarkRow] = {}
    for row in rows:
        marks = tuple(cell.value for cell in row.marks)
        student = roll.by_code.get(row.student_code)
        scores = [mark for mark in marks if isinstance(mark, int)]
        if student is None or len(scores) < _TOO_MANY_TO_BE_CHANCE:
            continue
        other = first.setdefault(marks, row)
        if other.student_code != row.student_code:
            yield about(student, "row.same_marks", row.place, Severity.WARN, found=other.full_name)
