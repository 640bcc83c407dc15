"""Reading reopenings for pages: what waits, one request with its story.

Nothing is written here: a reopening whose time is over is shown as ended before a sweep says so.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from hocba.adapters.wording.windows import REOPENING_BADGES, REOPENING_WORDS
from hocba.apps.accounts.permissions import OVERSIGHT_ROLES
from hocba.apps.accounts.queries import names_of_people
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.models import Lock, Reopening
from hocba.apps.gradebook.reopenings import WAITING
from hocba.apps.gradebook.window_queries import PAGE, Act, acts_on, words_of
from hocba.apps.gradebook.window_rights import KEEPERS, can_see_reopening
from hocba.apps.gradebook.windows import Scope
from hocba.apps.roster.models import Unit
from hocba.apps.roster.queries import roll_of_class, schools_below
from hocba.core.errors import HocbaError


@dataclass(frozen=True, slots=True)
class ReopeningLine:
    """One reopening in words; `state` knows that time has run out before the row does."""

    row: Reopening
    part: str
    state: str
    word: str
    badge: str
    school: str
    asked_by: str


def reopenings_for(
    *, viewer: Viewer, tab: str, before: tuple[datetime, UUID] | None, at: datetime
) -> list[ReopeningLine]:
    """Return up to PAGE + 1 requests, newest first: "cho-toi", "dang-xet", else all of them."""
    kept = viewer.units(*KEEPERS)
    below = [
        one.pk for unit in viewer.units(*OVERSIGHT_ROLES) for one in schools_below(unit_id=unit)
    ]
    mine = viewer.units("subject_teacher", "homeroom_teacher")
    if tab == "cho-toi":
        seen = Q(school_id__in=kept, state="requested") | Q(school_id__in=below, state="endorsed")
        seen &= ~Q(asked_by=viewer.person_id)
    else:
        seen = Q(school_id__in=[*kept, *below]) | Q(school_id__in=mine, asked_by=viewer.person_id)
    rows = Reopening.objects.filter(seen, school_id__in=[*kept, *below, *mine])
    if tab == "dang-xet":
        rows = rows.filter(state__in=WAITING)
    if before is not None:
        earlier, last = before
        rows = rows.filter(Q(asked_at__lt=earlier) | Q(asked_at=earlier, id__lt=last))
    return _reopening_lines(rows.order_by("-asked_at", "-id")[: PAGE + 1], at)


def reopening_for(
    *, viewer: Viewer, school_id: UUID, reopening_id: UUID, at: datetime
) -> tuple[ReopeningLine, list[Act], list[tuple[str, bool]]]:
    """Return one request, what was done to it, and its students (all: none) with their locks.

    Raises:
        HocbaError: "access.denied".
    """
    row = Reopening.objects.filter(school_id=school_id, id=reopening_id).first()
    if row is None or not can_see_reopening(viewer, reopening=row):
        raise HocbaError("access.denied")
    (line,) = _reopening_lines([row], at)
    roll = roll_of_class(class_id=row.class_id)
    locked = _locked(row.school_id, row.school_year, [one.enrolment_id for one in roll])
    asked = [
        (one.full_name, one.enrolment_id in locked)
        for one in roll
        if one.left_date is None and (not row.students or str(one.enrolment_id) in row.students)
    ]
    return line, acts_on(school_id, "reopening", reopening_id), asked


def _reopening_lines(rows: Iterable[Reopening], at: datetime) -> list[ReopeningLine]:
    found = list(rows)
    names = names_of_people(person_ids={one.asked_by for one in found})
    ids = {one.school_id for one in found}
    schools = dict(Unit.objects.filter(pk__in=ids).values_list("pk", "name"))
    lines = []
    for row in found:
        over = row.state == "open" and row.expires_at is not None and row.expires_at <= at
        state = "expired" if over else row.state
        scope = Scope(row.term, 0, row.subject_key, row.column_group)
        lines.append(
            ReopeningLine(
                row,
                f"{words_of(scope)}, lớp {row.class_name}",
                state,
                REOPENING_WORDS[state],
                REOPENING_BADGES[state],
                schools.get(row.school_id, ""),
                names.get(row.asked_by, ""),
            )
        )
    return lines


def _locked(school_id: UUID, school_year: str, enrolment_ids: Collection[UUID]) -> set[UUID]:
    rows = Lock.objects.filter(
        school_id=school_id,
        school_year=school_year,
        enrolment_id__in=list(enrolment_ids),
        lifted_at__isnull=True,
    )
    return set(rows.values_list("enrolment_id", flat=True))
