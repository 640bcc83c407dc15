"""One student-year of a học bạ as a frozen value: the yearly unit before and after signing.

Field meanings follow domain facts of the Ministry's envelope (THONG_TIN_CHUNG, QUA_TRINH_HOC_TAP,
BANG_DIEM, TONG_KET) and the TT22/2021 form. How it becomes XML is told by `canonical` alone.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class SchoolInfo:
    """Issuing school and its department as written on the cover."""

    department_code: str  # MA_SO_GIAO_DUC
    department_name: str  # TEN_SO_GD
    code: str  # MA_TRUONG
    name: str  # TEN_TRUONG
    ward: str  # TEN_XA_PHUONG
    province: str  # TEN_TINH_THANH_PHO
    district: str = ""  # TEN_QUAN_HUYEN, left out since 01/07/2025


@dataclass(frozen=True, slots=True)
class StudentInfo:
    """Particulars of the student (hồ sơ)."""

    full_name: str
    citizen_id: str  # SO_CCCD, 12 digits
    student_code: str  # MA_HOC_SINH
    gender: str  # "Nam" | "Nữ"
    birth_date: date
    birth_place: str
    ethnicity: str
    nationality: str
    address: str
    home_town: str = ""
    father_name: str = ""
    mother_name: str = ""
    guardian_name: str = ""
    priority_group: str = ""  # đối tượng
    register_number: str = ""  # SO_SO_DANG_BO
    weight: str = ""  # CAN_NANG, kg; no place on the TT22 form
    height: str = ""  # CHIEU_CAO, cm; no place on the TT22 form


@dataclass(frozen=True, slots=True)
class Signatory:
    """A person named by the document as signer-to-be."""

    full_name: str
    citizen_id: str
    title: str  # "Hiệu trưởng", "Giáo viên chủ nhiệm", "Giáo viên bộ môn"


@dataclass(frozen=True, slots=True)
class StudyStep:
    """One row of QUA_TRINH_HOC_TAP."""

    school_year: str
    class_name: str
    school_name: str
    arrival_date: date | None = None


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """One row of the subject table. Values as printed: "7.3" or "Đ"/"CĐ"; "" = left out."""

    key: str
    code: str  # MA_MON_HOC
    name: str  # TEN_MON_HOC
    form: str  # "scored" | "remark"
    first: str
    second: str
    year: str
    reassessed: str
    remark: str
    teacher: Signatory


@dataclass(frozen=True, slots=True)
class YearSummary:
    """TONG_KET: words as printed ("Tốt", "Khá", "Đạt", "Chưa đạt"); "" = left out."""

    conduct_first: str
    conduct_second: str
    conduct_year: str
    learning_first: str
    learning_second: str
    learning_year: str
    absences_excused: int
    absences_unexcused: int
    promotion: str  # "promoted" | "promoted_after_reassessment" | "retained" | "pending"
    completes_level: bool | None
    award: str
    other_award: str
    conduct_after_summer: str
    learning_after_reassessment: str
    certificates: str
    contests: str
    homeroom_remark: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """A yearly unit. `lookup_uuid` is a lower-case UUID v4, never reused (MA_TRA_CUU_UUID)."""

    format_version: str  # PHIEN_BAN
    regulation: str  # THONG_TU, e.g. "TT22/2021"
    lookup_uuid: str
    school_year: str
    school_level: str  # MA_CAP_HOC: "THCS"
    grade: int  # MA_KHOI
    class_name: str
    school: SchoolInfo
    student: StudentInfo
    principal: Signatory
    homeroom_teacher: Signatory
    issue_place: str  # DIA_DANH_PHAT_HANH_HOC_BA
    created_at: datetime  # NGAY_TAO_HOC_BA
    issue_date: date  # NGAY_KY_PHAT_HANH_HOC_BA
    study_steps: tuple[StudyStep, ...]
    subjects: tuple[SubjectRow, ...]
    summary: YearSummary
    replaces_uuid: str = ""
