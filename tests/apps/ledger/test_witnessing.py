"""Witnesses over real HTTP: our service cosigns a log, and our log has itself cosigned."""

from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from hocba.apps.audit.models import AuditEvent
from hocba.apps.ledger.actions import (
    add_witnessed_log,
    ask_witnesses,
    publish_checkpoint,
    witnesses,
)
from hocba.apps.ledger.models import WitnessCosignature, WitnessedCheckpoint
from hocba.apps.ledger.queries import latest_checkpoint
from hocba.core.errors import HocbaError
from hocba.core.registry.checkpoint import vkey
from hocba.core.registry.witness import AddCheckpoint, open_cosigned, write_add_checkpoint
from hocba.core.signing.keys import ed25519_public_key, ed25519_verify
from tests.apps.ledger.conftest import Grow, pem_of
from tests.core.registry.witnessed import LOG, ORIGIN, WITNESS, MemoryLog, log_of

ADD = "/nhan-chung/add-checkpoint"
OTHER = log_of(40)


@pytest.fixture
def witness(log_place: Path, settings: object) -> Path:
    """This installation is a witness."""
    path = log_place / "witness-key.pem"
    path.write_bytes(pem_of("w1"))
    settings.HOCBA_WITNESS_KEY_FILE = path  # type: ignore[attr-defined]
    settings.HOCBA_WITNESS_NAME = WITNESS.name  # type: ignore[attr-defined]
    return path


def ask(client: Client, old: int, new: int, log: MemoryLog = OTHER) -> tuple[int, str]:
    """What the service answers a log that grew."""
    at_size = MemoryLog(key=log.key).grow(*log.leaves[:new])
    proof = tuple(at_size.tree(new).consistency(old)) if 0 < old < new else ()
    body = write_add_checkpoint(AddCheckpoint(old, proof, at_size.note()))
    answer = client.post(ADD, body, content_type="application/octet-stream")
    kind = {409: "text/x.tlog.size"}.get(answer.status_code, "text/plain; charset=utf-8")
    assert answer.headers["Content-Type"] == kind
    return answer.status_code, answer.content.decode()


@pytest.mark.across_schools
def test_a_log_is_cosigned_as_it_grows(client: Client, witness: Path) -> None:
    add_witnessed_log(origin=ORIGIN, vkey=LOG.log_vkey, actor=None, at=timezone.now())
    status, line = ask(client, 0, 10)
    assert (status, line[:2], line[-1]) == (200, "— ", "\n")
    opened = open_cosigned(
        note=OTHER.note(10) + line,
        keys=[LOG.log_vkey],
        witnesses=[WITNESS.witness_vkey],
        verify=ed25519_verify,
    )
    assert opened is not None
    assert [one.name for one in opened.cosignatures] == [WITNESS.name]
    assert ask(client, 10, 40)[0] == 200
    assert ask(client, 40, 40)[0] == 200
    assert ask(client, 10, 20) == (409, "40\n")
    shown = client.get(f"/nhan-chung/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint")
    assert shown.content.decode().startswith(OTHER.note(40) + f"— {WITNESS.name} ")
    assert WitnessedCheckpoint.objects.count() == 2
    assert AuditEvent.objects.filter(action="ledger.other_log_cosigned").count() == 2


def test_a_forked_log_is_not_cosigned(client: Client, witness: Path) -> None:
    add_witnessed_log(origin=ORIGIN, vkey=LOG.log_vkey, actor=None, at=timezone.now())
    assert ask(client, 0, 10)[0] == 200
    fork = MemoryLog().grow(b"khac", *OTHER.leaves[1:])
    assert ask(client, 10, 40, fork) == (422, "")
    assert ask(client, 10, 10, fork) == (422, "")
    assert ask(client, 10, 40)[0] == 200


def test_strangers_are_told_so(client: Client, witness: Path) -> None:
    assert ask(client, 0, 10) == (404, "")
    other = MemoryLog(key=WITNESS).grow(*OTHER.leaves)
    add_witnessed_log(origin=ORIGIN, vkey=LOG.log_vkey, actor=None, at=timezone.now())
    assert ask(client, 0, 10, other) == (403, "")
    assert client.post(ADD, b"xin chao", content_type="text/plain").status_code == 400
    assert client.post(ADD, b"x" * 300_000, content_type="text/plain").status_code == 400
    assert client.get(ADD).status_code == 405
    assert client.get("/nhan-chung/khong-co/checkpoint").status_code == 404


