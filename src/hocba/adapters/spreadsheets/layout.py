"""What the sheets of a class workbook look like, as data: columns by the words of their headers.

Words are folded by `spelling.plain_words`: no case, no diacritics, no punctuation. A new export of
another program should need a word here and no code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hocba.core.assessment.marks import MarkKind, Term


@dataclass(frozen=True, slots=True)
class Column:
    """One column: our key, its title, its folded spellings, whether the file needs it."""

    key: str
    title: str
    words: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of sheet: its usual name, folded spellings of it, its columns, its signature.

    The signature are keys that no other kind of sheet has together: by them a renamed sheet is
    still known.
    """

    name: str
    words: tuple[str, ...]
    columns: tuple[Column, ...]
    signature: frozenset[str]


_NUMBER = Column("list_number", "STT", ("stt", "tt", "so tt", "so thu tu"), required=False)
_CODE = Column(
    "student_code", "Mã học sinh", ("ma hoc sinh", "ma hs", "ma so hoc sinh", "ma dinh danh hs")
)
_NAME = Column(
    "full_name",
    "Họ và tên",
    ("ho va ten", "ho ten", "ho va ten hoc sinh", "ho ten hoc sinh", "ten hoc sinh"),
)

STUDENTS = Layout(
    name="DanhSach",
    words=("danhsach", "danh sach", "danh sach hoc sinh", "danh sach lop", "ds", "dshs", "ds lop"),
    columns=(
        _NUMBER,
        _CODE,
        Column(
            "citizen_id",
            "Số định danh cá nhân",
            (
                "so dinh danh ca nhan",
                "so dinh danh",
                "ma dinh danh ca nhan",
                "ma dinh danh",
                "so cccd",
                "cccd",
                "so can cuoc",
                "so ddcn",
                "ddcn",
            ),
        ),
        _NAME,
        Column("birth_date", "Ngày sinh", ("ngay sinh", "ngay thang nam sinh", "sinh ngay")),
        Column("gender", "Giới tính", ("gioi tinh", "gioi", "nam nu", "phai")),
        Column("ethnicity", "Dân tộc", ("dan toc",)),
        Column("birth_place", "Nơi sinh", ("noi sinh",)),
        Column(
            "address",
            "Chỗ ở hiện nay",
            ("cho o hien nay", "noi o hien nay", "cho o", "noi o", "dia chi"),
        ),
        Column("father_name", "Họ tên cha", ("ho ten cha", "ho va ten cha", "ten cha"), False),
        Column("mother_name", "Họ tên mẹ", ("ho ten me", "ho va ten me", "ten me"), False),
        Column("note", "Ghi chú", ("ghi chu",), False),
    ),
    signature=frozenset({"student_code", "birth_date"}),
)

ASSIGNMENTS = Layout(
    name="PhanCong",
    words=("phancong", "phan cong", "phan cong giang day", "pcgd", "phan cong chuyen mon"),
    columns=(
        Column("subject", "Môn học", ("mon hoc", "mon", "ten mon", "ten mon hoc")),
        Column("periods", "Số tiết/năm", ("so tiet nam", "so tiet", "so tiet ca nam", "tiet nam")),
        Column("form", "Hình thức đánh giá", ("hinh thuc danh gia", "hinh thuc", "cach danh gia")),
        Column(
            "teacher",
            "Giáo viên",
            ("giao vien", "ho ten giao vien", "ho va ten giao vien", "gv", "gvbm", "ten giao vien"),
        ),
        Column(
            "citizen_id",
            "Số định danh GV",
            (
                "so dinh danh gv",
                "so dinh danh giao vien",
                "so dinh danh ca nhan",
                "so dinh danh",
                "so cccd",
                "cccd",
                "so cccd gv",
            ),
        ),
    ),
    signature=frozenset({"subject", "teacher"}),
)

