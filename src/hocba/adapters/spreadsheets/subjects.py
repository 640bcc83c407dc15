"""Which sheet is which subject, and the reading of each."""

from collections.abc import Iterator, Sequence

from hocba.adapters.spreadsheets.columns import Findings
from hocba.adapters.spreadsheets.grid import Grid
from hocba.adapters.spreadsheets.heading import Heading
from hocba.adapters.spreadsheets.subject_sheet import find_columns, looks_like_marks, mark_rows
from hocba.adapters.spreadsheets.values import SubjectSheet
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.subjects import Subject, catalogue, find_subject

_LONGEST_SHEET_NAME = 31  # Excel cuts what is longer


def subject_sheets(
    grids: Sequence[Grid], heading: Heading, findings: Findings
) -> Iterator[SubjectSheet]:
    """Read every sheet that is not one of the three lists."""
    seen: dict[str, str] = {}
    for grid in grids:
        subject = _named_subject(grid.name, heading.school_level)
        titled = _titled_subject(grid, heading.school_level)
        if subject is None:
            findings.append(_unknown(grid, titled))
        elif subject.key in seen:
            findings.append(_stop("workbook.subject_twice", grid, subject.name, seen[subject.key]))
        else:
            seen[subject.key] = grid.name
            if titled is not None and titled.key != subject.key:
                findings.append(_stop("workbook.title_other", grid, titled.name, subject.name))
            yield _read(grid, subject, heading, findings)


def _read(grid: Grid, subject: Subject, heading: Heading, findings: Findings) -> SubjectSheet:
    columns = find_columns(grid, findings)
    if columns is None:
        return SubjectSheet(subject.key, grid.name, (), readable=False)
    rows = mark_rows(
        grid,
        columns,
        form=subject.form,
        clause=f"{heading.regulation_name} Điều 5",
        findings=findings,
    )
    return SubjectSheet(subject.key, grid.name, tuple(rows))


def _named_subject(name: str, school_level: str) -> Subject | None:
    """The subject a sheet is named after, also when Excel has cut the name short."""
    subject = find_subject(name, school_level=school_level)
    if subject is not None or len(name) < _LONGEST_SHEET_NAME:
        return subject
    begun = [
        one
        for one in catalogue(school_level)
        if any(full.casefold().startswith(name.casefold()) for full in (one.name, *one.aliases))
    ]
    return begun[0] if len(begun) == 1 else None


def _titled_subject(grid: Grid, school_level: str) -> Subject | None:
    """The subject that the title "… - MÔN TOÁN" names, if one does."""
    for cell in grid.head():
        _, said, name = cell.text.casefold().rpartition("môn ")
        if said and (subject := find_subject(name, school_level=school_level)):
            return subject
    return None


def _unknown(grid: Grid, titled: Subject | None) -> Finding:
    """A table of marks of no known subject stops the file; any other sheet is only left aside."""
    if looks_like_marks(grid):
        return _stop("workbook.subject_unknown", grid, grid.name, titled.name if titled else "")
    return Finding("workbook.sheet_ignored", Severity.WARN, Place(grid.name), found=grid.name)


def _stop(code: str, grid: Grid, found: str, expected: str) -> Finding:
    return Finding(code, Severity.BLOCK, Place(grid.name), found=found, expected=expected)
