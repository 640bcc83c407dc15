"""The portal with every other office's tables gone: verifying lives on."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.test import Client

from hocba.core.transcript.model import Transcript
from hocba.web.demo.city import PASSWORD
from tests.apps.portal.test_api import API, make_key, outcomes, send_codes

NEEDED = {"ledger", "portal", "sessions"}


def tables_of_others(*, spared: set[str]) -> re.Pattern[str]:
    """Match the name of any table that is not of these offices."""
    names = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in spared
    }
    assert {"roster_unit", "accounts_person", "gradebook_mark"} & names
    return re.compile(rf"\b({'|'.join(sorted(names))})\b")


@pytest.fixture
def rest_down(document: bytes) -> Iterator[Callable[..., Any]]:
    """Return what takes the rest down; asked for after the transcripts are issued."""
    assert document

    def down(*spared: str) -> Any:
        pattern = tables_of_others(spared=NEEDED | set(spared))

        def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if pattern.search(sql):
                raise OperationalError(f"down: {pattern.search(sql)[0]}")
            return execute(sql, params, many, context)

        return connection.execute_wrapper(refuse)

    return down


def test_the_wall_is_a_wall(client: Client, rest_down: Callable[..., Any]) -> None:
    with rest_down(), pytest.raises(OperationalError):
        client.post("/dang-nhap/", {"username": "gv.lan", "password": PASSWORD})


def test_a_family_reads_and_takes_home(
    client: Client, rest_down: Callable[..., Any], transcript: Transcript
) -> None:
    form = {
        "cach": "ma",
        "code": transcript.lookup_uuid,
        "birth_date": transcript.student.birth_date.strftime("%d/%m/%Y"),
    }
    with rest_down():
        assert client.get("/").status_code == 200
        assert client.get(f"/xac-minh/{transcript.lookup_uuid}/").status_code == 200
        page = client.post("/xac-minh/", form).content.decode()
        assert "verdict--hop_le" in page
        for kind, start in (("pdf", b"%PDF"), ("xml", b"<?xml"), ("bundle", b"{")):
            answer = client.post("/xac-minh/tai-ve/", form | {"kind": kind})
            assert answer.content.startswith(start)
        wrong = client.post("/xac-minh/", form | {"birth_date": "01/01/1999"})
        assert wrong.status_code == 422


def test_files_log_and_status_are_answered(
    client: Client, rest_down: Callable[..., Any], document: bytes
) -> None:
    with rest_down():
        answer = client.post(f"{API}/verifications", document, content_type="application/xml")
        assert answer.json()["verdict"] == "hop_le"
        for address in ("/nhat-ky/", "/nhat-ky/checkpoint", f"{API}/status", f"{API}/openapi.json"):
            assert client.get(address).status_code == 200


def test_who_is_signed_in_verifies_too(
    client: Client, rest_down: Callable[..., Any], walk: Callable[[str], UUID]
) -> None:
    assert client.login(request=None, username="vanthu", password=PASSWORD)
    with rest_down():
        assert client.get("/xac-minh/").status_code == 200


def test_other_systems_need_the_audit_trail_and_nothing_else(
    client: Client, rest_down: Callable[..., Any], transcript: Transcript
) -> None:
    """A pull is a write: without its audit row it does not happen."""
    headers = make_key()
    pairs = [(transcript.lookup_uuid, transcript.student.birth_date)]
    with rest_down("audit"):
        answer = send_codes(client, headers, pairs)
        assert outcomes(client, headers, answer)[0]["verdict"] == "hop_le"
    with rest_down(), pytest.raises(OperationalError):
        send_codes(client, headers, pairs)
