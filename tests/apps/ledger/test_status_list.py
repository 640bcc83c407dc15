"""The status list follows the log: recalled, replaced, sealed; dated, refreshed, served."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from hocba.adapters.software_signer.demo_pki import write_portal_key
from hocba.apps.audit.actions import CITY_WIDE
from hocba.apps.audit.models import AuditEvent
from hocba.apps.ledger.actions import issue, publish_status_list
from hocba.apps.ledger.models import LogEntry, LogHead
from hocba.apps.ledger.queries import offline_page_file, status_list, trust
from hocba.core.errors import HocbaError
from hocba.core.offline import open_list
from hocba.core.registry.status_list import StatusList
from hocba.web.demo.city import City
from tests.apps.ledger.test_log import request_for

Walk = Callable[[str], UUID]


def happen(code: UUID, *kinds: str) -> None:
    """Append events about a version; how they come to be is another's subject."""
    for kind in kinds:
        size = LogHead.objects.get().size
        LogEntry.objects.create(
            index=size,
            kind=kind,
            leaf=b"",
            leaf_hash=bytes(32),
            salt=bytes(16),
            lookup_uuid=code,
            document_sha256="",
            version=1,
            at=timezone.now(),
        )
        LogHead.objects.update(size=size + 1)


def published(at: datetime | None = None) -> StatusList:
    at = at or timezone.now()
    made = publish_status_list(actor=None, at=at)
    assert open_list(data=status_list(), trust=trust(), at=at) == made
    return made


def issue_some(city: City, count: int) -> list[UUID]:
    codes = [uuid4() for _ in range(count)]
    requests = [request_for(code.bytes, code) for code in codes]
    issue(requests=requests, actor=city.clerk_id, at=timezone.now())
    return codes


def test_every_state_stands_at_the_place_of_the_issue(city: City) -> None:
    codes = issue_some(city, 6)
    happen(codes[1], "recalled")
    happen(codes[2], "recalled", "replaced")
    happen(codes[3], "court_sealed")
    happen(codes[4], "court_sealed", "court_unsealed")
    happen(codes[5], "civil_status")
    listed = published()
    states = [listed.state(index) for index in range(6)]
    assert [one.value for one in states if one] == [
        "in_force",
        "recalled",
        "replaced",
        "court_sealed",
        "in_force",
        "in_force",
    ]
    assert listed.size == 13
    assert listed.state(13) is None


def test_it_is_refreshed_when_something_happened_or_half_a_day_is_over(city: City) -> None:
    (code,) = issue_some(city, 1)
    at = timezone.now()
    first = published(at)
    token = status_list()
    assert published(at + timedelta(hours=11)) == first
    assert status_list() == token
    assert published(at + timedelta(hours=13)).issued_at > first.issued_at
    happen(code, "recalled")
    state = published(at + timedelta(hours=13)).state(0)
    assert state is not None
    assert state.value == "recalled"
    events = AuditEvent.objects.filter(school_id=CITY_WIDE, action="ledger.status_list_published")
    assert events.count() == 3


def test_what_lies_there_broken_is_replaced(city: City, data_dir: Path) -> None:
    issue_some(city, 1)
    published()
    (data_dir / "log" / "status-list").write_bytes(b"half")
    published()
    offline_page_file().unlink()
    published()
    assert offline_page_file().exists()


def test_the_portal_serves_list_and_page(walk: Walk, client: Client) -> None:
    assert client.get("/nhat-ky/status-list").status_code == 404
    assert client.get("/xac-minh/ngoai-tuyen/").status_code == 404
    assert "/xac-minh/ngoai-tuyen/" not in client.get("/xac-minh/").content.decode()
    walk("issued")
    answer = client.get("/nhat-ky/status-list")
    assert answer["Content-Type"] == "application/statuslist+cwt"
    assert answer.content == status_list()
    assert "/xac-minh/ngoai-tuyen/" in client.get("/xac-minh/").content.decode()
    page = client.get("/xac-minh/ngoai-tuyen/")
    assert "attachment" in page["Content-Disposition"]
    assert page.content == offline_page_file().read_bytes()


def test_the_sweep_tells_what_it_did_and_what_is_missing(
    city: City, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue_some(city, 2)
    call_command("publish_status_list")
    assert "2 mục" in capsys.readouterr().out
    (data_dir / "portal-key.pem").unlink()
    with pytest.raises(CommandError, match="khóa của cổng"):
        call_command("publish_status_list")


def test_a_key_that_nobody_knows_publishes_nothing(city: City, data_dir: Path) -> None:
    issue_some(city, 1)
    published()
    before = status_list()
    write_portal_key(data_dir / "portal-key.pem")
    with pytest.raises(HocbaError, match=r"ledger\.portal_key_unknown"):
        publish_status_list(actor=None, at=timezone.now() + timedelta(days=1))
    assert status_list() == before
