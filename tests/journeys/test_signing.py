"""The signing desk at work: the head signs many, one fails; a subject goes back; a deputy signs."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from playwright.sync_api import Page, expect

from hocba.adapters.remote_signing.simulator import Fault, Simulator
from hocba.apps.issuing.desk import DELEGATED
from hocba.apps.issuing.models import Draft, SessionItem, Slot, TranscriptReturn
from hocba.web.demo.city import City
from tests.apps.issuing.remote import keys_in, write_services
from tests.apps.issuing.signing import SMALL, deputy, look_and_sign, small_class
from tests.journeys.conftest import PHONE, assert_fit
from tests.journeys.test_token import look_through

pytestmark = pytest.mark.slow
SignIn = Callable[..., Page]


@pytest.fixture
def class_id(city: City, walk: Callable[[str], UUID], settings: object) -> UUID:
    """Class 9A1, waiting for its homeroom teacher; the demo's keys sign."""
    settings.HOCBA_DEMO = True
    found = small_class(city, walk("accepted"))
    for teacher in city.teachers:
        assert look_and_sign(city, teacher, found) == []
    return found


def signed(city: City, role: str) -> int:
    return Slot.objects.filter(school_id=city.school_id, role=role, state="signed").count()


def items_of(city: City) -> QuerySet[SessionItem]:
    """What the head was shown."""
    return SessionItem.objects.filter(
        school_id=city.school_id,
        session__school_id=city.school_id,
        session__person_id=city.principal.pk,
    )


def sign_with_demo_key(page: Page) -> None:
    page.get_by_label(re.compile("Khóa mẫu")).check()
    page.locator("[data-button]").click()


def test_hieu_truong_ky_ca_lop_mot_cai_loi(city: City, class_id: UUID, sign_in: SignIn) -> None:
    """Hiệu trưởng ký 42 học bạ, một cái lỗi (3 trong thử nghiệm): còn lại ký tiếp, lỗi ký lại."""
    assert look_and_sign(city, city.homeroom, class_id) == []
    page, phone = sign_in("hieutruong"), sign_in("hieutruong", viewport=PHONE)
    for one in (page, phone):
        one.get_by_role("link", name="Ký số").click()
        assert_fit(one)
    page.get_by_role("link", name="Ký lớp 9A1").click()
    assert_fit(page)
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_text("Kết quả học tập").first).to_be_visible()
    expect(page.get_by_role("button", name="Ký 3 học bạ")).to_be_hidden()
    assert_fit(page)
    page.locator(".pages a").first.click()
    expect(page.get_by_text("Phải mở vì: Lấy mẫu.")).to_be_visible()
    assert_fit(page)
    page.get_by_role("link", name="Mở học bạ tiếp theo").click()
    page.get_by_role("link", name="Về lượt ký").last.click()
    items = items_of(city)
    broken = items.first()
    shown = broken.covered_sha256
    items.filter(id=broken.id).update(covered_sha256="0" * 64)
    sign_with_demo_key(page)
    expect(
        page.get_by_text(f"Đã ký {SMALL - 1}/{SMALL} học bạ, 1 học bạ chưa ký được")
    ).to_be_visible()
    expect(page.locator(".outcomes li").first).to_contain_text("Học bạ đã đổi sau lúc bạn xem")
    assert signed(city, "CBQL") == SMALL - 1
    assert_fit(page)
    page.reload()
    expect(page.locator("tbody .badge--failed")).to_have_count(1)
    expect(page.get_by_text(f"Đã ký {SMALL - 1}/{SMALL} học bạ")).to_be_visible()
    phone.reload()
    phone.get_by_role("link", name="Tiếp tục lượt này").click()
    expect(phone.locator("tbody .badge--failed")).to_have_count(1)
    assert_fit(phone)
    items.filter(id=broken.id).update(covered_sha256=shown)
    sign_with_demo_key(page)
    expect(page.get_by_text("Đã ký hết phần của bạn ở lượt này")).to_be_visible()
    assert signed(city, "CBQL") == SMALL


