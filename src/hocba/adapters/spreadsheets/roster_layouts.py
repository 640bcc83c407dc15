"""What the workbooks of a school year's set-up look like, as data: five kinds, their columns.

Headings are the words of `layout`; a template is written from the same data that reading uses, so
that what is downloaded can be handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hocba.adapters.spreadsheets.layout import ASSIGNMENTS, STUDENTS, Column, Layout


class RosterKind(StrEnum):
    """What one workbook brings in; the value stands in addresses and names of files."""

    CLASSES = "lop"
    STUDENTS = "hoc-sinh"
    STAFF = "nhan-su"
    ASSIGNMENTS = "phan-cong"
    ELECTIVES = "mon-lua-chon"


@dataclass(frozen=True, slots=True)
class RosterLayout:
    """One kind: its sheet, the columns that are no plain texts, what a person must know."""

    title: str
    sheet: Layout
    dates: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    advice: tuple[str, ...] = ()


def _of(layout: Layout, *keys: str) -> tuple[Column, ...]:
    return tuple(column for column in layout.columns if column.key in keys)


_NUMBER = _of(STUDENTS, "list_number")
_WHO = _of(STUDENTS, "student_code", "full_name")
_CLASS = Column("class_name", "Lớp", ("lop", "ten lop", "lop hoc"))

_CLASSES = RosterLayout(
    title="Danh sách lớp",
    sheet=Layout(
        name="Lop",
        words=("lop",),
        columns=(_CLASS, Column("grade", "Khối", ("khoi", "khoi lop"), required=False)),
        signature=frozenset({"class_name"}),
    ),
    numbers=frozenset({"grade"}),
    advice=("Mỗi dòng một lớp. Để trống cột Khối thì khối lấy theo số đầu của tên lớp.",),
)

_STUDENTS = RosterLayout(
    title="Danh sách học sinh",
    sheet=Layout(
        name="HocSinh",
        words=("hocsinh", "hoc sinh", *STUDENTS.words),
        columns=(
            *_NUMBER,
            _CLASS,
            *_of(STUDENTS, "student_code", "citizen_id", "full_name", "birth_date", "gender"),
            *_of(STUDENTS, "ethnicity", "birth_place", "address", "father_name", "mother_name"),
            Column("joined_date", "Ngày vào lớp", ("ngay vao lop", "ngay vao", "ngay den"), False),
            Column("left_date", "Ngày rời lớp", ("ngay roi lop", "ngay roi", "ngay di"), False),
        ),
        signature=frozenset({"student_code", "birth_date"}),
    ),
    dates=frozenset({"birth_date", "joined_date", "left_date"}),
    numbers=frozenset({"list_number"}),
    advice=(
        "STT là số thứ tự trong lớp. Học sinh đã có số thì số không đổi; em mới có thể để trống.",
        "Học sinh rời lớp: ghi Ngày rời lớp, không xóa dòng. Chuyển lớp: sửa cột Lớp và ghi Ngày "
        "vào lớp mới.",
        "Ô để trống nghĩa là không đổi, không phải xóa.",
    ),
)

_STAFF = RosterLayout(
    title="Danh sách cán bộ, giáo viên",
    sheet=Layout(
        name="NhanSu",
        words=("nhansu", "nhan su", "can bo giao vien", "giao vien"),
        columns=(
            *_NUMBER,
            Column("username", "Tên đăng nhập", ("ten dang nhap", "tai khoan"), required=False),
            Column(
                "citizen_id",
                "Số định danh cá nhân",
                ("so dinh danh ca nhan", "so dinh danh", "ma dinh danh", "so cccd", "cccd"),
            ),
            Column("full_name", "Họ và tên", ("ho va ten", "ho ten", "ho ten giao vien")),
            Column("role", "Vai trò", ("vai tro", "chuc vu", "nhiem vu")),
            Column("from_date", "Từ ngày", ("tu ngay", "ngay bat dau"), required=False),
            Column("to_date", "Đến ngày", ("den ngay", "ngay nghi", "ngay ket thuc"), False),
        ),
        signature=frozenset({"citizen_id", "role"}),
    ),
    dates=frozenset({"from_date", "to_date"}),
    numbers=frozenset({"list_number"}),
    advice=(
        "Vai trò: Giáo viên bộ môn, Giáo viên chủ nhiệm, hoặc cả hai, cách nhau bằng dấu “;”.",
        "Người mới nhận tài khoản chưa có mật khẩu; liên kết kích hoạt được gửi riêng từng người.",
        "Không đổi được vai trò hiệu trưởng, văn thư, cán bộ CNTT bằng tệp này.",
    ),
)

_ASSIGNMENTS = RosterLayout(
    title="Phân công giảng dạy và chủ nhiệm",
    sheet=Layout(
        name="PhanCong",
        words=ASSIGNMENTS.words,
        columns=(
            _CLASS,
            *_of(ASSIGNMENTS, "subject"),
            Column("periods", "Số tiết/năm", ("so tiet nam", "so tiet", "so tiet ca nam"), False),
            *_of(ASSIGNMENTS, "teacher"),
            *_of(ASSIGNMENTS, "citizen_id"),
        ),
        signature=frozenset({"class_name", "subject", "teacher"}),
    ),
    numbers=frozenset({"periods"}),
    advice=(
        "Mỗi dòng một môn của một lớp; dòng “Chủ nhiệm” ghi giáo viên chủ nhiệm.",
        "Dòng chưa ghi giáo viên được bỏ qua. Để trống Số tiết thì lấy theo chương trình.",
        "Phân công chỉ có hiệu lực khi hiệu trưởng duyệt.",
    ),
)

_ELECTIVES = RosterLayout(
    title="Môn lựa chọn và chuyên đề học tập",
    sheet=Layout(
        name="MonLuaChon",
        words=("monluachon", "mon lua chon", "to hop mon"),
        columns=(
            *_NUMBER,
            _CLASS,
            *_WHO,
            Column("electives", "Môn lựa chọn", ("mon lua chon", "to hop", "cac mon lua chon")),
            Column("topics", "Chuyên đề", ("chuyen de", "cum chuyen de", "chuyen de hoc tap")),
            Column("from_date", "Từ ngày", ("tu ngay", "ngay bat dau"), required=False),
        ),
        signature=frozenset({"student_code", "electives"}),
    ),
    dates=frozenset({"from_date"}),
    numbers=frozenset({"list_number"}),
    advice=(
        "Các môn cách nhau bằng dấu chấm phẩy, ví dụ: Vật lí; Hóa học; Sinh học; Tin học.",
        "Đổi tổ hợp giữa năm: ghi Từ ngày; tổ hợp cũ được giữ đến hết ngày trước đó.",
    ),
)

LAYOUTS: Mapping[RosterKind, RosterLayout] = {
    RosterKind.CLASSES: _CLASSES,
    RosterKind.STUDENTS: _STUDENTS,
    RosterKind.STAFF: _STAFF,
    RosterKind.ASSIGNMENTS: _ASSIGNMENTS,
    RosterKind.ELECTIVES: _ELECTIVES,
}
