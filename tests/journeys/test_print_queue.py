"""The clerk has the transcripts of a grade printed, leaves, comes back, takes the file."""

import io
import zipfile
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from hocba.apps.issuing.models import PrintItem
from hocba.web.demo.city import City
from tests.journeys.conftest import PHONE, assert_fit

pytestmark = pytest.mark.slow
SignIn = Callable[..., Page]


def test_van_thu_in_hoc_ba_ca_khoi(
    city: City, walk: Callable[[str], UUID], sign_in: SignIn
) -> None:
    walk("issued")
    page = sign_in("vanthu")
    page.get_by_role("link", name="In học bạ", exact=True).click()
    assert_fit(page)
    page.get_by_label("In học bạ của").select_option(label="Khối 9, 2024-2025")
    page.get_by_role("button", name="Yêu cầu").click()
    expect(page.get_by_role("heading", name="khối 9, 2024-2025")).to_be_visible()
    address = page.url
    page.goto(address.rsplit("/", 2)[0] + "/")  # away, in the middle of it
    assert_fit(page)
    page.get_by_role("link", name="Một tệp PDF: khối 9").click()
    expect(page.get_by_role("link", name="Tải tệp về")).to_be_visible(timeout=60_000)
    students = PrintItem.objects.filter(school_id=city.school_id).count()
    expect(page.get_by_text(f"Đã làm {students}/{students} học bạ.")).to_be_visible()
    assert_fit(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Tải tệp về").click()
    pdf = PdfReader(taken.value.path())
    assert len(pdf.pages) >= 2 * students
    page.set_viewport_size(PHONE)
    assert_fit(page)
    page.get_by_role("link", name="Tất cả yêu cầu in").click()
    assert_fit(page)


def test_hieu_truong_lay_goi_hoc_ba_cua_lop_tren_dien_thoai(
    city: City, walk: Callable[[str], UUID], sign_in: SignIn
) -> None:
    class_id = walk("issued")
    page = sign_in("hieutruong", viewport=PHONE, color_scheme="dark")
    page.goto(page.url.split("/ban-lam-viec")[0] + f"/hoc-ba/{class_id}/")
    assert_fit(page)
    page.get_by_role("link", name="In, lấy gói của lớp").click()
    page.get_by_label("Loại tệp").select_option("package")
    page.get_by_role("button", name="Yêu cầu").click()
    expect(page.get_by_role("link", name="Tải tệp về")).to_be_visible(timeout=60_000)
    assert_fit(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Tải tệp về").click()
    with open(taken.value.path(), "rb") as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    assert "danh-muc.json" in archive.namelist()
