"""Signing with a USB token on one's own machine, whatever the token and its software do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone
from playwright.sync_api import Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from hocba.adapters.software_signer import SoftwareSigner
from hocba.adapters.wording.bridge import SENTENCES
from hocba.adapters.wording.refusals import SENTENCES as REFUSALS
from hocba.apps.issuing.models import Slot
from hocba.apps.ledger.actions import obtain_sealed_pdf
from hocba.apps.ledger.models import IssuedTranscript, SealedPdf
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE
from tests.journeys.conftest import PHONE, assert_fit
from tests.vgca import VgcaSimulator, local_tls, running, stray_certificate

pytestmark = pytest.mark.slow
SignIn = Callable[..., Page]


@pytest.fixture
def class_id(walk: Callable[[str], UUID]) -> UUID:
    """Class 9A1, composed and waiting for its subject teachers."""
    return walk("composed")


@pytest.fixture
def token(
    city: City, class_id: UUID, live_server: object, settings: object
) -> Iterator[VgcaSimulator]:
    """The first teacher's token with its signing software running."""
    with running(VgcaSimulator(signer_of(city)), origins=[live_server.url]) as simulator:
        settings.HOCBA_BRIDGE_URL = simulator.address
        settings.HOCBA_BRIDGE_SECONDS = 20
        yield simulator


@pytest.fixture
def at_the_desk(sign_in: SignIn, token: VgcaSimulator, class_id: UUID) -> Page:
    """The first teacher in a session over the class to sign, all read that must be read."""
    page = sign_in("gv01")
    page.goto(page.url.replace("ban-lam-viec/", f"ky-so/{class_id}/ca-nhan/"))
    look_through(page)
    return page


def look_through(page: Page) -> None:
    """Open a session from the class page, and open the transcripts that must be opened."""
    page.get_by_role("button", name="Xem trước").click()
    while (unread := page.locator(".pages li").filter(has_text="Chưa mở")).count():
        unread.get_by_role("link").first.click()
        page.get_by_role("link", name="Về lượt ký").last.click()


def signer_of(city: City) -> SoftwareSigner:
    key = city.key_file(city.teachers[0].citizen_id or "")
    return SoftwareSigner.load(key, city.key_password, demo=True)


def signed(city: City) -> int:
    slots = Slot.objects.filter(school_id=city.school_id, state="signed")
    return slots.filter(signer_id=city.teachers[0].citizen_id).count()


def press(page: Page) -> None:
    """Press the one button of the page: sign, or sign on."""
    page.locator("[data-button]").click()


def one_by_one(page: Page) -> None:
    page.get_by_label("Từng học bạ một").check()
    press(page)


def until_asked(page: Page, token: VgcaSimulator) -> None:
    """Wait until the token is asked for its first signature."""
    for _ in range(200):
        if token.signatures_asked:
            return
        page.wait_for_timeout(50)
    pytest.fail("the token was never asked")


def stopped_for(page: Page, code: str) -> None:
    """The page stopped with the sentence of this code."""
    sentence = {**SENTENCES, **REFUSALS}[code].partition("%(")[0]
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    expect(page.locator("[data-button]")).to_be_enabled()


def finished(page: Page) -> None:
    expect(page.get_by_text("Đã ký hết phần của bạn ở lượt này")).to_be_visible()
    expect(page.locator("tbody .badge--passed")).to_have_count(CLASS_SIZE)


def test_a_subject_teacher_signs_a_class_with_one_pin(
    city: City, sign_in: SignIn, token: VgcaSimulator
) -> None:
    """Giáo viên bộ môn ký một lớp bằng token USB."""
    token.faults = ["line_breaks"]
    page, phone = sign_in("gv01"), sign_in("gv01", viewport=PHONE)
    for one in (page, phone):
        one.get_by_role("link", name="Ký số").click()
        assert_fit(one)
        one.get_by_role("link", name="Ký lớp 9A1").click()
        expect(one.get_by_text("Chứng thư của bạn")).to_be_visible()
        assert_fit(one)
        look_through(one)
        assert_fit(one)
    page.get_by_role("button", name=f"Ký {CLASS_SIZE} học bạ").dblclick()
    finished(page)
    assert_fit(page)
    assert (signed(city), token.signatures_asked) == (CLASS_SIZE, 1)
    press(phone)  # whose page does not know yet
    finished(phone)
    assert_fit(phone)
    phone.reload()
    expect(phone.get_by_text("Không còn phần nào chờ bạn ký ở lượt này")).to_be_visible()
    assert_fit(phone)
    assert token.signatures_asked == 1


