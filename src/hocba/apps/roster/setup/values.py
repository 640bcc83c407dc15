"""A plan: what each row of a workbook would add or change, and what stands in the way."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from hocba.adapters.spreadsheets.roster_reading import RosterRow
from hocba.core.assessment.findings import Finding, Place, Severity

Values = Mapping[str, Any]


class Outcome(StrEnum):
    """What becomes of one row."""

    ADD = "them"
    CHANGE = "doi"
    SAME = "giu"
    BLOCKED = "chan"


class Act(StrEnum):
    """One kind of write; each can be done and undone (`roster.actions`)."""

    CLASS_ADDED = "class_added"
    STUDENT_ADDED = "student_added"
    PARTICULARS = "particulars"
    ENROLLED = "enrolled"
    JOINED = "joined"
    LEFT = "left"
    PERSON_ADDED = "person_added"
    PERSON_REOPENED = "person_reopened"
    ROLE_GRANTED = "role_granted"
    ROLE_ENDED = "role_ended"
    ASSIGNED = "assigned"
    HOMEROOM = "homeroom"
    CHOICES = "choices"


_ADDING = {Act.CLASS_ADDED, Act.STUDENT_ADDED, Act.ENROLLED, Act.PERSON_ADDED, Act.ROLE_GRANTED}


@dataclass(frozen=True, slots=True)
class Step:
    """One write: `key` says on what, `before` and `after` what it was and will be; plain JSON."""

    act: Act
    key: Values
    before: Values
    after: Values


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One line of the file: whom it is about, the steps it leads to, the doubts about it."""

    place: Place
    about: str
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """A blocking finding stops the row, and with it the file."""
        if any(finding.severity is Severity.BLOCK for finding in self.findings):
            return Outcome.BLOCKED
        if any(step.act in _ADDING or step.before == {} for step in self.steps):
            return Outcome.ADD
        return Outcome.CHANGE if self.steps else Outcome.SAME


@dataclass(frozen=True, slots=True)
class Plan:
    """What a whole file would do; `findings` are about the file, a blocking one stops it."""

    file_sha256: str
    rows: tuple[PlannedRow, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def blocked(self) -> bool:
        """All or nothing: one bad row among two thousand and nothing is written."""
        return any(one.severity is Severity.BLOCK for one in self.findings) or any(
            row.outcome is Outcome.BLOCKED for row in self.rows
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each outcome."""
        found = Counter(row.outcome.value for row in self.rows)
        warned = sum(1 for row in self.rows if row.findings and row.outcome is not Outcome.BLOCKED)
        return {outcome.value: found[outcome.value] for outcome in Outcome} | {"luu_y": warned}

    @property
    def digest(self) -> str:
        """Digest of the file and of every step: who confirms, confirms exactly these."""
        steps = [
            [row.place.sheet, row.place.cell, row.outcome.value]
            + [[step.act.value, step.key, step.before, step.after] for step in row.steps]
            for row in self.rows
        ]
        text = json.dumps([self.file_sha256, steps], sort_keys=True, ensure_ascii=False)
        return sha256(text.encode()).hexdigest()


def iso(day: date | None) -> str | None:
    """Return a date as it stands in a step."""
    return day.isoformat() if day else None


def block(row: RosterRow, code: str, key: str, *, found: str = "", expected: str = "") -> Finding:
    """Return a finding at one of the row's cells that stops the file."""
    return _finding(row, code, key, Severity.BLOCK, found, expected)


def warn(row: RosterRow, code: str, key: str, *, found: str = "", expected: str = "") -> Finding:
    """Return a finding at one of the row's cells that somebody should look at."""
    return _finding(row, code, key, Severity.WARN, found, expected)


def _finding(
    row: RosterRow, code: str, key: str, severity: Severity, found: str, expected: str
) -> Finding:
    place = row.places.get(key, row.place)
    who = (row.text("student_code"), row.text("full_name"))
    return Finding(code, severity, place if place.cell else row.place, *who, found, expected)


def is_blocked(findings: Iterable[Finding]) -> bool:
    """Whether any of the findings stops its row."""
    return any(one.severity is Severity.BLOCK for one in findings)
