"""Run as a process of its own: workers that are killed, and workers that meet (F1, F14, F15).

`python -m tests.apps.issuing.killed_worker URL` builds the city in the database and folder of the
environment, asks the service at URL, and writes what it found as JSON. Workers are forked: each is
a real process with connections of its own, and dies by SIGKILL at a named point.
"""

import json
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

SMARTCA_POINTS = (
    "remote.rows_written",
    "remote.marked_sending",
    "remote.sent",
    "remote.transaction_kept",
    "remote.answer_received",
    "remote.values_kept",
    "remote.item_embedded",
    "remote.ended",
)
MYSIGN_POINTS = ("remote.marked_sending", "remote.sent")
Work = Callable[[], object]


def forked(*works: Work, kill_at: str = "") -> list[int]:
    """Run works at the same instant, each in its process; return their exit codes."""
    from django.db import connections

    connections.close_all()  # a connection does not survive a fork
    barrier = multiprocessing.get_context("fork").Barrier(len(works))
    children = []
    for work in works:
        child = os.fork()
        if child == 0:
            _live(work, barrier, kill_at)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def _live(work: Work, barrier: Any, kill_at: str) -> None:
    from hocba.apps.kill_points import hook

    def die(point: str) -> None:
        if point == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        hook.set(die)
        barrier.wait(30)
        work()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


class Scene:
    """The city, and what its workers do."""

    def __init__(self, service: str) -> None:
        from django.conf import settings
        from django.core.management import call_command
        from django.utils import timezone

        from hocba.web.demo import road
        from hocba.web.demo.city import build_city
        from tests.apps.city import WORKBOOK, quiet_report
        from tests.apps.issuing.remote import write_services

        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        services = Path(settings.HOCBA_DATA_DIR) / "services.toml"
        write_services(services, service)
        settings.HOCBA_REMOTE_SIGNING_FILE = services
        call_command("migrate", verbosity=0)
        self.city = build_city(WORKBOOK, quiet_report())
        road.compose(
            self.city, road.import_class(self.city, WORKBOOK, quiet_report()), quiet_report()
        )
        self.now: datetime = timezone.now() + timedelta(days=1)

    def begin(self, kind: str, teacher: int, request_id: Any = None) -> None:
        """Send the first slots of a teacher."""
        from tests.apps.issuing.remote import begin

        begin(self.city, kind, at=self.now, teacher=teacher, request_id=request_id or uuid4())

    def sweep(self, *seconds: int) -> None:
        """What cron does at some seconds after the beginning."""
        from hocba.apps.issuing.sweeps import finish_remote_signing

        for second in seconds:
            at = self.now + timedelta(seconds=second)
            finish_remote_signing(school_id=self.city.school_id, actor=None, at=at)

    def found(self, teacher: int) -> dict[str, Any]:
        """What a teacher sees, and what is broken in the whole school."""
        from hocba.apps.accounts.queries import viewer_of
        from hocba.apps.issuing.queries import remote_sessions
        from tests.apps.issuing.remote import broken_promises, signed_slots

        person, school = self.city.teachers[teacher], self.city.school_id
        viewer = viewer_of(person_id=person.id, at=self.now)
        lines = remote_sessions(viewer=viewer, school_id=school)
        return {
            "account": person.citizen_id,
            "states": [one.state for one in lines],
            "done": sum(one.done for one in lines),
            "open": sum(one.waiting for one in lines),
            "signed": signed_slots(school, person.citizen_id or ""),
            "broken": broken_promises(school),
        }

    def killed(self, kind: str, point: str, teacher: int) -> dict[str, Any]:
        """Kill a worker at a point; the next one, fifty seconds later, goes on."""

        def work() -> None:
            self.begin(kind, teacher)
            self.sweep(6, 12)

        exits = forked(work, kill_at=point)
        exits += forked(lambda: self.sweep(57, 63, 69, 75))
        return {"exits": exits, **self.found(teacher)}

    def meetings(self, first: int) -> dict[str, dict[str, Any]]:
        """Workers that do the same thing, or things to the same draft, at the same instant."""
        same = uuid4()
        found = {}
        exits = forked(*[lambda: self.begin("smartca", first)] * 2)
        exits += forked(lambda: self.sweep(6, 12, 57))
        found["two sessions"] = {"exits": exits, **self.found(first)}
        exits = forked(*[lambda: self.begin("smartca", first + 1, same)] * 2)
        exits += forked(*[lambda: self.sweep(6, 12, 57)] * 2)
        found["double click"] = {"exits": exits, **self.found(first + 1)}
        return found

    def two_teachers(self, first: int) -> list[dict[str, Any]]:
        """Two teachers whose confirmations of the same drafts arrive at once."""
        exits = forked(*[lambda one=one: self.begin("csc", first + one) for one in (0, 1)])

        def look(teacher: int) -> None:
            from hocba.apps.issuing.actions import poll_remote_signing
            from hocba.apps.issuing.models import RemoteSession

            person, school = self.city.teachers[teacher], self.city.school_id
            mine = RemoteSession.objects.get(school_id=school, person_id=person.id)
            for second in (6, 12, 18):
                poll_remote_signing(
                    school_id=school,
                    session_id=mine.id,
                    actor=person.id,
                    at=self.now + timedelta(seconds=second),
                )

        exits += forked(*[lambda one=one: look(first + one) for one in (0, 1)])
        return [{"exits": exits, **self.found(first + one)} for one in (0, 1)]


def main() -> None:
    """Play every scene on one city: each with teachers of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocba.web.settings")
    django.setup()
    scene = Scene(sys.argv[1])
    which = sys.argv[2]
    report: dict[str, Any] = {}
    if which == "killed":
        cases = [("smartca", one) for one in SMARTCA_POINTS]
        cases += [("mysign", one) for one in MYSIGN_POINTS]
        for teacher, (kind, point) in enumerate(cases):
            report[f"{kind} {point}"] = scene.killed(kind, point, teacher)
    else:
        report = scene.meetings(0)
        report["first teacher"], report["second teacher"] = scene.two_teachers(2)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