def test_the_token_is_pulled_out_and_the_rest_is_signed_after_a_reload(
    city: City, at_the_desk: Page, token: VgcaSimulator
) -> None:
    """Rút token giữa chừng rồi ký tiếp."""
    token.faults = ["", "", "token_out"]
    one_by_one(at_the_desk)
    stopped_for(at_the_desk, "bridge.refused")
    expect(at_the_desk.get_by_role("alert")).to_contain_text("CKR: token_out")
    assert_fit(at_the_desk)
    assert (signed(city), token.signatures_asked) == (2, 3)
    token.token_in = False
    at_the_desk.reload()
    at_the_desk.get_by_role("button", name=f"Ký tiếp {CLASS_SIZE - 2} học bạ").click()
    stopped_for(at_the_desk, "bridge.no_token")
    token.token_in = True
    one_by_one(at_the_desk)
    finished(at_the_desk)
    assert token.signatures_asked == CLASS_SIZE + 1, "nothing was signed twice"


PATIENCE = "(page, seconds) => { page.dataset.seconds = seconds; }"


def test_whatever_the_software_does_nothing_wrong_is_signed(
    city: City, at_the_desk: Page, token: VgcaSimulator
) -> None:
    for fault, code in (
        ("cancelled", "bridge.cancelled"),
        ("wrong_pin", "bridge.refused"),
        ("hang_up", "bridge.no_answer"),
        ("garbage", "bridge.unreadable"),
        ("other_token", "bridge.other_certificate"),
        ("silent", "bridge.timeout"),
    ):
        token.faults = [fault]
        at_the_desk.locator("[data-signing]").evaluate(PATIENCE, "1" if fault == "silent" else "20")
        press(at_the_desk)
        stopped_for(at_the_desk, code)
    own, asked = city.teachers[0].citizen_id or "", token.signatures_asked
    for certificate, code in (
        (stray_certificate("001180000009"), "signing.token_of_another"),
        (stray_certificate(own, expired=True), "signing.token_certificate_expired"),
        (stray_certificate(own), "signing.token_certificate_unknown"),
    ):
        token.certificate = certificate
        press(at_the_desk)
        stopped_for(at_the_desk, code)
    assert (signed(city), asked, token.signatures_asked) == (0, 6, 6), "no PIN for a wrong token"
    token.certificate, token.faults = token.signer.certificate, ["twice"]
    press(at_the_desk)
    finished(at_the_desk)


def test_an_answer_to_another_question_is_refused_and_signed_anew(
    city: City, at_the_desk: Page, token: VgcaSimulator
) -> None:
    token.faults = ["stale"] * 3 + ["", "stale", "", "twice"]
    one_by_one(at_the_desk)
    stopped_for(at_the_desk, "bridge.repeated")
    assert (signed(city), token.signatures_asked) == (0, 3)
    press(at_the_desk)
    expect(at_the_desk.get_by_text(f"Đã ký {CLASS_SIZE - 1}/{CLASS_SIZE} học bạ")).to_be_visible()
    expect(at_the_desk.locator(".outcomes li")).to_contain_text("Chữ ký nhận về không đúng")
    assert_fit(at_the_desk)
    at_the_desk.get_by_role("button", name="Ký tiếp 1 học bạ").click()
    finished(at_the_desk)


def test_a_teacher_pauses_goes_on_and_signs_in_again(
    city: City, at_the_desk: Page, token: VgcaSimulator
) -> None:
    token.slow = True
    one_by_one(at_the_desk)
    until_asked(at_the_desk, token)
    at_the_desk.wait_for_timeout(700)  # a second click at once would be a double click
    at_the_desk.get_by_role("button", name="Tạm dừng").click()
    token.delay.set()
    at_the_desk.get_by_role("button", name=f"Ký tiếp {CLASS_SIZE - 1} học bạ").click()
    token.delay.set()
    expect(at_the_desk.get_by_text("Đã ký 2/")).to_be_visible()
    cookies = at_the_desk.context.cookies()
    at_the_desk.context.clear_cookies()
    token.delay.set()
    stopped_for(at_the_desk, "desk.session_over")
    assert signed(city) == 2, "what is signed stays, what could not be sent does not count"
    at_the_desk.context.add_cookies(cookies)
    token.slow = False
    press(at_the_desk)
    finished(at_the_desk)


def test_without_the_software_or_its_leave_the_page_says_what_to_do(
    city: City, at_the_desk: Page, token: VgcaSimulator, settings: object
) -> None:
    settings.HOCBA_BRIDGE_URL = "ws://127.0.0.1:9"
    settings.HOCBA_DEMO = True
    at_the_desk.reload()
    press(at_the_desk)
    stopped_for(at_the_desk, "bridge.unreachable")
    at_the_desk.evaluate("navigator.permissions.query = async () => ({ state: 'denied' })")
    press(at_the_desk)
    stopped_for(at_the_desk, "bridge.blocked")
    at_the_desk.get_by_role("link", name="Làm gì khi chưa ký được").click()
    assert_fit(at_the_desk)
    at_the_desk.get_by_label("Khóa mẫu, không có giá trị pháp lý").check()
    press(at_the_desk)
    finished(at_the_desk)
    assert token.questions == []


