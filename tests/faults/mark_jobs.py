"""Jobs of the fault tests on the mark grid: whole requests, as a web worker has them."""

from datetime import date
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.utils import timezone

from hocba.apps.accounts.actions import create_person, grant_role
from hocba.apps.accounts.models import Person
from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.models import Mark, Remark, SavedRequest
from hocba.apps.roster.actions import accept_class, create_unit
from hocba.apps.roster.queries import roll_of_class
from hocba.apps.roster.values import AssignmentEntry, StudentEntry

SINCE = date(2024, 8, 1)


def make_sheet(*, students: int = 3) -> dict[str, Any]:
    """Make a school with one class and its teacher, signed in; return what later jobs need."""
    at = timezone.now()
    place: dict[str, Any] = {"valid_from": SINCE, "actor": None, "at": at}
    department = create_unit(kind="department", code="01", name="Sở", **place)
    school = create_unit(
        kind="school",
        code="01000701",
        name="Trường",
        parent_id=department.pk,
        school_level="THCS",
        **place,
    )
    person = create_person(username="gv", full_name="Nguyễn Thị Giáo", actor=None, at=at)
    grant_role(person_id=person.pk, role="subject_teacher", unit_id=school.pk, **place)
    class_group = accept_class(
        school_id=school.pk,
        school_year="2024-2025",
        grade=9,
        name="9A1",
        students=_students(students),
        assignments=[AssignmentEntry(subject_key="toan", periods=140, teacher_id=person.pk)],
        homeroom_teacher_id=None,
        actor=None,
        at=at,
    )
    return {
        "school_id": str(school.pk),
        "url": f"/nhap-diem/{class_group.pk}/toan/hk1/luu/",
        "session": _session(person),
        "rows": [str(one.enrolment_id) for one in roll_of_class(class_id=class_group.pk)],
    }


def _students(count: int) -> list[StudentEntry]:
    return [
        StudentEntry(
            list_number=number,
            student_code=f"0100{number:08}",
            full_name=f"Trần Văn {number}",
            birth_date=date(2010, 3, 1),
            gender="Nam",
        )
        for number in range(1, count + 1)
    ]


def _session(person: Person) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def post_marks(*, url: str, session: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send one save through the whole of the site; return the answer."""
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    response = client.post(url, body, content_type="application/json")
    answer: dict[str, Any] = response.json()
    return {"status": response.status_code, **answer}


def inspect_marks(*, school_id: str) -> dict[str, Any]:
    """Look at every version, event and answered request of the school."""
    school = UUID(school_id)
    marks = Mark.objects.filter(school_id=school).order_by("version")
    remarks = Remark.objects.filter(school_id=school).order_by("version")
    events = AuditEvent.objects.filter(school_id=school, action="gradebook.cells_written")
    return {
        "marks": [[str(one.enrolment_id), one.version, one.tenths] for one in marks],
        "remarks": [[str(one.enrolment_id), one.version, one.text] for one in remarks],
        "events": sorted(event.after["request"] for event in events if event.after),
        "requests": sorted(str(one.id) for one in SavedRequest.objects.filter(school_id=school)),
    }
