"""Run by `test_cutting.py` as a process of its own: publishes, is killed, publishes again.

    python cutting.py FOLDER

First at each step a child is killed with SIGKILL, then a run is whole; then two children publish at
once, held together after each step. Prints what it saw as JSON. The folder is empty at first; the
database is a file in it.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(sys.argv[1])
os.environ |= {"HOCBA_DEMO": "1", "HOCBA_DATA_DIR": str(FOLDER)}
os.environ["DJANGO_SETTINGS_MODULE"] = "hocba.web.settings"

import django  # noqa: E402

django.setup()

from uuid import uuid4  # noqa: E402

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from hocba.apps import kill_points  # noqa: E402
from hocba.apps.audit.models import AuditEvent  # noqa: E402
from hocba.apps.ledger.actions import IssueRequest, issue, publish_checkpoint  # noqa: E402
from hocba.apps.ledger.comparison import differences  # noqa: E402
from hocba.apps.ledger.models import Checkpoint, LogEntry  # noqa: E402

STEPS = [
    "publish.sized",
    "publish.tiles_grown",
    "publish.signed",
    "publish.row_kept",
    "publish.file_put",
]
MORE_STEPS = ["tile.put", "tile.half"]


def grow(count: int) -> None:
    """Issue so many documents."""
    requests = [
        IssueRequest(uuid4(), "2024-2025", uuid4(), uuid4(), "01000701", uuid4().bytes, ())
        for _ in range(count)
    ]
    issue(requests=requests, actor=uuid4(), at=timezone.now())


def child(work: Callable[[], None]) -> int:
    """Do the work in a process of its own and return its number."""
    connections.close_all()
    number = os.fork()
    if not number:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
    return number


def ended(number: int) -> int:
    """How a child ended: its exit code, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def die_at(step: str) -> Callable[[], None]:
    """Publish and be killed at a step; at "tile.…" in the middle of the tiles."""

    def work() -> None:
        if step.startswith("tile."):
            from hocba.adapters import tile_store

            real, count = tile_store.write_durably, 0

            def write(path: Path, data: bytes, **more: object) -> None:
                nonlocal count
                count += 1
                if count == 3 and step == "tile.half":  # a name of its own, half the bytes
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.with_name(".new-half").write_bytes(data[: len(data) // 2])
                    os.kill(os.getpid(), signal.SIGKILL)
                real(path, data, **more)  # type: ignore[arg-type]
                if count == 2 and step == "tile.put":
                    os.kill(os.getpid(), signal.SIGKILL)

            tile_store.write_durably = write  # type: ignore[assignment]

        def watch(reached: str) -> None:
            if reached == step:
                os.kill(os.getpid(), signal.SIGKILL)

        kill_points.hook.set(watch)
        publish_checkpoint(actor=None, at=timezone.now())

    return work


def story() -> dict[str, object]:
    """What stands in database and files, and what does not agree."""
    note = (FOLDER / "log" / "checkpoint").read_text()
    newest = Checkpoint.objects.order_by("-size").first()
    published = AuditEvent.objects.filter(action="ledger.checkpoint_published")
    return {
        "entries": LogEntry.objects.count(),
        "checkpoints": Checkpoint.objects.count(),
        "events": published.count(),
        "file_is_newest": newest is not None and newest.note == note,
        "differences": [(one.code, one.what) for one in differences(size=LogEntry.objects.count())],
    }


def kill() -> list[dict[str, object]]:
    """Kill at each step in turn, then publish in peace."""
    told = []
    for step in [*STEPS, *MORE_STEPS]:
        grow(40)
        code = ended(child(die_at(step)))
        file = FOLDER / "log" / "checkpoint"
        before = file.read_text() if file.exists() else ""
        publish_checkpoint(actor=None, at=timezone.now())
        told.append({"step": step, "code": code, "before": before[:80], **story()})
    return told


def race() -> list[dict[str, object]]:
    """Two at once, each step begun by both when both are there."""
    told = []
    for held in STEPS[:-1]:
        grow(5)
        place = FOLDER / f"meet-{held}"
        place.mkdir()

        def work(held: str = held, place: Path = place) -> None:
            def meet(reached: str) -> None:
                if reached == held:
                    (place / str(os.getpid())).touch()
                    for _ in range(400):
                        if len(list(place.iterdir())) == 2:
                            return
                        time.sleep(0.01)

            kill_points.hook.set(meet)
            publish_checkpoint(actor=None, at=timezone.now())

        codes = [ended(number) for number in [child(work), child(work)]]
        told.append({"step": held, "codes": codes, **story()})
    return told


def main() -> None:
    """Make the place and play."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    (FOLDER / "log-key.pem").write_bytes(pem)
    for office in ("audit", "ledger"):  # all that is written here
        call_command("migrate", office, verbosity=0)
    print(json.dumps({"kill": kill(), "race": race()}))


main()
