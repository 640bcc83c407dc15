"""Who of the staff can sign, and for how long: certificates with warnings, and the city's table.

What counts is the certificate that a person would sign with today: the newest approved one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from hocba.apps.accounts.models import ROLES
from hocba.apps.accounts.permissions import OVERSIGHT_ROLES, require_role
from hocba.apps.accounts.queries import roles_on
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.certificates.models import Certificate
from hocba.apps.leaf import CITY_TIME
from hocba.apps.roster.models import SCHOOL_LEVELS, Unit
from hocba.apps.roster.queries import schools_below, unit_by_id
from hocba.core.assessment.spelling import name_order
from hocba.core.errors import HocbaError

READERS = ("it_officer", "clerk", "principal")
SIGNING_ROLES = ("subject_teacher", "homeroom_teacher", "principal")
_SOON, _LATER = timedelta(days=30), timedelta(days=60)


class CertificateState(StrEnum):
    """How a person stands; the value stands in addresses."""

    MISSING = "chua-co"
    EXPIRED = "het-han"
    SOON = "con-30-ngay"
    LATER = "con-60-ngay"
    WAITING = "cho-duyet"
    VALID = "con-han"


TITLES: dict[CertificateState, str] = {
    CertificateState.MISSING: "Chưa có chứng thư",
    CertificateState.EXPIRED: "Đã hết hạn",
    CertificateState.SOON: "Còn dưới 30 ngày",
    CertificateState.LATER: "Còn dưới 60 ngày",
    CertificateState.WAITING: "Chờ duyệt",
    CertificateState.VALID: "Còn hạn",
}


@dataclass(frozen=True, slots=True)
class StaffCertificate:
    """One person who has to sign (or the school's seal): roles, state, last day, days left."""

    name: str
    username: str
    roles: tuple[str, ...]
    state: CertificateState
    not_after: datetime | None
    days: int | None
    issuer: str
    renewal_waits: bool


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of the city plan's table: a level, public or private."""

    level: str
    is_public: bool
    schools: int
    staff: int
    holders: int

    @property
    def missing(self) -> int:
        """How many cannot sign yet."""
        return self.staff - self.holders

    @property
    def percent(self) -> str:
        """Share of the staff who can sign, one decimal with a comma; "—" without staff."""
        if not self.staff:
            return "—"
        return f"{100 * self.holders / self.staff:.1f}".replace(".", ",")


def staff_certificates(*, viewer: Viewer, school_id: UUID, at: datetime) -> list[StaffCertificate]:
    """Return the seal and everybody who signs in a school, the most urgent first; four queries.

    Raises:
        HocbaError: "access.denied".
    """
    require_role(viewer, *READERS, unit_id=school_id)
    school = unit_by_id(unit_id=school_id)
    if school is None:
        raise HocbaError("access.denied")
    today = at.astimezone(CITY_TIME).date()
    roles = roles_on(today).filter(unit_id=school_id, role__in=SIGNING_ROLES)
    people: dict[UUID, list[str]] = defaultdict(list)
    names: dict[UUID, tuple[str, str]] = {}
    for role in roles.select_related("person").order_by("person__full_name", "person_id"):
        people[role.person_id].append(ROLES[role.role])
        names[role.person_id] = (role.person.full_name, role.person.username)
    of_person: dict[UUID | None, list[Certificate]] = defaultdict(list)
    for row in Certificate.objects.filter(person_id__in=list(people)).defer("der"):
        of_person[row.person_id].append(row)
    lines = [_line(names[key], tuple(titles), of_person[key], at) for key, titles in people.items()]
    seal = list(Certificate.objects.filter(unit_id=school_id).defer("der"))
    lines.append(_line((school.name, ""), ("Con dấu của trường",), seal, at))
    order = list(CertificateState)
    return sorted(lines, key=lambda line: (order.index(line.state), name_order(line.name)))


def _line(
    who: tuple[str, str], roles: tuple[str, ...], rows: Collection[Certificate], at: datetime
) -> StaffCertificate:
    approved = [row for row in rows if row.status == "approved" and row.not_before <= at]
    waits = any(row.status == "registered" and row.not_after > at for row in rows)
    best = max(approved, key=lambda row: row.not_after, default=None)
    left = best.not_after - at if best else None
    return StaffCertificate(
        name=who[0],
        username=who[1],
        roles=roles,
        state=_state(left, waits),
        not_after=best.not_after if best else None,
        days=left.days if left is not None and left > timedelta() else None,
        issuer=best.issuer if best else "",
        renewal_waits=waits,
    )


def _state(left: timedelta | None, waits: bool) -> CertificateState:
    if left is None or left <= timedelta():
        if waits:
            return CertificateState.WAITING
        return CertificateState.MISSING if left is None else CertificateState.EXPIRED
    if left <= _SOON:
        return CertificateState.SOON
    return CertificateState.LATER if left <= _LATER else CertificateState.VALID


def plan_table(*, viewer: Viewer, at: datetime) -> list[PlanLine]:
    """Return the city plan's table for the schools below the viewer's units: staff, certificates.

    A person counts once in each school where they sign; who can sign holds an approved certificate
    in force.

    Raises:
        HocbaError: "access.denied".
    """
    units = viewer.units(*OVERSIGHT_ROLES)
    if not units:
        raise HocbaError("access.denied")
    schools = {one.pk: one for unit in units for one in schools_below(unit_id=unit)}
    today = at.astimezone(CITY_TIME).date()
    pairs = set(
        roles_on(today)
        .filter(unit_id__in=list(schools), role__in=SIGNING_ROLES)
        .values_list("unit_id", "person_id")
    )
    holders = set(
        Certificate.objects.filter(
            person__isnull=False, status="approved", not_before__lte=at, not_after__gt=at
        ).values_list("person_id", flat=True)
    )
    return list(_plan_lines(schools.values(), pairs, holders))


def _plan_lines(
    schools: Collection[Unit], pairs: set[tuple[UUID, UUID]], holders: Collection[UUID | None]
) -> Iterable[PlanLine]:
    staff = Counter(unit for unit, _ in pairs)
    able = Counter(unit for unit, person in pairs if person in holders)
    for level in SCHOOL_LEVELS:
        for is_public in (True, False):
            found = [
                one.pk for one in schools if (one.school_level, one.is_public) == (level, is_public)
            ]
            yield PlanLine(
                level=level,
                is_public=is_public,
                schools=len(found),
                staff=sum(staff[key] for key in found),
                holders=sum(able[key] for key in found),
            )
