"""What a student has chosen: who is taught an elective subject, who studies topics in it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from hocba.apps.roster.models import ElectiveChoice
from hocba.core.assessment.subjects import SubjectGroup, catalogue


@dataclass(frozen=True, slots=True)
class Combination:
    """One student's electives and topic clusters on a day."""

    electives: frozenset[str]
    topics: frozenset[str]

    def takes(self, subject_key: str) -> bool:
        """Whether the student is taught this subject: all but electives that others chose."""
        return subject_key not in _elective_keys() or subject_key in self.electives


def combinations(
    *, school_id: UUID, enrolment_ids: Collection[UUID], on: date | None = None
) -> dict[UUID, Combination]:
    """Return what these students take on a day (None: what stands); one query.

    A student without any choice on record is not here: who has chosen nothing yet is taught what
    the class is taught.
    """
    rows = ElectiveChoice.objects.filter(school_id=school_id, enrolment_id__in=list(enrolment_ids))
    if on is None:
        rows = rows.filter(to_date__isnull=True)
    else:
        rows = rows.filter(Q(to_date__isnull=True) | Q(to_date__gte=on), from_date__lte=on)
    chosen: dict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        chosen[row.enrolment_id][row.kind].add(row.subject_key)
    return {
        enrolment: Combination(frozenset(kinds["elective"]), frozenset(kinds["topic"]))
        for enrolment, kinds in chosen.items()
    }


def _elective_keys() -> frozenset[str]:
    return frozenset(one.key for one in catalogue("THPT") if one.group is SubjectGroup.ELECTIVE)
