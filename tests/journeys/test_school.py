"""People of a school at work: the IT officer hands a class in, the others see what waits."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from hocba.web.demo import road
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE, FAULTY_WORKBOOK, WORKBOOK, quiet_report
from tests.journeys.conftest import PHONE, assert_fit

pytestmark = pytest.mark.slow
SignIn = Callable[..., Page]


def hand_in(page: Page, file: object) -> None:
    """Go to the workbooks and hand one in."""
    page.get_by_role("link", name="Sổ điểm từ Excel").click()
    page.get_by_label("Tệp sổ theo dõi").set_input_files(file)
    page.get_by_role("button", name="Kiểm tra tệp").click()


def test_the_it_officer_hands_a_class_in_and_accepts_it(city: City, sign_in: SignIn) -> None:
    page = sign_in("cntt")
    assert_fit(page)
    hand_in(page, WORKBOOK)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sổ điểm lớp 9A1, năm học 2024-2025")
    page.get_by_role("button", name="Nhận sổ").click()
    expect(page.get_by_text(f"Đã nhận {CLASS_SIZE} học sinh")).to_be_visible()
    assert_fit(page)


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_a_hurried_class_is_told_what_to_mend(
    city: City, sign_in: SignIn, viewport: dict[str, int] | None
) -> None:
    page = sign_in("cntt", **({"viewport": viewport} if viewport else {}))
    hand_in(page, FAULTY_WORKBOOK)
    expect(page.get_by_text("Điểm 85 nằm ngoài thang 10")).to_be_visible()
    assert_fit(page)
    page.get_by_role("link", name="Lỗi chặn").click()
    expect(page.locator("tbody .badge--warn")).to_have_count(0)


def test_a_file_that_is_no_workbook_is_turned_away(city: City, sign_in: SignIn) -> None:
    page = sign_in("cntt")
    hand_in(page, {"name": "so.xlsx", "mimeType": "text/plain", "buffer": b"hello"})
    expect(page.get_by_role("alert")).to_contain_text("chưa ghi gì vào sổ")
    assert_fit(page)


@pytest.mark.parametrize("username", ["gv01", "vanthu", "hieutruong", "so"])
def test_everybody_finds_what_waits(
    walk: Callable[[str], UUID], sign_in: SignIn, username: str
) -> None:
    walk("composed")
    page = sign_in(username, viewport=PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("Việc đang chờ")
    assert_fit(page)
    link = page.locator(".cards a, table a").first
    if link.count():
        link.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(
            re.compile("[Hh]ọc bạ lớp 9A1")
        )
        assert_fit(page)


def test_the_clerk_composes_and_issues_a_class(
    city: City, walk: Callable[[str], UUID], sign_in: SignIn
) -> None:
    """Văn thư lập học bạ, chờ đủ chữ ký, rồi phát hành."""
    class_id = walk("accepted")
    page = sign_in("vanthu", viewport=PHONE)
    for act, done in (("Lập", "Đã lập"), ("Phát hành", "Đã phát hành")):
        expect(page.get_by_role("heading", name=f"{act} học bạ lớp 9A1")).to_be_visible()
        page.get_by_role("main").get_by_role("link", name="Mở").first.click()
        assert_fit(page)
        page.get_by_role("button", name=f"{act} {CLASS_SIZE} học bạ").click()
        expect(page.get_by_role("status")).to_contain_text(f"{done} {CLASS_SIZE} học bạ")
        assert_fit(page)
        road.sign(city, class_id, quiet_report())
        page.get_by_role("link", name="Việc đang chờ").click()
    expect(page.get_by_text("Không có việc nào đang chờ")).to_be_visible()
