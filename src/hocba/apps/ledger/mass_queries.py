"""Which versions a wrong rule touched, in one question; and how far a mass recall has come."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from hocba.apps.ledger.models import (
    IssuedTranscript,
    LifeRequest,
    LogEntry,
    MassRecall,
    MassRecallItem,
)
from hocba.apps.roster.models import Enrolment
from hocba.core.assessment.regulation import regulation_for
from hocba.core.errors import HocbaError

GRADES = {"THCS": (6, 7, 8, 9), "THPT": (10, 11, 12), "GDTX": (6, 7, 8, 9, 10, 11, 12)}
_ENDED = ("recalled", "replaced")


@dataclass(frozen=True, slots=True)
class MassScope:
    """What to look for; empty means any. `regulation` is the name of one ("TT22/2021").

    `differs` keeps only those whose results are other ones when they are assessed again.
    """

    school_year: str
    school_levels: tuple[str, ...] = ()
    grades: tuple[int, ...] = ()
    regulation: str = ""
    differs: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the scope as it is kept."""
        told = asdict(self)
        return told | {"school_levels": [*self.school_levels], "grades": [*self.grades]}

    def places(self) -> list[tuple[str, int]]:
        """Return the levels and grades meant: a regulation holds for a level, grade and year."""
        found = []
        for level, grades in GRADES.items():
            for grade in grades:
                wanted = (not self.school_levels or level in self.school_levels) and (
                    not self.grades or grade in self.grades
                )
                if wanted and self._judged_by(level, grade):
                    found.append((level, grade))
        return found

    def _judged_by(self, level: str, grade: int) -> bool:
        if not self.regulation:
            return True
        try:
            regulation = regulation_for(
                school_level=level, grade=grade, school_year=self.school_year
            )
        except HocbaError:
            return False
        return regulation.name == self.regulation


def affected(*, scope: MassScope, school_ids: Collection[UUID]) -> QuerySet[Any, Any]:
    """Return the versions in force that a scope touches, as values; one question of the database.

    In a school they come class by class.
    """
    wanted = Q(pk__in=[])
    for level, grade in scope.places():
        wanted |= Q(class_group__school__school_level=level, class_group__grade=grade)
    enrolment = Enrolment.objects.filter(wanted, class_group__school_year=scope.school_year)
    ended = LogEntry.objects.filter(lookup_uuid=OuterRef("lookup_uuid"), kind__in=_ENDED)
    found = IssuedTranscript.objects.filter(
        ~Exists(ended),
        school_year=scope.school_year,
        school_id__in=school_ids,
        enrolment_id__in=enrolment.values("pk"),
    ).annotate(
        class_id=Subquery(
            Enrolment.objects.filter(pk=OuterRef("enrolment_id")).values("class_group_id")[:1]
        )
    )
    return found.order_by("school_id", "class_id", "lookup_uuid").values(
        "lookup_uuid", "school_id", "class_id", "enrolment_id"
    )


def request_id_of(*, mass_id: UUID, lookup_uuid: UUID) -> UUID:
    """Return the key under which a mass recall asks about a version: always the same."""
    return uuid5(mass_id, lookup_uuid.hex)


def counts_by_school(rows: QuerySet[Any, Any]) -> dict[UUID, int]:
    """Return how many versions are affected in each school: the dry run."""
    return dict(Counter(rows.values_list("school_id", flat=True)))


def mass_recall(*, mass_id: UUID) -> MassRecall:
    """Find a mass recall.

    Raises:
        HocbaError: "recall.mass_unknown".
    """
    found = MassRecall.objects.filter(pk=mass_id).first()
    if found is None:
        raise HocbaError("recall.mass_unknown")
    return found


def items_in_state(
    *, mass_id: UUID, school_id: UUID, states: Collection[str]
) -> Iterator[MassRecallItem]:
    """Yield a school's items whose request is in one of these states ("": not asked yet)."""
    items = MassRecallItem.objects.filter(mass_id=mass_id, school_id=school_id, state="planned")
    asked = LifeRequest.objects.filter(pk=OuterRef("pk"))
    wanted = Q(Exists(asked.filter(state__in=states)))
    if "" in states:
        wanted |= ~Q(Exists(asked))
    yield from items.filter(wanted).order_by("class_id", "lookup_uuid")


def progress(*, mass_id: UUID) -> dict[UUID, Counter[str]]:
    """Return for each school how many versions are in which state; "" is planned, not asked yet."""
    found: dict[UUID, Counter[str]] = {}
    state = LifeRequest.objects.filter(pk=OuterRef("pk")).values("state")[:1]
    items = MassRecallItem.objects.filter(mass_id=mass_id).annotate(asked=Subquery(state))
    for school_id, own, asked in items.values_list("school_id", "state", "asked"):
        word = own if own != "planned" else asked or ""
        found.setdefault(school_id, Counter())[word] += 1
    return found


def problems(*, mass_id: UUID) -> list[tuple[UUID, UUID, str]]:
    """Return (school, version, code) of the items that went no further at their last try."""
    rows = MassRecallItem.objects.filter(mass_id=mass_id).exclude(problem="")
    return list(rows.order_by("school_id").values_list("school_id", "lookup_uuid", "problem"))
