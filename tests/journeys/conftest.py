"""A real browser on a running site; every page that a journey shows is also checked for access."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from playwright.sync_api import Browser, Page, sync_playwright

from hocba.apps.ledger.models import IssuedTranscript
from hocba.apps.ledger.queries import bundle_of
from hocba.core.registry.bundle import read_bundle
from hocba.core.transcript.canonical import from_xml
from hocba.core.transcript.model import Transcript
from hocba.web.demo.city import PASSWORD
from tests.apps.city import _road, city, data_dir, walk

__all__ = ["_road", "city", "data_dir", "walk"]

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
Open = Callable[..., Page]
_asked: list[HttpRequest] = []  # requests that are being answered


@pytest.fixture(scope="module", autouse=True)
def _database_calls_are_ours() -> Iterator[None]:
    """The browser's driver runs an event loop in this thread, which makes Django suspicious."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_request_at_a_time() -> Iterator[None]:
    """The site's threads share the one connection of a database in memory.

    Two of them in SQLite at once can wait for each other for ever: one holds the connection and
    wants Python back for a constraint's REGEXP, the other holds Python and wants the connection.
    """
    turn, answer = Lock(), BaseHandler.get_response

    def in_turn(handler: BaseHandler, request: HttpRequest) -> HttpResponseBase:
        _asked.append(request)
        try:
            with turn:
                return answer(handler, request)
        finally:
            _asked.remove(request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseHandler, "get_response", in_turn)
        yield


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless; closed with the module, for its loop must not outlive it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, live_server: object) -> Iterator[Open]:
    """Open an address of the site in a fresh browser profile."""
    cache.clear()
    contexts = []

    def go(address: str = "/", *, viewport: dict[str, int] = DESK, **options: object) -> Page:
        context = chromium.new_context(viewport=viewport, locale="vi-VN", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
        page.goto(f"{live_server.url}{address}")
        return page

    yield go
    for context in contexts:
        context.close()
    # What is still being answered would write into the next test's database.
    patience = time.monotonic() + 60
    while _asked and time.monotonic() < patience:
        time.sleep(0.05)


@pytest.fixture
def sign_in(visit: Open) -> Callable[..., Page]:
    """Sign in as one of the demo's people and land on the start page."""

    def go(username: str, **options: object) -> Page:
        page = visit("/dang-nhap/", **options)
        page.get_by_label("Tên đăng nhập").fill(username)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url("**/ban-lam-viec/")
        return page

    return go


@pytest.fixture
def issued(walk: Callable[[str], UUID], tmp_path: Path) -> tuple[Path, Transcript]:
    """One issued transcript: its XML as a file, and what it says."""
    walk("issued")
    row = IssuedTranscript.objects.order_by("lookup_uuid").first()
    data = bundle_of(lookup_uuid=row.lookup_uuid)
    assert data is not None
    document = read_bundle(data).document
    file = tmp_path / "hoc-ba.xml"
    file.write_bytes(document)
    return file, from_xml(document)


def assert_fit(page: Page) -> None:
    """The page has no barrier that axe knows of, and does not scroll sideways."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0, f"{page.url} is {wide} px too wide"
