"""A believable grade 9 transcript, its verdicts, and ways to make it hostile."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hocba.core.signing.verdict import Indication, SignatureVerdict, SlotRole
from hocba.core.transcript.canonical import row_id
from hocba.core.transcript.model import (
    SchoolInfo,
    Signatory,
    StudentInfo,
    StudyStep,
    SubjectRow,
    Transcript,
    YearSummary,
)

UUID = "3f0c2a52-7f5e-4d0b-9a53-0f6f4f1f8f21"
URL = f"https://hocba.hanoi.edu.vn/xac-minh/{UUID}/"
SIGNED_AT = datetime(2025, 5, 28, 7, 5, tzinfo=UTC)  # 14:05 in Hà Nội

SHORT = "Chăm chỉ, tiếp thu bài nhanh; cần luyện thêm kĩ năng trình bày."
MIDDLE = (
    "Nắm vững kiến thức cơ bản, vận dụng khá tốt vào bài tập thực tế; tích cực phát biểu xây dựng "
    "bài, còn hay nhầm dấu khi biến đổi biểu thức."
)
LONG = (
    "Có tiến bộ rõ rệt so với học kì I, đọc hiểu văn bản tốt, biết liên hệ với đời sống; bài viết "
    "giàu cảm xúc, diễn đạt mạch lạc. Hạn chế: chữ viết chưa đều, còn mắc lỗi chính tả ở các từ có "
    "dấu hỏi, dấu ngã; cần đọc thêm sách và luyện viết mỗi ngày."
)
REMARKS = (SHORT, MIDDLE, LONG, SHORT, LONG, MIDDLE, SHORT, MIDDLE, SHORT, SHORT, MIDDLE, SHORT)

SUBJECTS = (
    ("toan", "Toán", "8.5", "7.9", "8.1", "Nguyễn Thị Minh Hằng"),
    ("lich_su_dia_li", "Lịch sử và Địa lí", "7.3", "8.0", "7.8", "Trần Quốc Tuấn"),
    ("khoa_hoc_tu_nhien", "Khoa học tự nhiên", "6.9", "7.4", "7.2", "Phạm Thị Thu Thủy"),
    ("tin_hoc", "Tin học", "9.0", "9.4", "9.3", "Đỗ Đức Thịnh"),
    ("ngu_van", "Ngữ văn", "7.0", "7.6", "7.4", "Lê Nguyễn Khánh Huyền"),
    ("ngoai_ngu_1", "Ngoại ngữ 1 (Tiếng Anh)", "8.8", "9.1", "9.0", "Vũ Thị Ngọc Ánh"),
    ("giao_duc_cong_dan", "Giáo dục công dân", "8.2", "8.6", "8.5", "Hoàng Thị Kim Chưởng"),
    ("cong_nghe", "Công nghệ", "8.0", "8.3", "8.2", "Đỗ Đức Thịnh"),
    ("giao_duc_the_chat", "Giáo dục thể chất", "Đ", "Đ", "Đ", "Bùi Văn Mạnh"),
    ("nghe_thuat", "Nghệ thuật (Âm nhạc, Mĩ thuật)", "Đ", "Đ", "Đ", "Ngô Phương Thảo"),
    ("ngoai_ngu_2", "Ngoại ngữ 2 (Tiếng Pháp)", "7.7", "10.0", "9.2", "Đặng Thị Bích Vượng"),
    ("giao_duc_dia_phuong", "Nội dung giáo dục của địa phương", "Đ", "Đ", "Đ", "Trần Quốc Tuấn"),
    (
        "hoat_dong_trai_nghiem",
        "Hoạt động trải nghiệm, hướng nghiệp",
        "CĐ",
        "Đ",
        "Đ",
        "Nguyễn Thị Minh Hằng",
    ),
)

PRINCIPAL = Signatory("Nguyễn Đặng Phương Quỳnh", "001170000001", "Hiệu trưởng")
HOMEROOM = Signatory("Nguyễn Thị Minh Hằng", "001185000002", "Giáo viên chủ nhiệm")
SCHOOL = SchoolInfo(
    department_code="01",
    department_name="Sở Giáo dục và Đào tạo Hà Nội",
    code="01000123",
    name="Trường Trung học cơ sở Nguyễn Trường Tộ",
    ward="Phường Đống Đa",
    province="Thành phố Hà Nội",
)
STUDENT = StudentInfo(
    full_name="Công Tằng Tôn Nữ Nguyễn Hoàng Thục Quyên",
    citizen_id="001310012345",
    student_code="0123456789",
    gender="Nữ",
    birth_date=date(2010, 9, 2),
    birth_place="Bệnh viện Phụ sản Hà Nội, phường Ngọc Khánh, quận Ba Đình, thành phố Hà Nội",
    ethnicity="Kinh",
    nationality="Việt Nam",
    address="Số 12, ngách 34/56, ngõ 78 phố Tôn Đức Thắng, phường Đống Đa, thành phố Hà Nội",
    home_town="Xã Phượng Dực, thành phố Hà Nội",
    father_name="Công Tằng Tôn Thất Nguyễn Vĩnh Thụy",
    mother_name="Đoàn Thị Ngọc Diễm",
    register_number="0457",
)
SUMMARY = YearSummary(
    conduct_first="Khá",
    conduct_second="Tốt",
    conduct_year="Tốt",
    learning_first="Khá",
    learning_second="Tốt",
    learning_year="Tốt",
    absences_excused=3,
    absences_unexcused=1,
    promotion="promoted",
    completes_level=True,
    award="Học sinh Giỏi",
    other_award="Giấy khen thành tích đột xuất phong trào “Đọi Tam – nghìn việc tốt”",
    conduct_after_summer="",
    learning_after_reassessment="",
    certificates="Tin học ứng dụng, loại Giỏi",
    contests="Giải Nhì kì thi học sinh giỏi cấp thành phố môn Tin học",
    homeroom_remark=(
        "Ngoan, lễ phép, có ý thức tập thể; học tập tiến bộ đều, nổi bật ở Tin học và Tiếng Anh. "
        "Cần mạnh dạn hơn trước đám đông và rèn chữ viết."
    ),
)


def row(number: int) -> SubjectRow:
    """Return one row of the believable transcript."""
    key, name, first, second, year, teacher = SUBJECTS[number]
    teachers = sorted({one[5] for one in SUBJECTS})
    return SubjectRow(
        key=key,
        code=f"THCS{number:02}",
        name=name,
        form="remark" if first in ("Đ", "CĐ") else "scored",
        first=first,
        second=second,
        year=year,
        reassessed="",
        remark=REMARKS[number % len(REMARKS)],
        teacher=Signatory(teacher, f"0011800{teachers.index(teacher):05}", "Giáo viên bộ môn"),
    )


def transcript() -> Transcript:
    """Return a grade 9 year with thirteen rows, every field filled as schools fill it."""
    return Transcript(
        format_version="1.0",
        regulation="TT22/2021",
        lookup_uuid=UUID,
        school_year="2024-2025",
        school_level="THCS",
        grade=9,
        class_name="9A1",
        school=SCHOOL,
        student=STUDENT,
        principal=PRINCIPAL,
        homeroom_teacher=HOMEROOM,
        issue_place="Hà Nội",
        created_at=datetime(2025, 5, 26, 1, 0, tzinfo=UTC),
        issue_date=date(2025, 5, 30),
        study_steps=(
            StudyStep("2021-2022", "6A3", "Trường THCS Khương Thượng, phường Khương Thượng"),
            StudyStep("2022-2023", "7A1", SCHOOL.name + ", phường Đống Đa", date(2022, 9, 5)),
            StudyStep("2023-2024", "8A1", SCHOOL.name + ", phường Đống Đa"),
            StudyStep("2024-2025", "9A1", SCHOOL.name + ", phường Đống Đa"),
        ),
        subjects=tuple(row(number) for number in range(len(SUBJECTS))),
        summary=SUMMARY,
    )


def verdict(
    role: SlotRole,
    name: str,
    targets: tuple[str, ...],
    *,
    minutes: int,
    indication: Indication = Indication.TOTAL_PASSED,
) -> SignatureVerdict:
    """Return a verdict on a signature made some minutes after the first."""
    return SignatureVerdict(
        slot=role.value,
        role=role,
        indication=indication,
        reasons=(),
        signer_name=name,
        signer_id="",
        signing_time=SIGNED_AT + timedelta(minutes=minutes),
        proven_time=None,
        targets=targets,
        certificate_subject=f"CN={name}",
        certificate_issuer="CN=CA",
        certificate_serial="1",
        certificate_not_before=None,
        certificate_not_after=None,
        certificate_sha256="0" * 64,
    )


def signatures(of: Transcript) -> tuple[SignatureVerdict, ...]:
    """Return verdicts as for a document that everybody signed."""
    teachers = [
        verdict(
            SlotRole.SUBJECT_TEACHER,
            one.teacher.full_name,
            (row_id(one.key),),
            minutes=number,
        )
        for number, one in enumerate(of.subjects)
    ]
    return (
        *teachers,
        verdict(SlotRole.HOMEROOM_TEACHER, of.homeroom_teacher.full_name, ("data",), minutes=60),
        verdict(SlotRole.PRINCIPAL, of.principal.full_name, ("data",), minutes=120),
        verdict(SlotRole.SEAL, of.school.name, ("data",), minutes=180),
    )


def with_text(of: Transcript, text: str) -> Transcript:
    """Put one text in every free field of a transcript."""
    fields = ("full_name", "birth_place", "address", "father_name", "mother_name", "ethnicity")
    return replace(
        of,
        student=replace(of.student, **dict.fromkeys(fields, text)),
        school=replace(of.school, name=text, department_name=text, ward=text),
        subjects=tuple(replace(one, name=text, remark=text) for one in of.subjects),
        summary=replace(of.summary, homeroom_remark=text, award=text, contests=text),
        homeroom_teacher=replace(of.homeroom_teacher, full_name=text),
    )
