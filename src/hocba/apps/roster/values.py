"""What goes into the roster and what comes out of it, as values."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentEntry:
    """One line of a class list handed in; an empty text means "not told", never "erase"."""

    list_number: int
    student_code: str
    full_name: str
    birth_date: date
    gender: str  # "Nam" | "Nữ"
    citizen_id: str = ""
    ethnicity: str = ""
    nationality: str = "Việt Nam"
    birth_place: str = ""
    home_town: str = ""
    address: str = ""
    father_name: str = ""
    mother_name: str = ""
    guardian_name: str = ""
    priority_group: str = ""
    register_number: str = ""
    joined_date: date | None = None
    left_date: date | None = None
    citizen_id_told: str = ""  # what the list says and cannot be a citizen id: it opens a case


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentEntry:
    """One subject of a class handed in, with its teacher."""

    subject_key: str
    periods: int  # of the whole year
    teacher_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledStudent:
    """One student of one class as read; `citizen_id` may be masked, "" when unknown."""

    enrolment_id: UUID
    student_id: UUID
    list_number: int
    student_code: str
    citizen_id: str
    full_name: str
    birth_date: date
    gender: str
    ethnicity: str
    nationality: str
    birth_place: str
    home_town: str
    address: str
    father_name: str
    mother_name: str
    guardian_name: str
    priority_group: str
    register_number: str
    joined_date: date | None
    left_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachingDuty:
    """One subject that a person teaches in one class."""

    school_id: UUID
    class_id: UUID
    class_name: str
    grade: int
    subject_key: str
    periods: int


@dataclass(frozen=True, slots=True)
class EnrolmentPlace:
    """Where one enrolment sits, and whose it is."""

    class_id: UUID
    grade: int
    class_name: str
    full_name: str


def masked_citizen_id(citizen_id: str) -> str:
    """Keep the last three digits: enough to tell two people apart on a page, no more."""
    return f"{'•' * (len(citizen_id) - 3)}{citizen_id[-3:]}" if citizen_id else ""