HOMEROOM = Layout(
    name="GVCN",
    words=("gvcn", "giao vien chu nhiem", "chu nhiem", "tong hop", "tong hop gvcn"),
    columns=(
        _NUMBER,
        _CODE,
        _NAME,
        Column(
            "conduct_first",
            "KQ rèn luyện HKI",
            ("kq ren luyen hki", "kq ren luyen hk1", "ket qua ren luyen hki", "ren luyen hki")
            + ("ket qua ren luyen hk1", "kqrl hki", "kqrl hk1", "ket qua ren luyen hoc ki i"),
        ),
        Column(
            "conduct_second",
            "KQ rèn luyện HKII",
            ("kq ren luyen hkii", "kq ren luyen hk2", "ket qua ren luyen hkii", "ren luyen hkii")
            + ("ket qua ren luyen hk2", "kqrl hkii", "kqrl hk2", "ket qua ren luyen hoc ki ii"),
        ),
        Column(
            "absences_excused",
            "Nghỉ có phép",
            ("nghi co phep", "vang co phep", "so buoi nghi co phep", "co phep", "nghi p"),
        ),
        Column(
            "absences_unexcused",
            "Nghỉ không phép",
            ("nghi khong phep", "vang khong phep", "so buoi nghi khong phep", "khong phep")
            + ("nghi kp",),
        ),
        Column("award", "Khen thưởng", ("khen thuong", "danh hieu"), False),
        Column(
            "remark",
            "Nhận xét của GVCN",
            ("nhan xet cua gvcn", "nhan xet", "nhan xet gvcn", "nhan xet cua giao vien chu nhiem"),
        ),
    ),
    signature=frozenset({"student_code", "conduct_first"}),
)

SUBJECT = Layout(
    name="môn học",
    words=(),
    columns=(
        _NUMBER,
        _CODE,
        _NAME,
        Column(
            "year",
            "ĐTBmcn (Cả năm)",
            ("dtbmcn", "ca nam", "dtb ca nam", "tbm ca nam", "tbmcn", "muc ca nam"),
            False,
        ),
        Column(
            "remark",
            "Nhận xét",
            ("nhan xet", "nhan xet cua gvbm", "nhan xet cua giao vien", "nhan xet gvbm")
            + ("nhan xet cua giao vien bo mon",),
        ),
    ),
    signature=frozenset({"student_code", "full_name"}),
)

LISTS = (STUDENTS, ASSIGNMENTS, HOMEROOM)

TERM_GROUPS: Mapping[Term, re.Pattern[str]] = {
    Term.FIRST: re.compile(r"(?:hoc ki|hk) ?(?:i|1|mot)"),
    Term.SECOND: re.compile(r"(?:hoc ki|hk) ?(?:ii|2|hai)"),
}
"""The header that spans the columns of a term."""

_SHORT = r"(?:d?dg|d|kt|ktdg)?"
MARK_HEADERS: Mapping[MarkKind, re.Pattern[str]] = {
    MarkKind.REGULAR: re.compile(rf"(?:{_SHORT} ?tx|(?:danh gia )?thuong xuyen) ?(\d{{0,2}})"),
    MarkKind.MIDTERM: re.compile(rf"{_SHORT} ?gk|(?:danh gia |kiem tra )?giua (?:hoc )?ki()"),
    MarkKind.FINAL: re.compile(rf"{_SHORT} ?ck|(?:danh gia |kiem tra )?cuoi (?:hoc )?ki()"),
}
"""The header of one mark's column inside a term; the group is a regular mark's number."""

MARK_TITLES: Mapping[MarkKind, str] = {
    MarkKind.REGULAR: "ĐĐGtx 1",
    MarkKind.MIDTERM: "ĐĐGgk",
    MarkKind.FINAL: "ĐĐGck",
}

TERM_RESULT = re.compile(r"d?tbm? ?hk(?: ?i{1,2}| ?[12])?|muc(?: dat)?|ket qua|dtb(?: mon)?")
"""The header of a term's stated average or level."""

HEAD_LABELS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "class_name": ("Lớp", ("lop", "ten lop")),
    "school_year": ("Năm học", ("nam hoc",)),
    "school_level": ("Cấp học", ("cap hoc", "cap")),
    "school_code": ("Mã trường", ("ma truong", "ma truong hoc")),
}
"""What stands in the head of every sheet: title, folded labels before the colon."""

STAFF_LINES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "homeroom_teacher": ("GVCN", ("gvcn", "giao vien chu nhiem", "chu nhiem")),
    "principal": ("Hiệu trưởng", ("hieu truong", "thu truong", "ht")),
}
"""Lines of PhanCong that name a person rather than a subject."""
