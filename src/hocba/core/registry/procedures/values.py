"""What a request about an issued transcript is, as values: kinds, periods, steps, approvals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from hocba.core.registry.entry import EntryKind


class RequestKind(StrEnum):
    """Thu hồi và thay thế, chỉ thu hồi, thay đổi hộ tịch, niêm phong và gỡ theo quyết định."""

    RECALL_AND_REPLACE = "recall_and_replace"
    RECALL_ONLY = "recall_only"
    CIVIL_STATUS = "civil_status"
    COURT_SEAL = "court_seal"
    COURT_UNSEAL = "court_unseal"


class LockPeriod(StrEnum):
    """Chưa chốt, sau hạn chốt 30/06, sau hạn chốt 15/08."""

    BEFORE_LOCK = "before_lock"
    AFTER_FIRST_LOCK = "after_first_lock"
    AFTER_SECOND_LOCK = "after_second_lock"


class AskedUnit(StrEnum):
    """Trường, cấp quản lý của trường, Sở, Bộ."""

    SCHOOL = "school"
    MANAGING = "managing"
    DEPARTMENT = "department"
    MINISTRY = "ministry"


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """One approval that a procedure asks: of whom, in which unit, in which order.

    Steps of one order may be given in any sequence. The Ministry has no accounts here: its decision
    comes from outside (transaction 6) and is recorded with number and file by one of `roles`.
    """

    key: str
    unit: AskedUnit
    roles: tuple[str, ...]
    order: int

    @property
    def from_outside(self) -> bool:
        """Whether a decision made elsewhere is recorded here."""
        return self.unit is AskedUnit.MINISTRY


@dataclass(frozen=True, slots=True)
class Procedure:
    """Who may ask, who approves, what must be attached; `source` is the clause it comes from."""

    rules: str
    source: str
    kind: RequestKind
    school_level: str
    period: LockPeriod
    forwarded: bool
    askers: tuple[str, ...]
    steps: tuple[ApprovalStep, ...]
    executors: tuple[str, ...]
    evidence_required: bool
    reasons: tuple[str, ...]
    managing_kind: str  # kind of the unit that manages schools of this level

    @property
    def entry_kind(self) -> EntryKind:
        """What the log tells when the request is executed."""
        return ENTRIES[self.kind]


@dataclass(frozen=True, slots=True)
class GivenApproval:
    """An approval that was given: its step, the person, the unit (None: from outside)."""

    step: str
    person: UUID
    unit: UUID | None


@dataclass(frozen=True, slots=True)
class LockCalendar:
    """Days of the year on which a school year is locked, for most and for those who wait."""

    first: tuple[int, int]  # month, day
    second: tuple[int, int]

    def days(self, *, school_year: str) -> tuple[date, date]:
        """Return both last open days of a school year such as "2024-2025"."""
        year = int(school_year[5:9])
        return date(year, *self.first), date(year, *self.second)


ENTRIES: Mapping[RequestKind, EntryKind] = {
    RequestKind.RECALL_AND_REPLACE: EntryKind.RECALLED,
    RequestKind.RECALL_ONLY: EntryKind.RECALLED,
    RequestKind.CIVIL_STATUS: EntryKind.CIVIL_STATUS,
    RequestKind.COURT_SEAL: EntryKind.COURT_SEALED,
    RequestKind.COURT_UNSEAL: EntryKind.COURT_UNSEALED,
}
