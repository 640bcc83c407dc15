"""Who can sign and for how long: warnings in time, and the table of the city's plan."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.certificates.expiry import (
    CertificateState,
    StaffCertificate,
    plan_table,
    staff_certificates,
)
from hocba.apps.certificates.models import Certificate
from hocba.apps.roster.models import Unit
from hocba.core.errors import HocbaError

pytestmark = pytest.mark.django_db
Look = Callable[[Person], Viewer]
DAY = timedelta(days=1)


@pytest.fixture
def hold(at: datetime, operator: Person, it_officer: Person) -> Callable[..., Certificate]:
    """Give a person (or a seal) a certificate that ends in so many days."""
    numbers = iter(range(1, 1000))

    def give(holder: Person | Unit, *, days: int, status: str = "approved") -> Certificate:
        number = next(numbers)
        approved = {"approved_by": operator.pk, "approved_at": at - 300 * DAY}
        return Certificate.objects.create(
            id=f"00000000-0000-7000-8000-{number:012}",
            person=holder if isinstance(holder, Person) else None,
            unit=holder if isinstance(holder, Unit) else None,
            sha256=f"{number:064}",
            serial=str(number),
            subject="CN=x",
            issuer="CN=CA",
            der=b"",
            not_before=at - 360 * DAY,
            not_after=at + days * DAY,
            status=status,
            registered_by=it_officer.pk,
            registered_at=at - 301 * DAY,
            **(approved if status == "approved" else {}),
        )

    return give


@pytest.fixture
def teachers(make_person: Callable[..., Person], school: Unit) -> list[Person]:
    """Six teachers of the school."""
    return [make_person(f"gv.{number}", ("subject_teacher", school)) for number in range(6)]


def states(lines: list[StaffCertificate]) -> dict[str, CertificateState]:
    return {line.username: line.state for line in lines}


def test_each_person_stands_where_they_are(
    hold: Callable[..., Any],
    teachers: list[Person],
    it_officer: Person,
    viewer_for: Look,
    school: Unit,
    at: datetime,
) -> None:
    for teacher, days in zip(teachers[:4], (-1, 30, 60, 61), strict=True):
        hold(teacher, days=days)
    hold(teachers[4], days=200, status="registered")
    lines = staff_certificates(viewer=viewer_for(it_officer), school_id=school.pk, at=at)
    assert states(lines) == {
        "gv.0": CertificateState.EXPIRED,
        "gv.1": CertificateState.SOON,
        "gv.2": CertificateState.LATER,
        "gv.3": CertificateState.VALID,
        "gv.4": CertificateState.WAITING,
        "gv.5": CertificateState.MISSING,
        "": CertificateState.MISSING,
    }
    order = list(CertificateState)
    assert [order.index(line.state) for line in lines] == sorted(
        order.index(line.state) for line in lines
    )


def test_a_renewal_counts_when_it_is_approved(
    hold: Callable[..., Any],
    teachers: list[Person],
    it_officer: Person,
    viewer_for: Look,
    school: Unit,
    at: datetime,
) -> None:
    hold(teachers[0], days=10)
    hold(teachers[0], days=400, status="registered")
    hold(teachers[1], days=10)
    hold(teachers[1], days=400)
    lines = staff_certificates(viewer=viewer_for(it_officer), school_id=school.pk, at=at)
    found = {line.username: (line.state, line.days, line.renewal_waits) for line in lines}
    assert found["gv.0"] == (CertificateState.SOON, 10, True)
    assert found["gv.1"] == (CertificateState.VALID, 400, False)


def test_teachers_and_strangers_do_not_see_the_list(
    teachers: list[Person],
    department_officer: Person,
    viewer_for: Look,
    school: Unit,
    at: datetime,
) -> None:
    for person in (teachers[0], department_officer):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            staff_certificates(viewer=viewer_for(person), school_id=school.pk, at=at)
    with pytest.raises(HocbaError, match=r"access\.denied"):
        plan_table(viewer=viewer_for(teachers[0]), at=at)


def test_the_plan_counts_by_level_and_kind(
    hold: Callable[..., Any],
    teachers: list[Person],
    department_officer: Person,
    viewer_for: Look,
    other_school: Unit,
    make_person: Callable[..., Person],
    at: datetime,
) -> None:
    Unit.objects.filter(pk=other_school.pk).update(is_public=False)
    both = make_person("gv.chung", ("subject_teacher", other_school))
    hold(both, days=20)
    hold(teachers[0], days=20)
    hold(teachers[1], days=-20)
    hold(teachers[2], days=20, status="registered")
    lines = plan_table(viewer=viewer_for(department_officer), at=at)
    found = {
        (line.level, line.is_public): (line.staff, line.holders, line.percent) for line in lines
    }
    assert found["THCS", True] == (6, 1, "16,7")
    assert found["THCS", False] == (1, 1, "100,0")
    assert found["THPT", True] == (0, 0, "—")


def test_queries_do_not_grow_with_the_staff(
    hold: Callable[..., Any],
    teachers: list[Person],
    it_officer: Person,
    viewer_for: Look,
    school: Unit,
    at: datetime,
    django_assert_num_queries: Any,
) -> None:
    for teacher in teachers:
        hold(teacher, days=20)
    viewer = viewer_for(it_officer)
    with django_assert_num_queries(4):
        staff_certificates(viewer=viewer, school_id=school.pk, at=at)
