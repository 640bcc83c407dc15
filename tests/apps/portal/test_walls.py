"""Guessing: what a look-up tells, what it costs, and that nobody else pays for it."""

import re
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocba.apps.portal import throttling
from hocba.apps.portal.models import Wall
from hocba.apps.portal.throttling import Price, take
from hocba.core.transcript.model import Transcript
from hocba.web.settings import proxy_networks

NOW = datetime(2025, 7, 1, tzinfo=UTC)
ADDRESS = "/xac-minh/"
_CHANGING = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|value="[0-9a-f-]{36}"')


def ask(client: Client, code: object, date: str, **more: str) -> object:
    """Look up and return the answer."""
    form = {"cach": "ma", "code": str(code), "birth_date": date}
    return client.post(ADDRESS, form, **more)


def born(transcript: Transcript) -> str:
    return transcript.student.birth_date.strftime("%d/%m/%Y")


def test_a_wrong_date_and_no_such_code_get_the_same_page(
    client: Client, transcript: Transcript
) -> None:
    pages = [
        ask(client, code, "01/01/1999", REMOTE_ADDR=f"10.0.0.{number}")
        for number, code in enumerate((transcript.lookup_uuid, uuid4(), UUID(int=0)))
    ]
    bodies = {_CHANGING.sub("", page.content.decode()) for page in pages}
    assert {page.status_code for page in pages} == {422}
    assert len(bodies) == 1
    assert len({len(page.content) for page in pages}) == 1
    assert len({tuple(sorted(set(page.headers) - {"X-Request-ID"})) for page in pages}) == 1


def test_a_wrong_date_and_no_such_code_are_the_same_work(
    client: Client, transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statistics over the work itself, statement by statement and call by call: no clock lies."""
    touched: list[str] = []
    monkeypatch.setattr(
        "hocba.apps.portal.queries.read_bundles", lambda rows: touched.append("document")
    )
    work = {"wrong date": set(), "no such code": set()}
    for number in range(12):
        for kind, code in (("wrong date", transcript.lookup_uuid), ("no such code", uuid4())):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                ask(
                    client,
                    code,
                    f"{number + 1:02}/01/1999",
                    REMOTE_ADDR=f"10.{len(kind)}.0.{number}",
                )
            shape = tuple(
                re.sub(r"'[^']*'|\b\d[\d.]*(e[+-]?\d+)?", "?", one["sql"]) for one in queries
            )
            work[kind].add(shape)
    assert work["wrong date"] == work["no such code"]
    assert [len(shapes) for shapes in work.values()] == [1, 1]
    assert touched == []


def test_dates_of_a_known_code_cannot_be_tried_through(
    client: Client, transcript: Transcript
) -> None:
    for number in range(throttling.TRIES_OF_CODE_FROM_NETWORK):
        ask(client, transcript.lookup_uuid, f"{number + 1:02}/01/1999")
    page = ask(client, transcript.lookup_uuid, born(transcript)).content.decode()
    assert "Tra cứu sai quá nhiều lần" in page
    assert transcript.student.full_name not in page
    elsewhere = ask(client, transcript.lookup_uuid, born(transcript), REMOTE_ADDR="10.9.9.9")
    assert elsewhere.status_code == 200


def test_a_code_is_walled_even_against_many_networks(db: None) -> None:
    code = uuid4()
    granted = [
        throttling.open_lookup(code=code, network=f"10.0.{number}.1", at=NOW)
        for number in range(throttling.TRIES_OF_CODE + 5)
    ]
    assert granted.count(True) == throttling.TRIES_OF_CODE


def test_a_million_codes_would_take_months_and_are_noticed(db: None, caplog: object) -> None:
    """One network that tries codes as fast as it may, for a day."""
    tried, at = 0, NOW
    while at < NOW + timedelta(days=1):
        tried += throttling.open_lookup(code=uuid4(), network="203.0.113.7", at=at)
        at += timedelta(seconds=60)
    tried += sum(
        throttling.open_lookup(code=uuid4(), network="203.0.113.7", at=at) for _ in range(200)
    )
    assert tried <= 24 * 60 + throttling.TRIES_OF_NETWORK
    refused = Wall.objects.filter(granted=False)
    assert refused.exists()


def test_who_knows_code_and_date_hardly_pays(client: Client, transcript: Transcript) -> None:
    for _ in range(throttling.TRIES_OF_CODE_FROM_NETWORK * 4):
        assert ask(client, transcript.lookup_uuid, born(transcript)).status_code == 200


def test_a_bucket_fills_again_but_never_beyond_the_brim(db: None) -> None:
    def tries(at: datetime) -> int:
        return sum(take([Price("x", 10, 50)], at=at)["x"] for _ in range(20))

    assert tries(NOW) == 5
    assert tries(NOW + timedelta(seconds=25)) == 2
    assert tries(NOW + timedelta(days=1)) == 5
    assert tries(NOW) == 0, "a clock set back refills nothing"


def test_old_buckets_are_swept(db: None) -> None:
    take([Price("old", 1, 5)], at=NOW - timedelta(days=9))
    take([Price("new", 1, 5)], at=NOW)
    throttling.forget_full(at=NOW)
    assert list(Wall.objects.values_list("key", flat=True)) == ["new"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_forty_at_once_take_five() -> None:
    if connection.vendor == "sqlite":
        granted = [take([Price("x", 10, 50)], at=NOW)["x"] for _ in range(40)]
    else:
        granted, start = [], Barrier(8)

        def hurry() -> None:
            start.wait()
            granted.extend(take([Price("x", 10, 50)], at=NOW)["x"] for _ in range(5))
            connection.close()

        threads = [Thread(target=hurry) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert granted.count(True) == 5


@pytest.mark.parametrize(
    ("forwarded", "counted_as"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("9.9.9.9, 203.0.113.5", "203.0.113.5"),
        ("203.0.113.5, 10.1.1.1", "203.0.113.5"),
        ("", "127.0.0.1"),
        ("nonsense", "unknown"),
        ("2001:db8::1234", "2001:db8::/64"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
    ],
)
def test_only_our_proxies_are_believed(
    rf: object, settings: object, forwarded: str, counted_as: str
) -> None:
    settings.HOCBA_BEHIND_PROXY = True
    settings.HOCBA_PROXIES = ("127.0.0.1/32", "10.1.0.0/16")
    request = rf.get("/", HTTP_X_FORWARDED_FOR=forwarded)
    assert throttling.source_of(request) == counted_as
    stranger = rf.get("/", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR="198.51.100.1")
    assert throttling.source_of(stranger) == "198.51.100.1"
    settings.HOCBA_BEHIND_PROXY = False
    assert throttling.source_of(request) == "127.0.0.1"


def test_a_slip_in_the_settings_makes_nobody_a_proxy() -> None:
    assert proxy_networks("10.0.0.0/8, ::1") == ("10.0.0.0/8", "::1/128")
    for slip in ("10.0.0.1/8", "proxy.example", "10.0.0.0/8;::1"):
        with pytest.raises(ImproperlyConfigured, match="HOCBA_PROXIES"):
            proxy_networks(slip)
