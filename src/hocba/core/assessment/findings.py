"""Doubts about entered data, as values: where, about whom, what was found, what is expected.

Checks never raise and never repair; a person mends the source. Codes become Vietnamese sentences
in `hocba.adapters.wording`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """A blocking finding stops its student, or the file when it names none; a warning does not."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Place:
    """Where to mend it: sheet name and A1 cell of the source workbook (empty when no cell)."""

    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt; `found` and `expected` are short texts shown as they stand."""

    code: str
    severity: Severity
    place: Place = Place()
    student_code: str = ""
    student_name: str = ""
    found: str = ""
    expected: str = ""
    clause: str = ""
