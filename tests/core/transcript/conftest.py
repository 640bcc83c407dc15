"""One good transcript of grade 9, and what tests need to spoil it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest

from hocba.core.assessment.assess import assess_year
from hocba.core.assessment.averages import regular_count
from hocba.core.assessment.marks import (
    AssessmentForm,
    Level,
    Mark,
    RemarkLevel,
    StudentYear,
    SubjectYear,
    Tenths,
    TermMarks,
)
from hocba.core.assessment.regulation import regulation_for
from hocba.core.assessment.results import YearAssessment
from hocba.core.assessment.subjects import Subject, catalogue
from hocba.core.transcript.build import TranscriptIdentity, build_transcript
from hocba.core.transcript.canonical import to_xml
from hocba.core.transcript.model import SchoolInfo, Signatory, StudentInfo, StudyStep, Transcript

PRINCIPAL = Signatory("Lê Thị Ngọc Diệp", "001170000011", "Hiệu trưởng")
HOMEROOM = Signatory("Nguyễn Văn Đức", "001185000012", "Giáo viên chủ nhiệm")
SLOT = """    <CBQL Id="ky-CBQL">
      <NGAY_KY>2025-05-31T08:00:00+07:00</NGAY_KY>
      <SO_CCCD>001170000011</SO_CCCD>
      <Signature xmlns="http://www.w3.org/2000/09/xmldsig#" Id="sig-CBQL">\
<SignedInfo><a/></SignedInfo><SignatureValue>AAAA</SignatureValue><KeyInfo><b>Tra\u0302\u0300n</b></KeyInfo>\
<Object><c/></Object></Signature>
    </CBQL>
"""


REGULATION = regulation_for(school_level="THCS", grade=9, school_year="2024-2025")


def _subject_year(subject: Subject, level: int) -> SubjectYear:
    is_remark = subject.form is AssessmentForm.REMARK
    mark: Mark = RemarkLevel.ACHIEVED if is_remark else Tenths(level)
    empty = SubjectYear(
        subject.key, subject.form, subject.periods_by_grade[9], TermMarks(), TermMarks()
    )
    required = regular_count(subject=empty, regulation=REGULATION)
    term = TermMarks((mark,) * required, mark, mark)
    return replace(empty, first=term, second=term)


@cache
def student_year(level: int = 93) -> StudentYear:
    """A whole year of grade 9 in which every scored mark is `level` tenths."""
    return StudentYear(
        school_level="THCS",
        grade=9,
        school_year="2024-2025",
        # The other way round, so that only the builder can have ordered the rows.
        subjects=tuple(
            _subject_year(one, level) for one in reversed(catalogue()) if not one.optional
        ),
        conduct_first=Level.FAIR,
        conduct_second=Level.GOOD,
        absences_excused=2,
        absences_unexcused=0,
    )


def assessed(year: StudentYear) -> YearAssessment:
    """The year judged by the regulation in force."""
    return assess_year(year, regulation=REGULATION)


IDENTITY = TranscriptIdentity(
    format_version="1.0",
    regulation="TT22/2021",
    lookup_uuid="7f0c1d1e-5a53-4b6e-9d0a-0e6f5d1c2b3a",
    school_year="2024-2025",
    school_level="THCS",
    grade=9,
    class_name="9A1",
    school=SchoolInfo(
        department_code="01",
        department_name="Sở Giáo dục và Đào tạo Hà Nội",
        code="01009401",
        name="Trường THCS Trần Phú",
        ward="Phường Hoàn Kiếm",
        province="Thành phố Hà Nội",
    ),
    student=StudentInfo(
        full_name="Đặng Thị Thuỳ Dương",
        citizen_id="001310000123",
        student_code="0123456789",
        gender="Nữ",
        birth_date=date(2010, 9, 2),
        birth_place="Hà Nội",
        ethnicity="Kinh",
        nationality="Việt Nam",
        address='Số 5, ngõ "Chùa" <cũ>, phường Hoàn Kiếm',
        mother_name="Phạm Thị Hoa",
    ),
    principal=PRINCIPAL,
    homeroom_teacher=HOMEROOM,
    issue_place="Thành phố Hà Nội",
    created_at=datetime.fromisoformat("2025-05-30T01:15:00.250+00:00"),
    issue_date=date(2025, 5, 31),
    study_steps=(
        StudyStep("2023-2024", "8A1", "Trường THCS Trần Phú", date(2023, 9, 5)),
        StudyStep("2024-2025", "9A1", "Trường THCS Trần Phú"),
    ),
)


def build(**changes: Any) -> Transcript:
    """The good transcript, with arguments of `build_transcript` changed."""
    year = changes.pop("year", student_year())
    teachers = {
        one.key: Signatory(
            f"Giáo viên {number % 7}", f"00118600010{number % 7}", "Giáo viên bộ môn"
        )
        for number, one in enumerate(catalogue())
    }
    facts: dict[str, Any] = {
        "identity": IDENTITY,
        "year": year,
        "assessment": assessed(year),
        "remarks": {"toan": "Nắm chắc kiến thức & kĩ năng."},
        "teachers": teachers,
        "homeroom_remark": "Chăm ngoan, hoà đồng với bạn bè.",
    }
    return build_transcript(**{**facts, **changes})


@pytest.fixture(scope="session")
def transcript() -> Transcript:
    """The good transcript."""
    return build()


@pytest.fixture(scope="session")
def document(transcript: Transcript) -> bytes:
    """The good transcript as its unsigned document."""
    return to_xml(transcript)


@pytest.fixture(scope="session")
def signed(document: bytes) -> bytes:
    """The same with one slot filled by something of a signature's shape, with NFD text inside."""
    return document.replace(b"  </DANH_SACH", SLOT.encode() + b"  </DANH_SACH")


@pytest.fixture
def built() -> Callable[..., Transcript]:
    """Build the good transcript with changes."""
    return build


@pytest.fixture
def judged_year() -> Callable[..., StudentYear]:
    """A year in which all marks are the given tenths, with fields changed."""
    return lambda level=93, **changes: replace(student_year(level), **changes)