def test_who_has_no_key_is_no_witness(client: Client, log_place: Path) -> None:
    add_witnessed_log(origin=ORIGIN, vkey=LOG.log_vkey, actor=None, at=timezone.now())
    assert ask(client, 0, 10) == (404, "")
    assert not WitnessedCheckpoint.objects.exists()


def test_a_log_is_taken_up_by_command(log_place: Path) -> None:
    key = log_place / "log.vkey"
    key.write_text(LOG.log_vkey + "\n", encoding="utf-8")
    call_command("add_witnessed_log", ORIGIN, key_file=key)
    with pytest.raises(CommandError, match="không phải khóa C2SP"):
        call_command("add_witnessed_log", ORIGIN, WITNESS.witness_vkey)
    with pytest.raises(HocbaError, match=r"witness\.vkey"):
        add_witnessed_log(origin=" ", vkey=LOG.log_vkey, actor=None, at=timezone.now())


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_our_log_asks_its_witness_over_http(
    live_server: object, witness: Path, grow: Grow, settings: object, log_place: Path
) -> None:
    """The demo's site serves as witness of its own log: two keys, one process, real requests."""
    url = f"{live_server.url}/nhan-chung/"  # type: ignore[attr-defined]
    settings.HOCBA_WITNESSES = ((WITNESS.witness_vkey, url),)  # type: ignore[attr-defined]
    settings.HOCBA_WITNESS_QUORUM = 1  # type: ignore[attr-defined]
    origin = settings.HOCBA_LOG_ORIGIN  # type: ignore[attr-defined]
    key = vkey(origin, ed25519_public_key((log_place / "log-key.pem").read_bytes()))
    grow(3)
    with pytest.raises(CommandError, match="Cần 1 nhân chứng, mới có 0"):
        call_command("publish_log")  # the witness does not know the log yet
    add_witnessed_log(origin=origin, vkey=key, actor=None, at=timezone.now())
    for _ in range(2):
        call_command("publish_log")
        grow(300)
    call_command("publish_log")
    assert list(WitnessCosignature.objects.values_list("size", flat=True)) == [3, 303, 603]
    note = latest_checkpoint()
    assert note == (log_place / "log" / "checkpoint").read_text(encoding="utf-8")
    opened = open_cosigned(
        note=note, keys=[key], witnesses=[WITNESS.witness_vkey], verify=ed25519_verify
    )
    assert opened is not None
    assert (opened.checkpoint.size, len(opened.cosignatures)) == (603, 1)
    WitnessedCheckpoint.objects.create(
        origin=origin, after_size=603, size=900, root=b"x" * 32, note="", at=timezone.now()
    )
    grow(1)
    publish_checkpoint(actor=None, at=timezone.now())
    assert ask_witnesses(actor=None, at=timezone.now()) == {WITNESS.name: "witness.ahead"}


def test_a_witness_that_is_not_there_delays_nothing(
    grow: Grow, settings: object, log_place: Path
) -> None:
    settings.HOCBA_WITNESSES = (  # type: ignore[attr-defined]
        (WITNESS.witness_vkey, "http://127.0.0.1:9/"),
    )
    grow(1)
    call_command("publish_log")
    assert (log_place / "log" / "checkpoint").exists()
    assert ask_witnesses(actor=None, at=timezone.now()) == {WITNESS.name: "fetch.failed"}


def test_of_two_requests_at_once_one_follows(
    client: Client, witness: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were judged against size 10; the other is kept first, and ours must not roll it back."""
    add_witnessed_log(origin=ORIGIN, vkey=LOG.log_vkey, actor=None, at=timezone.now())
    assert ask(client, 0, 10)[0] == 200
    judge = witnesses.decide

    def slowly(**question: object) -> object:
        answer = judge(**question)  # type: ignore[arg-type]
        WitnessedCheckpoint.objects.create(
            origin=ORIGIN,
            after_size=10,
            size=30,
            root=OTHER.head(30).root,
            note=OTHER.note(30),
            at=timezone.now(),
        )
        return answer

    monkeypatch.setattr(witnesses, "decide", slowly)
    assert ask(client, 10, 20) == (409, "30\n")
    monkeypatch.undo()
    assert ask(client, 30, 40)[0] == 200
