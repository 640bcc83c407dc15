"""Signing in with a second factor, in a real browser with a real (virtual) authenticator."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from hocba.web.demo.city import PASSWORD, City
from tests.apps.accounts.phone import code_at
from tests.journeys.conftest import PHONE, Open, assert_fit

pytestmark = pytest.mark.slow
SignIn = Callable[..., Page]


@pytest.fixture
def production(settings: Any) -> None:
    """Policy of a production installation."""
    settings.HOCBA_SECOND_FACTOR = settings.HOCBA_STEP_UP = True


def first_step(page: Page, username: str) -> None:
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def plug_in(page: Page) -> None:
    """Give the browser a platform authenticator whose owner is always there."""
    tool = page.context.new_cdp_session(page)
    tool.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tool.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def at_localhost(page: Page) -> None:
    """Passkeys belong to a name, not to an address."""
    page.goto(page.url.replace("127.0.0.1", "localhost"))


def test_hieu_truong_them_khoa_truy_cap_roi_vao_khong_can_mat_khau(
    city: City, visit: Open, production: None
) -> None:
    page = visit("/dang-nhap/")
    at_localhost(page)
    plug_in(page)
    first_step(page, "hieutruong")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tài khoản")
    expect(page.get_by_text("Vai trò của bạn bắt buộc phải có")).to_be_visible()
    assert_fit(page)
    page.get_by_role("link", name="Thêm khóa truy cập").click()
    assert_fit(page)
    page.get_by_label("Đặt tên cho khóa").fill("Máy phòng hiệu trưởng")
    page.get_by_role("button", name="Tạo khóa").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mã dự phòng")
    assert_fit(page)
    page.get_by_role("link", name="Tài khoản").first.click()
    expect(page.get_by_text("Máy phòng hiệu trưởng").first).to_be_visible()
    assert_fit(page)
    page.get_by_role("button", name="Đăng xuất").click()
    page.goto(re.sub(r"(https?://[^/]+).*", r"\1/dang-nhap/", page.url))
    page.get_by_role("button", name="Dùng khóa truy cập").click()
    page.wait_for_url("**/ban-lam-viec/")


def test_giao_vien_dung_ung_dung_tao_ma_tren_dien_thoai(
    city: City, visit: Open, production: None
) -> None:
    page = visit("/dang-nhap/", viewport=PHONE)
    first_step(page, "gv01")
    assert_fit(page)
    page.get_by_role("link", name="Thêm ứng dụng tạo mã").click()
    assert_fit(page)
    secret = page.locator("code.long").inner_text()
    now = timezone.now().timestamp()
    page.get_by_label("Mã xác minh").fill(code_at(secret, now))
    page.get_by_role("button", name="Thêm ứng dụng").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mã dự phòng")
    spare = page.locator(".spare-codes li").first.inner_text()
    page.get_by_role("button", name="Đăng xuất").click()
    page.goto(re.sub(r"(https?://[^/]+).*", r"\1/dang-nhap/", page.url))
    cache.clear()
    first_step(page, "gv01")
    expect(page.get_by_role("heading", level=1)).to_have_text("Xác minh bước hai")
    assert_fit(page)
    page.get_by_label("Mã xác minh").fill(code_at(secret, now))  # shown once already
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("alert")).to_contain_text("đã dùng")
    assert_fit(page)
    page.get_by_label("Mã xác minh").fill(spare)
    page.get_by_role("button", name="Tiếp tục").click()
    page.wait_for_url("**/ban-lam-viec/")


def test_dau_hoi_mo_bang_phim_tat_tru_khi_dang_go(city: City, sign_in: SignIn) -> None:
    page = sign_in("cntt")
    keys = page.get_by_role("dialog", name="Phím tắt")
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    assert_fit(page)
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.get_by_role("link", name="Trợ giúp", exact=True).click()
    assert_fit(page)
    page.get_by_role("link", name="Mã lỗi nghĩa là gì?").click()
    assert_fit(page)
    page.get_by_label("Mã nghe được qua điện thoại").press_sequentially("?hb-7f7j")
    expect(keys).to_be_hidden()
    page.get_by_label("Mã nghe được qua điện thoại").fill("hb-7f7j")
    page.get_by_role("button", name="Tìm mã").click()
    expect(page.get_by_text("Bạn không có quyền làm việc này.")).to_be_visible()


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_tu_choi_co_ma_doc_duoc_qua_dien_thoai(
    city: City, sign_in: SignIn, viewport: dict[str, int] | None
) -> None:
    page = sign_in("cntt", **({"viewport": viewport} if viewport else {}))
    page.goto(page.url.replace("/ban-lam-viec/", f"/ky-so/ban-in/{city.school_id}/"))
    expect(page.get_by_text("HB-7F7J")).to_be_visible()
    assert_fit(page)
    page.get_by_role("link", name="Mã này nghĩa là gì?").click()
    expect(page.locator("tr:target")).to_contain_text("Bạn không có quyền")
