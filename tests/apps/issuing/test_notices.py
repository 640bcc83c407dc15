"""Whoever received a version is told once when it is recalled, and once when it is replaced."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.core import mail

from hocba.apps.issuing.actions import execute_request
from hocba.apps.ledger.actions import Recipient, record_delivery
from hocba.apps.ledger.actions.tell import owe_notices
from hocba.apps.ledger.models import Delivery, Notice
from hocba.apps.ledger.sweeps import BACKOFF, HandedOut, hand_out_notices
from hocba.core.errors import HocbaError
from tests.apps.issuing.recalls import LOCKED_DAY, Case

BY_MAIL = Recipient("Trường THPT Hai", "admission", "lot-7", "email", "tuyensinh@example.vn")


class Inbox(BaseHTTPRequestHandler):
    """An admission system that takes notices; `answer` is what it says."""

    received: ClassVar[list[dict[str, Any]]] = []
    answer: ClassVar[int] = 200

    def do_POST(self) -> None:
        """Take one notice."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Inbox.received.append(json.loads(body))
        self.send_response(Inbox.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook(settings: Any) -> Iterator[str]:
    """A running inbox, which may be asked."""
    server = HTTPServer(("127.0.0.1", 0), Inbox)
    Thread(target=server.serve_forever, daemon=True).start()
    Inbox.received, Inbox.answer = [], 200
    settings.HOCBA_FETCH_HOSTS = frozenset({f"127.0.0.1:{server.server_port}"})
    yield f"http://127.0.0.1:{server.server_port}/thu-hoi"
    server.shutdown()
    server.server_close()


def deliver(case: Case, recipient: Recipient) -> UUID:
    return record_delivery(
        lookup_uuid=case.issued.lookup_uuid, recipient=recipient, actor=None, at=LOCKED_DAY
    )


def test_a_recipient_is_told_once_by_mail(case: Case) -> None:
    assert deliver(case, BY_MAIL) == deliver(case, BY_MAIL)
    assert hand_out_notices(actor=None, at=LOCKED_DAY) == HandedOut(0, 0, 0)
    request_id = case.recalled()
    for _ in range(2):
        execute_request(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
        owe_notices(lookup_uuids=[case.issued.lookup_uuid], actor=None, at=LOCKED_DAY)
        hand_out_notices(actor=None, at=LOCKED_DAY)
    (letter,) = mail.outbox
    assert letter.to == ["tuyensinh@example.vn"]
    assert case.issued.document_sha256 in letter.body
    assert str(case.issued.lookup_uuid) not in letter.body  # a lookup code opens the transcript
    assert str(Notice.objects.get().id) in letter.extra_headers["Message-ID"]


def test_a_webhook_gets_the_digest_and_the_log_position(case: Case, hook: str) -> None:
    deliver(case, Recipient("Cổng tuyển sinh", "admission", "lot-8", "webhook", hook))
    case.recalled()
    assert hand_out_notices(actor=None, at=LOCKED_DAY) == HandedOut(1, 0, 0)
    assert hand_out_notices(actor=None, at=LOCKED_DAY + timedelta(days=9)) == HandedOut(0, 0, 0)
    (notice,) = Inbox.received
    assert (notice["event"], notice["reference"]) == ("recalled", "lot-8")
    assert (notice["document_sha256"], notice["log_index"]) == (case.issued.document_sha256, 1)


def test_a_webhook_that_is_away_is_tried_again_and_given_up(case: Case, hook: str) -> None:
    deliver(case, Recipient("Cổng tuyển sinh", "admission", "lot-9", "webhook", hook))
    case.recalled()
    Inbox.answer, at = 503, LOCKED_DAY
    for wait in BACKOFF:
        assert hand_out_notices(actor=None, at=at) == HandedOut(0, 1, 0)
        assert hand_out_notices(actor=None, at=at) == HandedOut(0, 0, 0)  # not due yet
        at += wait
    assert hand_out_notices(actor=None, at=at) == HandedOut(0, 0, 1)
    row = Notice.objects.get()
    assert (row.state, row.attempts, row.problem) == ("given_up", 5, "fetch.failed")


def test_no_host_is_asked_that_is_not_on_the_list(case: Case, settings: Any) -> None:
    settings.HOCBA_FETCH_HOSTS = frozenset()
    inner = Recipient("Lạ", "share_link", "x", "webhook", "http://169.254.169.254/latest")
    deliver(case, inner)
    case.recalled()
    hand_out_notices(actor=None, at=LOCKED_DAY)
    assert Notice.objects.get().problem == "fetch.host"


def test_who_receives_what_is_recalled_already_is_told_as_well(case: Case) -> None:
    case.recalled()
    deliver(case, BY_MAIL)
    deliver(case, Recipient("Chia sẻ", "share_link", "k1"))  # nowhere to tell
    assert hand_out_notices(actor=None, at=LOCKED_DAY).sent == 1
    assert Delivery.objects.count() == 2


def test_the_sweep_finds_what_a_cut_left_undone(case: Case) -> None:
    """The delivery was written while the recall was: neither saw the other."""
    deliver(case, BY_MAIL)
    case.recalled()
    Notice.objects.all().delete()
    assert hand_out_notices(actor=None, at=LOCKED_DAY).sent == 1


@pytest.mark.parametrize(("channel", "address"), [("email", ""), ("none", "a@b"), ("sms", "1")])
def test_a_channel_needs_an_address(case: Case, channel: str, address: str) -> None:
    with pytest.raises(HocbaError, match=r"delivery\.channel"):
        deliver(case, Recipient("x", "admission", "y", channel, address))
