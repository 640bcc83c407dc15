"""The offline page in a real browser, opened from a file with the network cut.

What it says must be what `core.offline` says, for good codes and for every kind of bad one.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import segno
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from hocba.adapters.offline_page import offline_page
from hocba.core.offline import open_list, verify_claim
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.registry.qr_claim import ClaimedResult, claim_text
from hocba.core.signing.trust import PortalKey, TrustStore
from tests.core.offline import claims
from tests.core.verification.issued import NOW, issued
from tests.journeys.conftest import DESK, PHONE, QUIET

pytestmark = pytest.mark.slow
Open = Callable[..., Page]
AT = datetime.now(UTC)  # noqa: TID251 - the page reads the browser's clock
TEXT = claims.text()
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
# What phones have and Chromium on Debian has not.
DETECTOR = """window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return [{ rawValue: "https://hocba.vn/" }, { rawValue: window.seen() }]; }
};
window.seen = () => "";"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*QUIET, *FAKE_CAMERA]
        )
        yield found
        found.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open the page from the disk, without network; any request or script error is a failure."""
    contexts = []

    def go(
        token: bytes = b"", trust: TrustStore | None = None, *, script: str = "", **options: object
    ) -> Page:
        file = tmp_path / "kiểm tra.html"
        file.write_bytes(offline_page(trust=trust or claims.trust(), status_list=token))
        options = {"viewport": DESK, **options}
        context = browser.new_context(locale="vi-VN", offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(script)
        page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
        page.on("request", lambda one: one.url.startswith("file:") or pytest.fail(one.url))
        page.on("console", lambda one: one.type != "error" or pytest.fail(one.text))
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready]")
        return page

    yield go
    for context in contexts:
        context.close()


def check(page: Page, text: str) -> tuple[str | None, str | None]:
    page.get_by_label("Nội dung mã QR").fill(text)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    verdict = page.locator("#verdict")
    expect(verdict).to_be_focused()
    return verdict.get_attribute("data-word"), verdict.get_attribute("data-reason")


def told(text: str, token: bytes, trust: TrustStore) -> tuple[str, str]:
    """What Python says of the same."""
    listed = open_list(data=token, trust=trust, at=AT) if token else None
    verdict = verify_claim(text=text, trust=trust, listed=listed, at=AT)
    reasons = (*verdict.genuine.reasons, *verdict.in_force.reasons)
    return verdict.word.value, reasons[0].code if reasons else ""


def altered(place: int) -> str:
    data = bytearray(claims.signed(claims.claim()))
    data[place] ^= 1
    return claim_text(bytes(data))


def aged(days: int, state: TranscriptState = TranscriptState.IN_FORCE, **more: object) -> bytes:
    return claims.token(claims.listing(state, at=AT - timedelta(days=days), **more))


TEXTS = [
    TEXT,
    claims.text(key="other"),
    claims.text(claims.claim(signed_at=claims.SINCE - timedelta(days=1))),
    claims.text(claims.claim(signed_at=AT + timedelta(days=1))),
    *(altered(place) for place in (0, 5, 20, 60, 150, 250, -1)),
    TEXT[:-3],
    TEXT[:40] + "Z" + TEXT[41:],
    TEXT.lower(),
    "HBS1:",
    "HBS1:6BFOXN",
    "https://hocba.hanoi.edu.vn/xac-minh/",
    "xin chào",
    "A" * 2000,
]


def test_it_says_what_python_says_of_good_and_bad_codes(visit: Open) -> None:
    token, trust = aged(1), claims.trust()
    page = visit(token, trust)
    assert [check(page, one) for one in TEXTS] == [told(one, token, trust) for one in TEXTS]
    assert check(page, TEXT) == ("hop_le", "")


@pytest.mark.parametrize(
    "token",
    [
        b"",
        aged(1, TranscriptState.RECALLED),
        aged(1, TranscriptState.REPLACED),
        aged(1, TranscriptState.COURT_SEALED),
        aged(30),
        aged(30, TranscriptState.RECALLED),
        aged(1, size=claims.INDEX),
        aged(1, size=200_000),
    ],
    ids=["none", "recalled", "replaced", "sealed", "old", "old-recalled", "before", "large"],
)
def test_it_says_what_python_says_of_each_list(visit: Open, token: bytes) -> None:
    trust = claims.trust()
    assert check(visit(token, trust), TEXT) == told(TEXT, token, trust)


def test_a_list_that_nobody_trusted_signed_does_not_count(visit: Open) -> None:
    broken = bytearray(aged(1))
    broken[-1] ^= 1
    for token in (bytes(broken), claims.token(claims.listing(at=AT), "other"), b"x"):
        page = visit(token)
        expect(page.locator("#freshness")).to_contain_text("không có danh sách tình trạng")
        assert check(page, TEXT) == ("chua_kiem_tra_duoc", "status.none")


def test_a_key_that_ended_counts_for_what_it_signed_before(visit: Open) -> None:
    key = PortalKey(claims.portal().origin, claims.public_key(), claims.SINCE, NOW)
    trust = claims.trust(key)
    page = visit(b"", trust)
    before = claims.text(claims.claim(signed_at=NOW - timedelta(seconds=1)))
    assert [check(page, one)[1] for one in (TEXT, before)] == ["claim.key_dates", "status.none"]


def test_the_reader_sees_who_and_what_to_compare(visit: Open, tmp_path: Path) -> None:
    results = (
        ClaimedResult(0, "4.9", "6.0"),
        ClaimedResult("Tiếng Khmer", "Đ"),
        ClaimedResult(77, ""),
    )
    page = visit(aged(1))
    check(page, claims.text(claims.claim(results=results, completes_level=True)))
    verdict = page.locator("#verdict")
    for words in (issued().transcript.student.full_name, "Toán", "4,9", "6,0", "Tiếng Khmer", "77"):
        expect(verdict).to_contain_text(words)
    file = tmp_path / "hoc-ba.xml"
    for content, words in ((issued().document, "Đúng tệp"), (b"<HOC_BA/>", "Không phải tệp")):
        file.write_bytes(content)
        page.locator("#file").set_input_files(file)
        expect(page.locator("#same")).to_contain_text(words)
    check(page, "HBS1:")
    expect(verdict).not_to_contain_text(issued().transcript.student.full_name)


def test_text_pasted_with_line_ends_is_the_same_text(visit: Open) -> None:
    page = visit(aged(1))
    assert check(page, f"  {TEXT[:200]}\n{TEXT[200:]}\r\n") == ("hop_le", "")


def test_the_camera_finds_the_signed_code_among_others(visit: Open) -> None:
    page = visit(aged(1), script=DETECTOR)
    page.get_by_role("button", name="Quét bằng máy ảnh").click()
    expect(page.locator("#video")).to_be_visible()
    page.evaluate("(text) => { window.seen = () => text; }", TEXT)
    expect(page.locator("#word")).to_have_text("✓ Hợp lệ")
    expect(page.locator("#scanner")).to_be_hidden()


def test_a_picture_is_read_or_a_better_one_asked_for(visit: Open, tmp_path: Path) -> None:
    picture = tmp_path / "ma.png"
    segno.make(TEXT, error="m").save(picture, scale=3)
    page = visit(aged(1), script=DETECTOR)
    page.locator("#picture").set_input_files(picture)
    expect(page.get_by_role("alert")).to_contain_text("Không thấy mã QR")
    page.evaluate("(text) => { window.seen = () => text; }", TEXT)
    page.locator("#picture").set_input_files(picture)
    expect(page.locator("#word")).to_have_text("✓ Hợp lệ")
    expect(page.get_by_role("alert")).to_have_text("")


def test_english_is_one_press_away(visit: Open) -> None:
    page = visit(aged(1))
    check(page, TEXT)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check a paper transcript")
    expect(page.locator("#word")).to_have_text("✓ Valid")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.evaluate("document.body.innerText").count("null") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_it_fits_and_has_no_barrier(
    visit: Open, viewport: dict[str, int], scheme: str, tmp_path: Path
) -> None:
    page = visit(aged(1), viewport=viewport, color_scheme=scheme)
    check(page, TEXT)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0


def test_the_policy_lets_nothing_out(visit: Open) -> None:
    page = visit(aged(1))
    policy = page.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content")
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "connect-src" not in policy
