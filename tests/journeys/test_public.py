"""Parents, admission offices and strangers on the public pages."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from hocba.core.transcript.model import Transcript
from tests.journeys.conftest import PHONE, Open, assert_fit

pytestmark = pytest.mark.slow
Issued = tuple[Path, Transcript]


def test_an_admission_office_trusts_a_file_with_one_drop(visit: Open, issued: Issued) -> None:
    file, transcript = issued
    page = visit("/xac-minh/")
    assert_fit(page)
    page.get_by_label("Tệp học bạ").set_input_files(file)
    expect(page.get_by_text("hoc-ba.xml", exact=True)).to_be_visible()
    page.get_by_role("button", name="Kiểm tra tệp").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hợp lệ")
    expect(page.get_by_role("heading", name=transcript.student.full_name)).to_be_visible()
    assert_fit(page)


def test_a_doctored_file_is_told_apart(visit: Open, issued: Issued) -> None:
    file, _ = issued
    file.write_bytes(file.read_bytes().replace(b"Kinh", b"Kinx", 1))
    page = visit("/xac-minh/")
    page.get_by_label("Tệp học bạ").set_input_files(file)
    page.get_by_role("button", name="Kiểm tra tệp").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Không phải của trường")
    assert_fit(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_parent_looks_up_on_the_phone_and_takes_the_print_home(
    visit: Open, issued: Issued, scheme: str
) -> None:
    _, transcript = issued
    page = visit(f"/xac-minh/{transcript.lookup_uuid}/", viewport=PHONE, color_scheme=scheme)
    page.get_by_label("Ngày sinh").fill(transcript.student.birth_date.strftime("%d/%m/%Y"))
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hợp lệ")
    assert_fit(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải bản in PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_verifying_needs_no_script(visit: Open, issued: Issued) -> None:
    file, _ = issued
    page = visit("/xac-minh/", java_script_enabled=False)
    page.locator('input[type="file"]').set_input_files(file)
    page.get_by_role("button", name="Kiểm tra tệp").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hợp lệ")


def test_the_keyboard_alone_gets_from_the_front_page_to_a_verdict(
    visit: Open, issued: Issued
) -> None:
    _, transcript = issued
    page = visit("/")
    page.get_by_role("link", name="Tra cứu bằng mã").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Mã tra cứu").focus()
    page.keyboard.type(transcript.lookup_uuid)
    page.keyboard.press("Tab")
    page.keyboard.type(transcript.student.birth_date.strftime("%d/%m/%Y"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hợp lệ")


def test_a_typing_slip_is_explained_beside_the_field_and_kept(visit: Open, db: None) -> None:
    page = visit("/xac-minh/")
    page.get_by_label("Mã tra cứu").fill("6f1c2b1e")
    page.get_by_label("Ngày sinh").fill("31/02/2010")
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.get_by_role("alert")).to_contain_text("36 kí tự")
    expect(page.get_by_role("alert")).to_contain_text("26/10/2010")
    expect(page.get_by_label("Mã tra cứu")).to_have_value("6f1c2b1e")
    assert_fit(page)


@pytest.mark.parametrize("address", ["/", "/xac-minh/", "/nhat-ky/", "/dang-nhap/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_public_pages_fit_a_phone(visit: Open, db: None, address: str, scheme: str) -> None:
    assert_fit(visit(address, viewport=PHONE, color_scheme=scheme))


def test_english_is_one_press_away_and_stays(visit: Open, db: None) -> None:
    page = visit("/xac-minh/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Verify a transcript")
    assert page.url.endswith("/xac-minh/")
    page.get_by_role("link", name="Public log").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Public log")
    assert_fit(page)
