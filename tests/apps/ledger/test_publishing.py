"""Publishing: what is signed continues what was published, in no transaction, by all keys."""

from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from hocba.apps.held_keys import log_keys
from hocba.apps.ledger.actions import publish_checkpoint, publish_trust
from hocba.apps.ledger.models import Checkpoint, LogEntry, LogHead
from hocba.apps.ledger.queries import trust
from hocba.apps.ledger.tree import tile_store
from hocba.core.errors import HocbaError
from hocba.core.registry.checkpoint import open_checkpoint, read_note, vkey
from hocba.core.signing.keys import ed25519_verify
from tests.apps.ledger.conftest import Grow, pem_of


def publish() -> str:
    return publish_checkpoint(actor=None, at=timezone.now())


def published(place: Path) -> str:
    return (place / "log" / "checkpoint").read_text(encoding="utf-8")


def without_guards(sql: str, *params: object) -> None:
    """Change a table behind the triggers' back, as somebody with the database in hand can."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(sql, params)
            cursor.execute("RESET session_replication_role")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute(sql, params)
        for _, statement in triggers:
            cursor.execute(statement)


def test_what_is_public_can_be_read_by_the_web_server(grow: Grow, log_place: Path) -> None:
    grow(3)
    note = publish()
    assert published(log_place) == note
    files = [path for path in (log_place / "log").rglob("*") if path.is_file()]
    public = [path for path in files if not path.name.startswith(".")]
    assert len(public) == 3
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in public)


@pytest.mark.django_db(transaction=True)
def test_a_key_that_hangs_holds_no_transaction(grow: Grow) -> None:
    """Signing happens outside of every transaction, so that others can write meanwhile."""
    grow(1)
    (key,) = log_keys()
    seen = []

    class Watching:
        public_key = key.public_key

        def sign(self, message: bytes) -> bytes:
            seen.append(connection.in_atomic_block)
            return key.sign(message)

    with patch("hocba.apps.ledger.actions.publish.log_keys", return_value=[Watching()]):
        publish()
    assert seen == [False]


def test_the_file_never_goes_backwards(grow: Grow, log_place: Path) -> None:
    grow(2)
    old = publish()
    grow(2)
    new = publish()
    with pytest.raises(HocbaError, match=r"log\.behind_published"):
        tile_store().put_checkpoint(lambda: old)
    assert published(log_place) == new


def test_a_lost_file_is_put_again(grow: Grow, log_place: Path) -> None:
    grow(2)
    note = publish()
    (log_place / "log" / "checkpoint").unlink()
    call_command("publish_log")
    assert published(log_place) == note


def test_a_database_that_lost_entries_signs_and_issues_nothing(grow: Grow) -> None:
    grow(5)
    publish()
    without_guards("DELETE FROM ledger_checkpoint")
    without_guards('DELETE FROM ledger_logentry WHERE "index" >= 3')
    LogHead.objects.update(size=3)
    with pytest.raises(HocbaError, match=r"log\.behind_published"):
        publish()
    with pytest.raises(HocbaError, match=r"log\.behind_published"):
        grow(1)
    with pytest.raises(CommandError, match="thiếu mục đã công bố"):
        call_command("publish_log")
    assert not Checkpoint.objects.exists()


def test_a_rewritten_history_is_not_signed(grow: Grow) -> None:
    grow(3)
    publish()
    leaf = bytes(LogEntry.objects.get(index=0).leaf)
    without_guards('UPDATE ledger_logentry SET leaf = %s WHERE "index" = 2', leaf)
    grow(1)
    with pytest.raises(HocbaError, match=r"ledger\.entry_altered"):
        publish()
    assert Checkpoint.objects.count() == 1


def test_a_new_key_takes_over_while_both_sign(
    grow: Grow, log_place: Path, settings: object
) -> None:
    origin = settings.HOCBA_LOG_ORIGIN  # type: ignore[attr-defined]
    grow(1)
    first = publish()
    (old,) = log_keys()
    next_key = log_place / "next.pem"
    next_key.write_bytes(pem_of("next"))
    settings.HOCBA_LOG_NEXT_KEY_FILE = next_key  # type: ignore[attr-defined]
    grow(1)
    both = publish()
    settings.HOCBA_LOG_KEY_FILE = next_key  # type: ignore[attr-defined]
    settings.HOCBA_LOG_NEXT_KEY_FILE = None  # type: ignore[attr-defined]
    grow(1)
    last = publish()
    keys = [vkey(origin, one.public_key) for one in (old, *log_keys())]
    opened = [
        [bool(open_checkpoint(note=note, keys=[key], verify=ed25519_verify)) for key in keys]
        for note in (first, both, last)
    ]
    assert opened == [[True, False], [True, True], [False, True]]
    assert len(read_note(both).signatures) == 2  # type: ignore[union-attr]


def test_the_trust_list_keeps_every_key_of_the_log(log_place: Path, settings: object) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    nothing = {"anchors": (), "intermediates": (), "crls": (), "actor": None, "at": at}
    next_key = log_place / "next.pem"
    next_key.write_bytes(pem_of("next"))
    publish_trust(**nothing)  # type: ignore[arg-type]
    (first,) = trust().log_keys
    settings.HOCBA_LOG_NEXT_KEY_FILE = next_key  # type: ignore[attr-defined]
    publish_trust(**nothing)  # type: ignore[arg-type]
    assert trust().log_keys[0] == first
    second = trust().log_keys[1]
    settings.HOCBA_LOG_KEY_FILE = next_key  # type: ignore[attr-defined]
    settings.HOCBA_LOG_NEXT_KEY_FILE = None  # type: ignore[attr-defined]
    publish_trust(**nothing)  # type: ignore[arg-type]
    assert trust().log_keys == (second, first)
