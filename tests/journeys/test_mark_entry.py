"""A subject teacher enters a class: by keyboard alone, from Excel's clipboard, beside another."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from hocba.apps.accounts.models import Person
from hocba.apps.gradebook.models import Mark, Remark
from hocba.apps.roster.models import ClassGroup, Unit
from hocba.apps.roster.values import AssignmentEntry, StudentEntry
from hocba.web.demo.city import PASSWORD
from tests.apps.gradebook.sheets import address, marks, pupils, save
from tests.journeys.conftest import PHONE, assert_fit

pytestmark = pytest.mark.slow
SignIn = Callable[..., Page]
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ")
MIDDLE = ("Thị Phương", "Hoàng Bảo", "Ngọc Quỳnh", "Đức Minh", "Thúy")
GIVEN = ("Anh", "Chi", "Dũng", "Hiền", "Khuê", "Linh", "Nguyên", "Quỳnh", "Thuỷ")
SAVED = re.compile(r"Đã lưu lúc \d\d:\d\d")


def roll(count: int) -> list[StudentEntry]:
    return [
        StudentEntry(
            list_number=number,
            student_code=f"01000701{number:04}",
            full_name=f"{FAMILY[number % 6]} {MIDDLE[number % 5]} {GIVEN[number % 9]}",
            birth_date=date(2010, 3, 1),
            gender="Nữ" if number % 2 else "Nam",
        )
        for number in range(1, count + 1)
    ]


@pytest.fixture
def teacher(make_person: Callable[..., Person], school: Unit) -> Person:
    """The teacher of mathematics."""
    return make_person("gv01", ("subject_teacher", school), password=PASSWORD)


@pytest.fixture
def teach(accept_9a1: Callable[..., ClassGroup], teacher: Person) -> Callable[..., ClassGroup]:
    """Put 9A1 into somebody's hands: `teach(count, person)`."""

    def hand_over(count: int = 45, person: Person = teacher) -> ClassGroup:
        subjects = (("toan", 140), ("giao_duc_the_chat", 70))
        given = [
            AssignmentEntry(subject_key=key, periods=periods, teacher_id=person.pk)
            for key, periods in subjects
        ]
        return accept_9a1(students=roll(count), assignments=given)

    return hand_over


def cell(page: Page, line: int, title: str) -> Locator:
    """The cell of a student (by list number) under a title."""
    key = page.locator(f'thead th[data-title="{title}"]').get_attribute("data-column")
    return page.locator("tbody tr").nth(line - 1).locator(f'td[data-column="{key}"]')


def field(page: Page) -> Locator:
    """The one field, in the cell where one is."""
    return page.get_by_role("grid").get_by_role("textbox")


def typed(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key) if key[0].isupper() else page.keyboard.type(key)


