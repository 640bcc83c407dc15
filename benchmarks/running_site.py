"""What the benchmarks of mark entry share: a throw-away PostgreSQL with schools, teachers who are
signed in, and the production server in front of it.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from portal import postgresql

BIN = Path(sys.executable).parent
SINCE = date(2024, 8, 1)
SUBJECTS = (  # of a THCS class, each taught by somebody else
    ("toan", 140),
    ("ngu_van", 140),
    ("ngoai_ngu_1", 105),
    ("khoa_hoc_tu_nhien", 140),
    ("lich_su_dia_li", 105),
    ("giao_duc_cong_dan", 35),
    ("tin_hoc", 35),
    ("cong_nghe", 52),
    ("giao_duc_the_chat", 70),
    ("nghe_thuat", 70),
)


@contextmanager
def running_site(
    *, classes: int, students: int = 45
) -> Iterator[tuple[str, list[dict[str, Any]], int]]:
    """Give the site's address, its signed-in teachers with their sheets, gunicorn's process id."""
    with TemporaryDirectory(prefix="hocba-bench-") as folder:
        Path(folder).chmod(0o755)
        with postgresql(Path(folder) / "pg") as database, socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            free.close()
            os.environ |= {
                "HOCBA_SECRET_KEY": "a benchmark has no secrets" * 3,
                "HOCBA_DATABASE_URL": database,
                "HOCBA_DATA_DIR": str(Path(folder) / "data"),
                "HOCBA_ALLOWED_HOSTS": "127.0.0.1",
                "HOCBA_TLS": "0",
                "HOCBA_SECOND_FACTOR": "0",  # nobody here has a phone
                "HOCBA_BIND": f"127.0.0.1:{port}",
                "DJANGO_SETTINGS_MODULE": "hocba.web.settings",
            }
            (Path(folder) / "data").mkdir()
            teachers = _fill(classes, students)
            server = subprocess.Popen(
                [BIN / "gunicorn", "-c", "python:hocba.web.workers", "hocba.web.wsgi"],
                stdout=subprocess.DEVNULL,
                stderr=(Path(folder) / "server.log").open("wb"),
            )
            try:
                _wait(port)
                yield f"http://127.0.0.1:{port}", teachers, server.pid
            finally:
                server.terminate()
                server.wait(30)


def _fill(classes: int, students: int) -> list[dict[str, Any]]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    teachers = [one for number in range(classes) for one in _school(number, students)]
    with connections["default"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connections.close_all()
    return teachers


def _school(number: int, students: int) -> list[dict[str, Any]]:
    """Make a school with one class; return its teachers."""
    from django.utils import timezone

    from hocba.apps.accounts.actions import create_person, grant_role
    from hocba.apps.roster.actions import accept_class, create_unit
    from hocba.apps.roster.queries import roll_of_class, unit_by_code
    from hocba.apps.roster.values import AssignmentEntry, StudentEntry

    at = timezone.now()
    place: dict[str, Any] = {"valid_from": SINCE, "actor": None, "at": at}
    above = unit_by_code(code="01") or create_unit(
        kind="department", code="01", name="Sở Giáo dục và Đào tạo", **place
    )
    school = create_unit(
        kind="school",
        code=f"0100{number:04}",
        name=f"Trường THCS số {number}",
        parent_id=above.pk,
        school_level="THCS",
        **place,
    )
    people = []
    for subject, _periods in SUBJECTS:
        person = create_person(
            username=f"{number}.{subject}", full_name=f"Nguyễn Thị {subject}", actor=None, at=at
        )
        grant_role(person_id=person.pk, role="subject_teacher", unit_id=school.pk, **place)
        people.append(person)
    class_group = accept_class(
        school_id=school.pk,
        school_year="2024-2025",
        grade=9,
        name="9A1",
        students=[
            StudentEntry(
                list_number=one,
                student_code=f"{number:04}{one:08}",
                full_name=f"Nguyễn Hoàng Phương {one}",
                birth_date=date(2010, 3, 1),
                gender="Nữ",
            )
            for one in range(1, students + 1)
        ],
        assignments=[
            AssignmentEntry(subject_key=key, periods=periods, teacher_id=person.pk)
            for (key, periods), person in zip(SUBJECTS, people, strict=True)
        ],
        homeroom_teacher_id=None,
        actor=None,
        at=at,
    )
    rows = [str(one.enrolment_id) for one in roll_of_class(class_id=class_group.pk)]
    return [
        {
            "session": _session(person),
            "sheet": f"/nhap-diem/{class_group.pk}/{key}/hk1/",
            "scored": key not in ("giao_duc_the_chat", "nghe_thuat"),
            "rows": rows,
        }
        for (key, _periods), person in zip(SUBJECTS, people, strict=True)
    ]


def _session(person: Any) -> str:
    """Sign in without hashing a password: two hundred of them are no part of the question."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(port)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
