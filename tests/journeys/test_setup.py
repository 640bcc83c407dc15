"""The office sets a school year up: three workbooks, each previewed; the principal approves."""

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from hocba.apps.roster.models import ClassGroup, Enrolment, TeachingAssignment
from hocba.web.demo.city import City
from tests.apps.roster.setup_files import Row, student, workbook
from tests.apps.roster.test_setup_staff import HUNG, LAN
from tests.journeys.conftest import PHONE, assert_fit

pytestmark = pytest.mark.slow
SignIn = Callable[..., Page]
YEAR = "2025-2026"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = ("Bùi Gia Bảo", "Nguyễn Thị Ánh Dương", "Công Tằng Tôn Nữ Thị Huyền Trân Châu")


@pytest.fixture
def hand_in(city: City, settings: Any) -> Callable[..., None]:
    """Hand a workbook of a kind in on the page where one is."""
    from hocba.apps.roster.queries import unit_by_id

    school = unit_by_id(unit_id=city.school_id)
    assert school is not None

    def go(page: Page, kind: str, rows: list[Row], name: str) -> None:
        data = workbook(kind, rows, school, year=YEAR)
        page.get_by_label("Tệp đã điền").set_input_files(
            {"name": name, "mimeType": XLSX, "buffer": data}
        )
        page.get_by_role("button", name="Xem trước").click()

    return go


STEPS = ("Lớp", "Học sinh", "Nhân sự", "Phân công")


def open_step(page: Page, step: str) -> None:
    """Go to one step of the year's set-up."""
    page.get_by_role("link", name="Thiết lập năm học", exact=True).click()
    page.get_by_role("link", name=YEAR).click()
    page.get_by_role("link", name=f"Mở bước {STEPS.index(step) + 1}").click()


def students(**more: Any) -> list[Row]:
    """Three students of 6A1, the last one without a citizen id."""
    rows = [student(number, name) for number, name in enumerate(NAMES, start=1)]
    return [*rows[:2], {**rows[2], "citizen_id": "", **more}]