def enter(page: Page, line: int, title: str, text: str) -> None:
    """Choose a cell, type, go on."""
    cell(page, line, title).click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def paste(page: Page, text: str) -> None:
    """What Ctrl+V does with a block of Excel."""
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(new ClipboardEvent("paste",
        { clipboardData: data, bubbles: true, cancelable: true })); }""",
        text,
    )


def told(page: Page) -> Locator:
    return page.get_by_role("status")


def test_gvbm_nhap_diem_mot_lop_chi_bang_ban_phim(teach: Any, sign_in: SignIn) -> None:
    class_group = teach(3)
    page = sign_in("gv01")
    page.get_by_role("link", name="Nhập điểm", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("thiếu 18/18")
    assert_fit(page)
    page.get_by_role("link", name="Nhập điểm 9A1, Toán, HK1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Còn thiếu 18 ô điểm")).to_be_visible()
    field(page).focus()
    for mark in ("8.5", "7", "10"):  # down the column
        typed(page, mark, "Enter")
    expect(told(page)).to_have_text(SAVED)
    page.keyboard.press("Control+Home")
    typed(page, "ArrowRight", "9", "Tab", "6,5", "Tab", "0", "Tab", "8", "ArrowRight", "7")
    expect(page.locator("[data-average]").first).to_have_text("6,8")  # (24 + 2·8 + 3·7) / 9
    page.keyboard.press("Enter")
    expect(told(page)).to_have_text(SAVED)
    expect(page.get_by_text("Còn thiếu 10 ô điểm")).to_be_visible()
    correct_by_keyboard(page)
    first, *_ = pupils(class_group)
    found = {key[2:]: value for key, (value, _) in marks(class_group).items() if key[0] == first}
    assert found == {
        ("regular", 1): 80,
        ("regular", 2): 90,
        ("regular", 3): 65,
        ("regular", 4): 0,
        ("midterm", 1): 80,
        ("final", 1): 70,
    }


def correct_by_keyboard(page: Page) -> None:
    """F2, Delete, undo, and a mark without its comma."""
    page.keyboard.press("Control+Home")
    typed(page, "F2", "Backspace", "0", "Enter")
    expect(cell(page, 1, "ĐĐGtx 1")).to_have_text("8,0")
    typed(page, "ArrowUp", "Delete")
    expect(field(page)).to_have_value("")
    page.keyboard.press("Control+z")
    expect(field(page)).to_have_value("8,0")
    typed(page, "85", "Enter")
    expect(page.locator("[data-problems]")).to_contain_text("Có phải 8,5?")
    typed(page, "ArrowUp", "8", "Enter")
    expect(page.locator("[data-problems]")).to_be_hidden()
    expect(told(page)).to_have_text(SAVED)


def test_gvbm_dan_mot_cot_tu_excel_va_hoan_tac(teach: Any, sign_in: SignIn) -> None:
    class_group = teach(45)
    page = sign_in("gv01")
    page.goto(page.url.replace("/ban-lam-viec/", address("mark_sheet", class_group)))
    cell(page, 1, "ĐĐGtx 1").click()
    column = "".join(f"{5 + number % 5},5\r\n" for number in range(45))
    paste(page, column)
    expect(cell(page, 45, "ĐĐGtx 1")).to_have_text("9,5")
    expect(told(page)).to_have_text(SAVED)
    assert len(marks(class_group)) == 45
    page.get_by_role("button", name="Hoàn tác").click()
    expect(cell(page, 45, "ĐĐGtx 1")).to_have_text("")
    expect(told(page)).to_have_text(SAVED)
    assert {value for value, _ in marks(class_group).values()} == {None}
    cell(page, 45, "ĐĐGck").click()
    paste(page, "7\t8\n9\t10\n")
    expect(field(page)).to_have_value("7,0")
    expect(cell(page, 45, "Nhận xét cả năm")).to_have_text("8")
    expect(told(page)).to_have_text(SAVED)
    assert_fit(page)


def test_hai_giao_vien_sua_cung_mot_o(
    teach: Any, sign_in: SignIn, make_person: Callable[..., Person], school: Unit, at: Any
) -> None:
    """Somebody taught in her place for a week: both have entered the same cell."""
    class_group = teach(3)
    page = sign_in("gv01")
    page.goto(page.url.replace("/ban-lam-viec/", address("mark_sheet", class_group)))
    other = make_person("gv.thay", ("subject_teacher", school), full_name="Trần Thị Dạy Thay")
    first, second, _ = pupils(class_group)
    teach(3, other)
    save(class_group, other, [(first, "final", "6", 0), (second, "final", "5", 0)], at=at)
    teach(3)
    for line in (1, 2, 3):
        enter(page, line, "ĐĐGck", "8")
    problems = page.locator("[data-problems]")
    expect(problems).to_contain_text("Trần Thị Dạy Thay đã sửa lúc")
    expect(problems.locator("li")).to_have_count(2)
    assert_fit(page)
    page.get_by_role("button", name="Giữ của tôi: 8,0").first.click()
    expect(problems.locator("li")).to_have_count(1)
    page.get_by_role("button", name="Lấy của người kia: 5,0").click()
    expect(problems).to_be_hidden()
    expect(told(page)).to_have_text(SAVED)
    found = {key[0]: value for key, value in marks(class_group).items()}
    assert found == {first: (80, 2), second: (50, 1), pupils(class_group)[2]: (80, 1)}


def test_gvbm_mat_mang_roi_het_phien_ma_khong_mat_diem(teach: Any, sign_in: SignIn) -> None:
    """The answer is lost, then the session: what was typed waits in the browser, saved once."""
    class_group = teach(3)
    page = sign_in("gv01")
    page.goto(page.url.replace("/ban-lam-viec/", address("mark_sheet", class_group)))
    sent: list[dict[str, Any]] = []

    def lose(route: Any) -> None:
        sent.append(route.request.post_data_json)
        route.fetch()  # it arrives, and the answer gets lost
        route.abort()

    page.route("**/luu/", lose)
    cell(page, 1, "ĐĐGck").click()
    typed(page, "8", "Enter")
    expect(told(page)).to_contain_text("mất kết nối")
    page.unroute("**/luu/")
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "Nguyễn" not in kept
    assert "Trần" not in kept
    page.context.clear_cookies()
    typed(page, "7", "Enter")
    expect(page.get_by_text("Phiên làm việc đã hết")).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="Đăng nhập lại").click()
    page.get_by_label("Tên đăng nhập").fill("gv01")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(told(page)).to_have_text(SAVED)
    first, second, _ = pupils(class_group)
    assert marks(class_group) == {
        (first, "HK1", "final", 1): (80, 1),
        (second, "HK1", "final", 1): (70, 1),
    }
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('diem'))") == []


def test_gvbm_nhan_xet_ca_lop_tu_kho(teach: Any, sign_in: SignIn) -> None:
    """Bank, fill with each one's name, length, and the doubts in words; in a subject of Đ/CĐ."""
    class_group = teach(4)
    page = sign_in("gv01", viewport=PHONE)
    page.goto(
        page.url.replace(
            "/ban-lam-viec/", address("mark_sheet", class_group, "giao_duc_the_chat", "hk2")
        )
    )
    page.get_by_label("Câu mới").fill("Em {tên} tích cực vận động.")
    page.get_by_role("button", name="Thêm vào kho").click()
    page.get_by_role("button", name="Điền ô trống").click()
    expect(cell(page, 1, "Nhận xét cả năm")).to_have_text("Em Chi tích cực vận động.")
    enter(page, 1, "ĐĐGtx 1", "d")
    page.get_by_role("button", name="Điền ô đang chọn").click()
    enter(page, 1, "Nhận xét cả năm", "Em Dũng chạy nhanh.")
    expect(page.locator("[data-doubts]")).to_contain_text("có tên Dũng")
    expect(page.locator("[data-length]")).to_contain_text("/1000 kí tự")
    assert_fit(page)
    assert Remark.objects.filter(school_id=class_group.school_id).count() == 5
    assert Mark.objects.filter(school_id=class_group.school_id, remark_level="Đ").count() >= 1


