"""A wrong mark put right in a browser: asked, approved twice, recalled, composed anew."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from hocba.apps.accounts.queries import person_by_id
from hocba.web.demo.city import City
from tests.apps.issuing.recalls import REASON, Case, issue_one
from tests.journeys.conftest import PHONE, assert_fit

pytestmark = pytest.mark.slow
SignIn = Callable[..., Page]


def test_a_wrong_mark_is_put_right(city: City, sign_in: SignIn) -> None:
    case = Case(city, issue_one(city))
    teacher = person_by_id(person_id=case.teacher)
    assert teacher is not None
    page = sign_in(teacher.username)
    ask(page, case)
    address = page.url

    page = sign_in("hieutruong", viewport=PHONE)
    page.get_by_role("main").get_by_role("link", name="Mở").last.click()
    assert_fit(page)
    page.goto(address)
    assert_fit(page)
    page.get_by_role("button", name="Từ chối").click()
    expect(page.get_by_role("alert")).to_contain_text("từ 10 đến 500")
    page.get_by_role("button", name="Duyệt", exact=True).click()
    expect(page.get_by_text("Đang xét, chờ cấp quản lý duyệt")).to_be_visible()

    page = sign_in("phuong", color_scheme="dark")
    page.get_by_role("link", name="Thu hồi, thay thế").click()
    assert_fit(page)
    page.get_by_role("main").get_by_role("link", name="Đoàn").click()
    page.get_by_label("Ý kiến").fill("Đồng ý, biên bản đầy đủ.")
    page.get_by_role("button", name="Duyệt", exact=True).click()
    expect(page.get_by_text("Đồng ý, biên bản đầy đủ.")).to_be_visible()

    page = sign_in("vanthu")
    page.goto(address)
    page.get_by_role("button", name="Thực hiện").click()
    expect(page.locator("dd .badge")).to_have_text("Đã thu hồi")
    page.get_by_role("button", name="Lập bản thay thế").click()
    expect(page.get_by_role("heading", name="Bản mới khác bản cũ ở đâu")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert_fit(page)


def ask(page: Page, case: Case) -> None:
    """Go from the class to the form, look at the what-if, send."""
    page.goto(f"{page.url.split('/ban-lam-viec')[0]}/thu-hoi/lop/{case.class_id}/")
    assert_fit(page)
    page.get_by_role("link", name="Đề nghị thu hồi").click()
    assert_fit(page)
    page.get_by_label("Nêu rõ").fill(REASON)
    cell = case.cell()
    page.locator(f"[name='diem.{cell.subject}.HK2.final.1']").fill(cell.typed)
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("heading", name="Nếu được duyệt")).to_be_visible()
    assert_fit(page)
    file = {"name": "bien-ban.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 x"}
    page.get_by_label("Tệp minh chứng").set_input_files(file)
    page.get_by_role("button", name="Gửi đề nghị").click()
    expect(page.get_by_text("Đang xét, chờ hiệu trưởng duyệt")).to_be_visible()
    assert_fit(page)
