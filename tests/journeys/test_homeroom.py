"""A homeroom teacher ends the year: who still owes what, the own book, why somebody stays."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from hocba.apps.gradebook.actions import CellEdit, save_cells
from hocba.apps.roster.queries import assignments_of_class, roll_of_class
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE
from tests.journeys.conftest import PHONE, assert_fit

pytestmark = pytest.mark.slow
SignIn = Callable[..., Page]
Walk = Callable[[str], UUID]


def enter(class_id: UUID, subject: str, term: str, marks: dict[int, dict[str, str]]) -> None:
    """Let the subject's teacher change marks: {list number: {column: text}}."""
    teacher = next(
        one.teacher_id
        for one in assignments_of_class(class_id=class_id)
        if one.subject_key == subject
    )
    pupils = {one.list_number: one.enrolment_id for one in roll_of_class(class_id=class_id)}
    answer = save_cells(
        class_id=class_id,
        subject_key=subject,
        term=term,
        edits=[
            CellEdit(pupils[number], column, text, 1)
            for number, cells in marks.items()
            for column, text in cells.items()
        ],
        request_id=uuid4(),
        actor=teacher,
        at=timezone.now(),
    )
    assert not answer["conflicts"]
    assert not answer["refused"]


def all_columns(text: str) -> dict[str, str]:
    """Every mark of a subject of four regular assessments."""
    names = [*(f"regular-{n}" for n in range(1, 5)), "midterm", "final"]
    return dict.fromkeys(names, text)


def open_class(page: Page) -> None:
    page.get_by_role("link", name="Chủ nhiệm").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ai còn thiếu gì")


def see_who_owes(page: Page) -> None:
    owed = page.get_by_role("row").filter(has_text="Toán").first
    expect(owed).to_contain_text("Còn thiếu")
    assert_fit(page)
    page.get_by_role("link", name="Chỉ xem em còn thiếu").click()
    expect(page.get_by_text("Thiếu 1 điểm")).to_be_visible()
    expect(page.locator(".board tbody tr")).to_have_count(1)


def fill_the_term_by_keyboard(page: Page) -> None:
    """A figure, then Enter to the next line; a slip loses nothing of what was typed."""
    page.get_by_role("link", name="Ngày nghỉ, rèn luyện").click()
    page.get_by_role("link", name="Học kì I", exact=True).click()
    page.locator("input[data-col=excused]").first.focus()
    for _ in range(CLASS_SIZE):
        page.keyboard.type("1")
        page.keyboard.press("Enter")
    page.locator("input[data-col=unexcused]").first.fill("x")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("alert")).to_contain_text("phải là số nguyên")
    expect(page.locator("input[data-col=excused]").last).to_have_value("1")
    assert_fit(page)
    page.locator("input[data-col=unexcused]").first.fill("0")
    page.keyboard.press("Tab")
    page.keyboard.type("K")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text(f"Đã lưu {CLASS_SIZE} học sinh")).to_be_visible()
    expect(page.locator("select[data-col=conduct]").first).to_have_value("2")


def test_gvcn_hoan_thanh_so_chu_nhiem_va_thay_ai_con_thieu(
    city: City, walk: Walk, sign_in: SignIn
) -> None:
    enter(walk("accepted"), "toan", "HK2", {2: {"final": ""}})
    page = sign_in("gvcn")
    open_class(page)
    see_who_owes(page)
    fill_the_term_by_keyboard(page)

    page.get_by_role("link", name="Nhận xét chung").click()
    assert_fit(page)
    page.locator("textarea").first.fill("Em tiến bộ nhiều trong học kì II.")
    page.get_by_role("button", name="Lưu nhận xét").click()
    expect(page.get_by_text("Đã lưu 1 học sinh")).to_be_visible()

    page.get_by_role("link", name="Đề xuất cuối năm").click()
    expect(page.get_by_text("Chưa đủ căn cứ").first).to_be_visible()
    assert_fit(page)
    page.get_by_role("button", name="Xác nhận các em đã đánh dấu").click()
    expect(page.get_by_text(f"Đã xác nhận {CLASS_SIZE - 1} đề xuất")).to_be_visible()
    expect(page.get_by_text("Đã xác nhận", exact=True)).to_have_count(CLASS_SIZE - 1)


def test_gvcn_sua_ho_so_co_li_do(city: City, walk: Walk, sign_in: SignIn) -> None:
    walk("accepted")
    page = sign_in("gvcn")
    open_class(page)
    page.get_by_role("link", name="Hồ sơ").click()
    assert_fit(page)
    page.get_by_role("main").locator("tbody a").first.click()
    page.get_by_label("Chỗ ở hiện nay").fill("Số 9 phố Trung Liệt")
    page.get_by_role("button", name="Lưu hồ sơ").click()
    expect(page.get_by_role("alert")).to_contain_text("Hãy nêu lí do sửa")
    expect(page.get_by_label("Chỗ ở hiện nay")).to_have_value("Số 9 phố Trung Liệt")
    page.get_by_label("Lí do sửa").fill("Gia đình chuyển chỗ ở, có giấy xác nhận.")
    page.get_by_role("button", name="Lưu hồ sơ").click()
    expect(page.get_by_text("Đã sửa hồ sơ")).to_be_visible()
    expect(page.get_by_text("Gia đình chuyển chỗ ở, có giấy xác nhận.")).to_be_visible()
    assert_fit(page)


def ask_why(page: Page) -> None:
    page.get_by_role("link", name="Kết quả", exact=True).click()
    assert_fit(page)
    page.get_by_role("link", name="Lớp 9A1").click()
    row = page.get_by_role("row").filter(has_text="Chờ kết quả trong hè")
    expect(row).to_have_count(1)
    assert_fit(page)
    row.get_by_role("link", name="Vì sao?").click()
    ending = page.locator("#ket-luan div").filter(has_text="Kết luận cuối năm")
    ending.locator("summary").click()
    expect(ending).to_contain_text("TT22/2021 Điều 14")
    expect(ending).to_contain_text("cần đánh giá lại môn học: Toán, Khoa học tự nhiên")
    assert_fit(page)


def try_another_mark(page: Page) -> None:
    page.get_by_role("link", name="Thử trước khi sửa điểm").click()
    page.get_by_label("Ô điểm 1").select_option("toan.HK2.final.1")
    page.get_by_label("Điểm thử 1").fill("10")
    page.get_by_role("button", name="Xem kết quả nào sẽ đổi").click()
    expect(page.get_by_text("Toán: trung bình cả năm")).to_be_visible()
    assert_fit(page)


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_vi_sao_em_nay_chua_duoc_len_lop(
    city: City, walk: Walk, sign_in: SignIn, viewport: dict[str, int] | None
) -> None:
    """A principal asks why; the homeroom teacher enters the reassessment."""
    class_id = walk("accepted")
    for subject in ("toan", "khoa_hoc_tu_nhien"):
        for term in ("HK1", "HK2"):
            enter(class_id, subject, term, {1: all_columns("3")})
    options = {"viewport": viewport} if viewport else {}
    page = sign_in("hieutruong", **options)
    ask_why(page)
    try_another_mark(page)

    page = sign_in("gvcn", **options)
    open_class(page)
    page.get_by_role("link", name="Trong hè").click()
    assert_fit(page)
    for subject in ("Toán", "Khoa học tự nhiên"):
        page.get_by_label(f": đánh giá lại {subject}").check()
        page.get_by_label(f": kết quả đánh giá lại {subject}").fill("6,5")
    page.get_by_role("button", name="Lưu kết quả trong hè").click()
    expect(page.get_by_text("Hoàn thành chương trình sau hè")).to_be_visible()