def test_gvbm_gui_bang_diem_tu_excel(teach: Any, sign_in: SignIn, tmp_path: Path) -> None:
    """Out of the sheet, filled in Excel, back by its differences; on a phone as well."""
    class_group = teach(3)
    page = sign_in("gv01", viewport=PHONE)
    page.goto(page.url.replace("/ban-lam-viec/", address("mark_sheet", class_group)))
    with page.expect_download() as download:
        page.get_by_role("link", name="Xuất Excel").click()
    download.value.save_as(tmp_path / "diem.xlsx")
    book = openpyxl.load_workbook(tmp_path / "diem.xlsx")
    for line, mark in enumerate((8, "8,5", "85"), start=7):
        book["Điểm"][f"D{line}"] = mark
    book.save(tmp_path / "diem.xlsx")
    page.get_by_role("link", name="Nhập từ Excel").click()
    assert_fit(page)
    page.get_by_label("Tệp Excel").set_input_files(tmp_path / "diem.xlsx")
    page.get_by_role("button", name="Xem chỗ khác nhau").click()
    expect(page.get_by_text("Tệp làm thay đổi 2 ô. Chưa ghi gì.")).to_be_visible()
    expect(page.get_by_text("Điểm 85 nằm ngoài thang 10")).to_be_visible()
    assert_fit(page)
    assert marks(class_group) == {}
    page.get_by_role("button", name="Ghi 2 ô").click()
    expect(page.locator(".notice[role=status]")).to_contain_text("Đã ghi 2 ô")
    assert_fit(page)
    assert sorted(value for value, _ in marks(class_group).values()) == [80, 85]


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_hieu_truong_xem_ma_khong_sua_duoc(
    teach: Any, sign_in: SignIn, make_person: Callable[..., Person], school: Unit, viewport: Any
) -> None:
    teach(45)
    make_person("hieutruong", ("principal", school), password=PASSWORD)
    page = sign_in("hieutruong", **({"viewport": viewport} if viewport else {}))
    page.goto(page.url.replace("/ban-lam-viec/", "/nhap-diem/"))
    expect(page.get_by_role("main")).to_contain_text("thiếu 270/270")
    assert_fit(page)
    page.get_by_role("link", name="Xem điểm 9A1, Toán, HK1").click()
    expect(page.get_by_text("Chỉ xem. Điểm do Nguyễn gv01 nhập.")).to_be_visible()
    expect(page.get_by_role("grid").get_by_role("textbox")).to_have_count(0)
    assert_fit(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_a_full_class_with_long_names_fits(
    teach: Any, sign_in: SignIn, at: Any, teacher: Person, scheme: str, viewport: Any
) -> None:
    class_group = teach(45)
    half: list[tuple[UUID, str, str, int]] = [
        (pupil, key, f"{5 + number % 5},5", 0)
        for number, pupil in enumerate(pupils(class_group)[:30])
        for key in ("regular-1", "regular-2", "midterm")
    ]
    remark = "Em có ý thức học tập tốt, nắm vững kiến thức, cần rèn thêm kĩ năng trình bày."
    half += [(pupil, "remark", remark, 0) for pupil in pupils(class_group)[:2]]
    save(class_group, teacher, half, at=at)
    page = sign_in("gv01", color_scheme=scheme, **({"viewport": viewport} if viewport else {}))
    page.goto(page.url.replace("/ban-lam-viec/", address("mark_sheet", class_group)))
    enter(page, 2, "ĐĐGtx 3", "85")
    expect(page.locator("[data-problems]")).to_be_visible()
    row = page.locator("tr.here th").bounding_box()
    chosen = field(page).bounding_box()
    assert row is not None
    assert chosen is not None
    assert chosen["x"] >= row["x"] + row["width"] - 1, "the chosen cell is not under the names"
    assert_fit(page)