def test_gvcn_tra_lai_mot_mon(city: City, class_id: UUID, sign_in: SignIn) -> None:
    """GVCN trả lại một môn; giáo viên thấy lí do và trả lời; những học bạ khác ký tiếp."""
    page = sign_in("gvcn")
    page.get_by_role("link", name="Ký số").click()
    page.get_by_role("link", name="Ký lớp 9A1").click()
    look_through(page)
    page.get_by_label("Trả lại cho").select_option(city.teachers[0].citizen_id)
    page.get_by_label("Lí do").fill("Điểm giữa kì II chưa khớp bài kiểm tra")
    page.get_by_role("button", name="Trả lại học bạ đã chọn").click()
    expect(page.get_by_text("Hãy chọn ít nhất một học bạ")).to_be_visible()
    assert_fit(page)
    page.locator("tbody input[type=checkbox]").first.check()
    page.get_by_role("button", name="Trả lại học bạ đã chọn").click()
    expect(page.get_by_role("status").filter(has_text="Đã trả lại")).to_be_visible()
    assert_fit(page)
    sign_with_demo_key(page)
    expect(page.get_by_text("Đã ký hết phần của bạn ở lượt này")).to_be_visible()
    assert signed(city, "GVCN") == SMALL - 1
    assert Draft.objects.filter(school_id=city.school_id, state="withdrawn").count() == 1
    for options in ({}, {"viewport": PHONE}):
        teacher = sign_in("gv01", **options)
        teacher.get_by_role("link", name="Ký số").click()
        expect(teacher.get_by_text("1 học bạ được trả lại")).to_be_visible()
        teacher.get_by_role("link", name="Xem học bạ trả lại").click()
        expect(teacher.get_by_text("Điểm giữa kì II chưa khớp bài kiểm tra")).to_be_visible()
        assert_fit(teacher)
    teacher.get_by_label("Trả lời").fill("Đã sửa điểm giữa kì II")
    teacher.get_by_role("button", name="Gửi trả lời").click()
    expect(teacher.get_by_text("Chờ văn thư lập lại")).to_be_visible()
    assert TranscriptReturn.objects.get(school_id=city.school_id).state == "answered"


def test_pho_hieu_truong_ky_theo_uy_quyen(city: City, class_id: UUID, sign_in: SignIn) -> None:
    """Hiệu trưởng ủy quyền có ngày; phó hiệu trưởng ký bằng chứng thư của mình."""
    assert look_and_sign(city, city.homeroom, class_id) == []
    head = sign_in("hieutruong")
    head.get_by_role("link", name="Ký số").click()
    head.get_by_role("link", name="Ủy quyền ký").click()
    assert_fit(head)
    today = timezone.localdate().isoformat()
    head.get_by_label("Từ ngày").fill(today)
    head.get_by_label("Đến hết ngày").fill(today)
    head.get_by_label("Lí do, số quyết định").fill("Quyết định 12/QĐ-THCS")
    head.get_by_role("button", name="Ủy quyền").click()
    expect(head.get_by_text("Đang có hiệu lực")).to_be_visible()
    assert_fit(head)
    page = sign_in("phohieutruong", viewport=PHONE)
    page.get_by_role("link", name="Ký số").click()
    expect(page.get_by_text(f"Ký theo ủy quyền của {city.principal.full_name}")).to_be_visible()
    assert_fit(page)
    page.get_by_role("link", name="Ký lớp 9A1").click()
    look_through(page)
    assert_fit(page)
    sign_with_demo_key(page)
    expect(page.get_by_text("Đã ký hết phần của bạn ở lượt này")).to_be_visible()
    slots = Slot.objects.filter(school_id=city.school_id, role="CBQL")
    assert set(slots.values_list("capacity", "stand_in_id")) == {("KT", deputy().citizen_id)}
    head.get_by_label("Lí do chấm dứt").fill("Đã về")
    head.get_by_role("button", name="Chấm dứt ủy quyền").click()
    expect(head.get_by_text("Đã chấm dứt")).to_be_visible()
    assert DELEGATED


def test_ky_tren_dien_thoai(
    city: City, class_id: UUID, sign_in: SignIn, settings: object, tmp_path: object
) -> None:
    """Ký từ xa: xác nhận trên điện thoại, tải lại trang vẫn chờ tiếp, hủy, ký lại."""
    simulator = Simulator(keys_in(city.keys, city.key_password), demo=True, confirm_after=-1)
    write_services(tmp_path / "remote.toml", simulator.start())
    settings.HOCBA_REMOTE_SIGNING_FILE = tmp_path / "remote.toml"
    try:
        page = sign_in("gvcn")
        page.goto(page.url.replace("ban-lam-viec/", f"ky-so/{class_id}/ca-nhan/"))
        look_through(page)
        page.get_by_label(re.compile("Ký trên điện thoại: smartca")).check()
        assert_fit(page)
        page.locator("[data-button]").click()
        expect(page.get_by_text("Đang chờ bạn xác nhận trên điện thoại")).to_be_visible()
        page.reload()
        expect(page.get_by_text("Đang chờ bạn xác nhận trên điện thoại")).to_be_visible()
        assert_fit(page)
        page.get_by_role("button", name="Hủy chờ xác nhận").click()
        expect(page.locator("tbody .badge--failed")).to_have_count(SMALL)
        simulator.confirm_after = 0
        simulator.fail(Fault.REFUSED, on="poll")
        page.get_by_label(re.compile("Ký trên điện thoại: smartca")).check()
        page.locator("[data-button]").click()
        expect(page.get_by_text(f"{SMALL} học bạ chưa ký được")).to_be_visible(timeout=20_000)
        assert signed(city, "GVCN") == 0
        page.get_by_label(re.compile("Ký trên điện thoại: smartca")).check()
        page.locator("[data-button]").click()
        expect(page.get_by_text("Đã ký hết phần của bạn ở lượt này")).to_be_visible(timeout=20_000)
        assert signed(city, "GVCN") == SMALL
    finally:
        simulator.stop()
