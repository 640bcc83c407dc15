"""The log for programs: tiles that may be cached for ever, proofs of single entries."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from hocba.adapters.log_sources import LogSource
from hocba.apps.held_keys import log_key
from hocba.apps.ledger.actions import publish_checkpoint
from hocba.apps.ledger.models import LogEntry
from hocba.core.errors import HocbaError
from hocba.core.registry.checkpoint import vkey
from hocba.core.registry.log_files import LogTrust, check_log
from hocba.core.registry.tlog_proof import check_tlog_proof, read_tlog_proof
from hocba.core.signing.keys import ed25519_verify
from tests.apps.ledger.conftest import Grow, grow, log_place

__all__ = ["grow", "log_place"]


@pytest.fixture
def published(grow: Grow) -> LogTrust:
    """A published log of 258 entries, and whom to believe about it."""
    grow(258)
    publish_checkpoint(actor=None, at=timezone.now())
    key = vkey(settings.HOCBA_LOG_ORIGIN, log_key().public_key)
    return LogTrust((key,), (), 0, ed25519_verify)


@pytest.mark.slow
def test_the_whole_log_can_be_checked_from_its_pages(client: Client, published: LogTrust) -> None:
    caching = {}

    def fetch(path: str) -> bytes:
        answer = client.get(f"/nhat-ky/{path}")
        if answer.status_code == 404:
            raise HocbaError("log.tile_missing", path=path)
        caching[path] = answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
        return bytes(answer.content)

    report = check_log(read=LogSource(fetch).read, trust=published)
    assert (report.difference, report.states) == (None, {"in_force": 258})
    assert caching.pop("checkpoint") == "no-cache"
    assert len(caching) == 5
    assert set(caching.values()) == {"public, max-age=31536000, immutable"}


NO_FILES = (
    "tile/0/001",
    "tile/0/000.p/256",
    "tile/00/000",
    "tile/0/0",
    "tile/64/000",
    "tile/0/../../log-key.pem",
    "tile/0/%2e%2e/%2e%2e/checkpoint",
    "tile/entries/x000/000",
    ".lock",
)


def test_nothing_but_the_logs_files_is_given(client: Client, grow: Grow) -> None:
    grow(1)
    publish_checkpoint(actor=None, at=timezone.now())
    assert client.get("/nhat-ky/tile/0/000.p/1").status_code == 200
    for path in NO_FILES:
        assert client.get(f"/nhat-ky/{path}").status_code == 404, path


def test_an_entry_is_proven_alone(client: Client, grow: Grow) -> None:
    grow(5)
    publish_checkpoint(actor=None, at=timezone.now())
    answer = client.get("/nhat-ky/muc/4.tlog-proof")
    proof = read_tlog_proof(answer.content.decode())
    assert proof.extra == bytes(LogEntry.objects.get(index=4).leaf)
    key = vkey(settings.HOCBA_LOG_ORIGIN, log_key().public_key)
    assert check_tlog_proof(
        proof=proof, leaf=proof.extra, keys=(key,), witnesses=(), verify=ed25519_verify
    )
    assert client.get("/nhat-ky/muc/5.tlog-proof").status_code == 404


def test_before_the_first_checkpoint_there_is_nothing(client: Client, log_place: Path) -> None:
    for path in ("checkpoint", "tile/0/000", "muc/0.tlog-proof"):
        assert client.get(f"/nhat-ky/{path}").status_code == 404