def snapshot(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if folder := os.environ.get("HOCBA_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def mend_the_first_file(page: Page, hand_in: Callable[..., None]) -> None:
    """A file with one bad cell is told where, and is not taken."""
    open_step(page, "Học sinh")
    assert_fit(page)
    hand_in(page, "hoc-sinh", students(gender="?"), "hoc-sinh-loi.xlsx")
    expect(page.get_by_text("1 dòng có lỗi chặn")).to_be_visible()
    expect(page.get_by_text("student.gender", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Ghi")).to_have_count(0)
    assert_fit(page)
    snapshot(page, "loi")


def bring_the_files(page: Page, hand_in: Callable[..., None]) -> None:
    """Students, staff, assignments: each previewed, each confirmed."""
    open_step(page, "Học sinh")
    hand_in(page, "hoc-sinh", students(), "hoc-sinh.xlsx")
    page.get_by_role("button", name="Ghi 3 dòng").click()
    expect(page.get_by_text("Đã ghi toàn bộ tệp.")).to_be_visible()
    open_step(page, "Nhân sự")
    hand_in(page, "nhan-su", [LAN, HUNG], "nhan-su.xlsx")
    page.get_by_role("button", name="Ghi 2 dòng").click()
    open_step(page, "Phân công")
    duties = [
        {"class_name": "6A1", "subject": "Chủ nhiệm", "teacher": LAN["full_name"]},
        {"class_name": "6A1", "subject": "Toán", "teacher": HUNG["full_name"]},
    ]
    hand_in(page, "phan-cong", duties, "phan-cong.xlsx")
    page.get_by_role("button", name="Trình 2 phân công").click()
    expect(page.get_by_text("Chờ hiệu trưởng duyệt").first).to_be_visible()


def test_can_bo_cntt_lap_nam_hoc_moi_tu_ba_tep_excel(
    city: City, sign_in: SignIn, hand_in: Callable[..., None]
) -> None:
    """Cán bộ CNTT lập năm học mới từ ba tệp Excel; hiệu trưởng duyệt phân công một lần."""
    page = sign_in("cntt")
    page.get_by_role("link", name="Thiết lập năm học", exact=True).click()
    page.get_by_role("link", name=YEAR).click()
    expect(page.get_by_text(f"Năm học {YEAR} chưa có gì")).to_be_visible()
    assert_fit(page)
    snapshot(page, "trong")
    mend_the_first_file(page, hand_in)
    bring_the_files(page, hand_in)
    assert not TeachingAssignment.objects.filter(class_group__school_year=YEAR).exists()
    principal = sign_in("hieutruong")
    expect(principal.get_by_role("heading", name="Phân công chờ duyệt")).to_be_visible()
    principal.get_by_role("link", name="Thiết lập năm học", exact=True).click()
    principal.get_by_role("link", name=YEAR).click()
    principal.get_by_role("link", name="phan-cong.xlsx").click()
    assert_fit(principal)
    snapshot(principal, "duyet")
    principal.get_by_role("button", name="Duyệt 2 phân công").click()
    expect(principal.get_by_text("Đã ghi toàn bộ tệp.")).to_be_visible()
    group = ClassGroup.objects.get(school_id=city.school_id, school_year=YEAR)
    assert group.homeroom_teacher is not None
    assert group.homeroom_teacher.full_name == LAN["full_name"]
    principal.get_by_role("link", name="Thiết lập năm học", exact=True).click()
    principal.get_by_role("link", name=YEAR).click()
    assert_fit(principal)
    snapshot(principal, "xong")


def test_van_thu_ghi_hoc_sinh_roi_lop_va_hoan_tac_mot_lan_nhap(
    city: City, sign_in: SignIn, hand_in: Callable[..., None]
) -> None:
    page = sign_in("vanthu", viewport=PHONE)
    open_step(page, "Học sinh")
    hand_in(page, "hoc-sinh", students(), "hoc-sinh.xlsx")
    page.get_by_role("button", name="Ghi 3 dòng").click()
    assert_fit(page)
    snapshot(page, "da-ghi-360")
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_role("alert")).to_contain_text("Hãy nêu lí do.")
    page.get_by_label("Lí do").fill("Nhầm tệp của năm trước")
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_text("Đã hoàn tác toàn bộ lần nhập này.")).to_be_visible()
    assert not Enrolment.objects.filter(class_group__school_year=YEAR).exists()
    open_step(page, "Học sinh")
    hand_in(page, "hoc-sinh", students(), "hoc-sinh.xlsx")
    page.get_by_role("button", name="Ghi 3 dòng").click()
    page.get_by_role("link", name="Thiết lập năm học", exact=True).click()
    page.get_by_role("link", name=YEAR).click()
    assert_fit(page)
    snapshot(page, "tong-quan-360")
    page.get_by_role("link", name="6A1").click()
    page.get_by_label("Học sinh").select_option(label="1. Bùi Gia Bảo")
    page.get_by_label("Từ ngày").fill("2025-10-06")
    page.get_by_label("Lí do").fill("Chuyển trường")
    page.get_by_role("button", name="Ghi").click()
    expect(page.get_by_text("Rời 06/10/2025")).to_be_visible()
    assert_fit(page)
    snapshot(page, "lop-360")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_so_dinh_danh_va_chung_thu_co_nguoi_phu_trach_va_tep_excel(
    city: City, sign_in: SignIn, hand_in: Callable[..., None], scheme: str
) -> None:
    page = sign_in("cntt", color_scheme=scheme)
    open_step(page, "Học sinh")
    hand_in(page, "hoc-sinh", students(), "hoc-sinh.xlsx")
    snapshot(page, f"xem-truoc-{scheme}")
    page.get_by_role("button", name="Ghi 3 dòng").click()
    page.goto(f"{page.url.split('/tep/')[0]}/so-dinh-danh/?nam={YEAR}")
    expect(page.get_by_text("Chưa có số định danh", exact=True).last).to_be_visible()
    page.get_by_label(f"Chọn {NAMES[2]}").check()
    page.get_by_label("Giao các em đã chọn cho").select_option(label="Trần Quốc Bảo")
    page.get_by_role("button", name="Giao").click()
    expect(page.get_by_text("Đã giao 1 trường hợp.")).to_be_visible()
    assert_fit(page)
    snapshot(page, f"so-dinh-danh-{scheme}")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Xuất Excel").click()
    sheet = load_workbook(BytesIO(Path(waiting.value.path()).read_bytes())).active
    assert sheet is not None
    assert [cell.value for cell in sheet[4]][3:7] == [
        NAMES[2],
        "Chưa có số định danh",
        None,
        "Trần Quốc Bảo",
    ]
    page.goto(f"{page.url.split('/thiet-lap/')[0]}/chung-thu/{city.school_id}/")
    expect(page.get_by_text("Còn hạn", exact=True).first).to_be_visible()
    assert_fit(page)
    snapshot(page, f"chung-thu-{scheme}")


def test_can_bo_so_xem_chu_ky_so_theo_cap_hoc(city: City, sign_in: SignIn) -> None:
    for viewport in ({"viewport": PHONE}, {}):
        page = sign_in("so", **viewport)
        page.get_by_role("link", name="Chữ ký số").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Chữ ký số theo cấp học")
        assert_fit(page)
        snapshot(page, f"tong-hop-{len(viewport)}")


def test_tep_mau_tai_ve_gui_lai_khong_lam_thay_doi_gi(
    city: City, walk: Callable[[str], Any], sign_in: SignIn, tmp_path: Path
) -> None:
    """Tệp mẫu có sẵn lớp đang học; gửi lại y nguyên thì không có gì để ghi."""
    walk("accepted")
    page = sign_in("cntt")
    for step, note in (("Học sinh", "6"), ("Phân công", "13")):
        page.get_by_role("link", name="Thiết lập năm học", exact=True).click()
        page.get_by_role("link", name="2024-2025").click()
        page.get_by_role("link", name=f"Mở bước {STEPS.index(step) + 1}").click()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Tải tệp mẫu").click()
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
        page.get_by_label("Tệp đã điền").set_input_files(file)
        page.get_by_role("button", name="Xem trước").click()
        if step == "Học sinh":
            expect(page.get_by_text("Tệp này không làm thay đổi gì.")).to_be_visible()
        expect(page.get_by_role("link", name=f"Tất cả ({note})")).to_be_visible()