def test_the_clerk_seals_three_printed_copies_with_the_token(
    city: City, walk: Callable[[str], UUID], sign_in: SignIn, live_server: object, settings: object
) -> None:
    """Văn thư đóng dấu ba bản in bằng token."""
    walk("issued")
    codes = IssuedTranscript.objects.order_by("lookup_uuid").values_list("lookup_uuid", flat=True)
    for code in codes[:3]:
        obtain_sealed_pdf(lookup_uuid=code, actor=None, at=timezone.now())
    seal = SoftwareSigner.load(city.key_file(city.school_code), city.key_password, demo=True)
    with running(VgcaSimulator(seal), origins=[live_server.url]) as simulator:
        settings.HOCBA_BRIDGE_URL = simulator.address
        page, phone = sign_in("vanthu"), sign_in("vanthu", viewport=PHONE)
        for one in (page, phone):
            assert_fit(one)
            one.get_by_role("link", name="Ký số").click()
            expect(one.get_by_text("3 bản in đang chờ con dấu")).to_be_visible()
            assert_fit(one)
            one.get_by_role("link", name="Đóng dấu bản in").click()
            assert_fit(one)
        simulator.faults = ["", "token_out"]
        page.get_by_role("button", name="Đóng dấu 3 bản in").click()
        stopped_for(page, "bridge.refused")
        assert_fit(page)
        page.get_by_role("button", name="Đóng dấu tiếp 2 bản in").click()
        expect(page.get_by_text("Đã đóng dấu các bản in ở đây")).to_be_visible()
        press(phone)  # whose page does not know yet: nothing is sealed twice
        expect(phone.get_by_text("Đã đóng dấu 3/3 bản in")).to_be_visible()
        assert_fit(phone)
        assert simulator.signatures_asked == 4
    assert SealedPdf.objects.count() == 3
    page.reload()
    expect(page.get_by_text("Không có bản in nào đang chờ con dấu")).to_be_visible()


REACH = """address => new Promise(done => {
  document.addEventListener("securitypolicyviolation", event => done(event.effectiveDirective));
  const socket = new WebSocket(address);
  socket.onopen = () => done("open");
  socket.onerror = () => setTimeout(() => done("refused"), 100);
})"""


def test_the_signing_page_alone_reaches_the_software_and_over_tls(
    at_the_desk: Page,
    sign_in: SignIn,
    token: VgcaSimulator,
    city: City,
    settings: object,
    tmp_path: Path,
) -> None:
    """Trang khác không gọi được phần mềm ký; chứng chỉ chưa tin thì trang nói phải làm gì."""
    asked = f"{token.address}/GetCertInfo"
    assert at_the_desk.evaluate(REACH, asked) == "open"
    for address in ("ws://127.0.0.1:9999", "wss://example.org/x"):
        assert at_the_desk.evaluate(REACH, address) == "connect-src"
    here = at_the_desk.url
    at_the_desk.goto(here.replace("localhost", "127.0.0.1"))
    at_the_desk.get_by_role("link", name="Ký số: tất cả").or_(
        at_the_desk.get_by_role("button", name="Đăng nhập")
    ).wait_for()
    assert at_the_desk.evaluate(REACH, asked) == "connect-src", "no other page may ask"
    tls = VgcaSimulator(signer_of(city))
    with running(tls, origins=[here.partition("/ky-so")[0]], tls=local_tls(tmp_path)):
        settings.HOCBA_BRIDGE_URL = tls.address
        for trusting in (False, True):
            page = sign_in("gv01", ignore_https_errors=trusting)
            page.goto(here)
            press(page)
            if trusting:
                finished(page)
            else:
                stopped_for(page, "bridge.unreachable")


def test_the_software_turns_other_sites_away() -> None:
    """The simulator is as strict as the docs ask of the real one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    simulator = VgcaSimulator(SoftwareSigner(stray_certificate("001180000009"), key))
    with running(simulator, origins=["https://hocba.example"]):
        asked = f"{simulator.address}/GetCertInfo"
        for origin in ("https://example.org", None):
            with pytest.raises(InvalidStatus), connect(asked, origin=origin):
                pass
        assert simulator.questions == []
        with connect(asked, origin="https://hocba.example") as socket:
            socket.send("get_cert_info")
            assert '"Status": 0' in str(socket.recv())
