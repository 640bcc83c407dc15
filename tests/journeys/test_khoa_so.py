"""Khóa sổ and mở khóa in a browser: the head locks a grade, a teacher asks, two people open."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from hocba.apps.accounts.queries import person_by_id
from hocba.apps.gradebook.actions import lock_book
from hocba.apps.gradebook.windows import Scope
from hocba.apps.roster.queries import assignments_of_class
from hocba.web.demo.city import City
from tests.journeys.conftest import PHONE, assert_fit

pytestmark = pytest.mark.slow
SignIn = Callable[..., Page]
Walk = Callable[[str], UUID]


def site(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])


def test_hieu_truong_khoa_so_hoc_ki_1_khoi_9(walk: Walk, sign_in: SignIn) -> None:
    class_id = walk("accepted")
    page = sign_in("hieutruong")
    page.get_by_role("link", name="Khóa sổ, lịch sử").click()
    assert_fit(page)
    expect(page.get_by_text("Chưa đặt đợt nhập nào")).to_be_visible()
    page.get_by_role("link", name="Khóa sổ", exact=True).click()
    assert_fit(page)
    page.get_by_label("Học kì").select_option("HK1")
    page.get_by_label("Khối").select_option("9")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("alert")).to_contain_text("Hãy nêu lí do")
    page.get_by_label("Lí do").fill("Đã tổng kết học kì I, biên bản ngày 10/01")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_text("1 lớp, 6 học sinh")).to_be_visible()
    assert_fit(page)
    page.get_by_role("button", name="Khóa sổ").click()
    expect(page.get_by_text("Đã khóa sổ.")).to_be_visible()
    expect(page.get_by_role("row", name="9").first).to_contain_text("khóa")
    assert_fit(page)
    page.set_viewport_size(PHONE)
    assert_fit(page)

    page = sign_in(teacher_of(class_id, "toan"), color_scheme="dark")
    page.goto(f"{site(page)}/nhap-diem/{class_id}/toan/hk1/")
    expect(page.locator("th[data-column='final']")).to_contain_text("khóa sổ")
    expect(page.locator("td[data-column='final']").first).to_have_attribute("aria-readonly", "true")


def test_gvbm_xin_mo_khoa_hai_nguoi_duyet_tu_dong_khi_het_han(
    city: City, walk: Walk, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_id = walk("accepted")
    lock(city)
    teacher = teacher_of(class_id, "toan")
    page = sign_in(teacher)
    address = ask(page, class_id)

    page = sign_in("hieutruong", viewport=PHONE)
    page.goto(f"{site(page)}/khoa-so/mo/?loc=cho-toi")
    assert_fit(page)
    page.get_by_role("link", name="Điểm cuối kì, Toán").click()
    assert_fit(page)
    page.get_by_role("button", name="Duyệt").click()
    expect(page.get_by_text("Chờ cấp trên duyệt")).to_be_visible()

    page = sign_in("phuong", color_scheme="dark")
    page.get_by_role("link", name="Khóa sổ, lịch sử").click()
    assert_fit(page)
    page.get_by_role("link", name="Mở khóa", exact=True).click()
    page.get_by_role("link", name="Chờ tôi").click()
    page.get_by_role("link", name="Điểm cuối kì, Toán").click()
    page.get_by_role("button", name="Duyệt").click()
    expect(page.get_by_text("Đang mở")).to_be_visible()
    assert_fit(page)

    page = sign_in(teacher)
    type_final(page, class_id, "9")
    expect(page.get_by_text("đã lưu").first).to_be_visible()

    later = timezone.now() + timedelta(hours=25)
    monkeypatch.setattr(timezone, "now", lambda: later)
    page = sign_in(teacher)
    page.goto(address)
    expect(page.get_by_text("Đã hết hạn, tự đóng")).to_be_visible()
    page.goto(f"{site(page)}/nhap-diem/{class_id}/toan/hk1/")
    expect(page.locator("td[data-column='final']").first).to_have_attribute("aria-readonly", "true")

    page = sign_in("hieutruong")
    page.goto(f"{site(page)}/tin-hieu/{city.school_id}/")
    expect(page.get_by_role("heading", name="Sửa sau khi sổ đã đóng")).to_be_visible()
    assert_fit(page)
    card = page.locator("section.signal", has_text="Sửa sau khi sổ đã đóng")
    card.get_by_role("textbox").fill("Đã đối chiếu với bài kiểm tra")
    card.get_by_role("button").click()
    expect(page.get_by_text("đã xem xét").first).to_be_visible()
    page.get_by_role("link", name="Xem lớp").first.click()
    expect(page.get_by_text("Sau khóa sổ, mở khóa do")).to_be_visible()
    assert_fit(page)
    page.set_viewport_size(PHONE)
    assert_fit(page)


def lock(city: City) -> None:
    lock_book(
        school_id=city.school_id,
        school_year=city.school_year,
        scope=Scope("HK1", 9),
        reason="Đã tổng kết học kì I",
        actor=city.principal.id,
        at=timezone.now(),
    )


def teacher_of(class_id: UUID, subject: str) -> str:
    rows: Any = assignments_of_class(class_id=class_id)
    person = person_by_id(
        person_id=next(one.teacher_id for one in rows if one.subject_key == subject)
    )
    assert person is not None
    return person.username


def ask(page: Page, class_id: UUID) -> str:
    """Go from the closed grid to the form, send it, return where the request is."""
    page.goto(f"{site(page)}/nhap-diem/{class_id}/toan/hk1/")
    page.get_by_role("link", name="Xin mở khóa").click()
    assert_fit(page)
    page.get_by_label("Phần cần mở").select_option("HK1.final")
    page.get_by_label("Lí do").fill("Chép nhầm điểm cuối kì của em Đoàn Thu Chi")
    page.get_by_text("Chỉ mở cho một số em").click()
    page.get_by_label("Đoàn Thu Chi").check()
    assert_fit(page)
    page.get_by_role("button", name="Gửi đề nghị").click()
    expect(page.get_by_text("Chờ hiệu trưởng duyệt")).to_be_visible()
    assert_fit(page)
    return page.url


def type_final(page: Page, class_id: UUID, text: str) -> None:
    page.goto(f"{site(page)}/nhap-diem/{class_id}/toan/hk1/")
    page.locator("td[data-column='final']").first.click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
