"""Reading for the homeroom teacher's pages: the class, versions before an edit, who wrote last."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.grid_queries import locked_students
from hocba.apps.gradebook.models import HomeroomRecord, Reassessment, SummerRecord, YearProposal
from hocba.apps.gradebook.queries import standing
from hocba.apps.gradebook.results import ClassResults, judged_class
from hocba.apps.gradebook.results_rights import (
    HEADS,
    ResultsScope,
    can_lead,
    require_follow,
    require_lead,
)
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import (
    assignments_of_class,
    class_by_id,
    classes_of_school,
    homeroom_classes,
)
from hocba.core.errors import HocbaError


@dataclass(frozen=True, slots=True)
class LedClass:
    """A class as its homeroom teacher (or, reading only, its head) works on it."""

    results: ClassResults
    can_write: bool
    locked: frozenset[UUID]

    @property
    def group(self) -> ClassGroup:
        """The class itself."""
        return self.results.class_group


def followed_classes(*, viewer: Viewer, school_year: str) -> list[ClassGroup]:
    """Return the classes that the viewer leads, or whose school the viewer heads."""
    led = homeroom_classes(viewer=viewer, school_year=school_year)
    seen = {one.pk for one in led}
    for school_id in sorted(viewer.units(*HEADS)):
        led += [
            one
            for one in classes_of_school(
                viewer=viewer, school_id=school_id, school_year=school_year
            )
            if one.pk not in seen
        ]
    return led


def led_class(*, viewer: Viewer, class_id: UUID, writing: bool = False) -> LedClass:
    """Return a class for the homeroom pages.

    Raises:
        HocbaError: "access.denied".
    """
    group = class_by_id(class_id=class_id)
    if group is None:
        raise HocbaError("access.denied")
    (require_lead if writing else require_follow)(viewer, class_group=group)
    results = judged_class(
        class_group=group,
        assignments=assignments_of_class(class_id=class_id),
        scope=ResultsScope(everything=True),
    )
    return LedClass(
        results=results,
        can_write=can_lead(viewer, class_group=group),
        locked=locked_students(
            school_id=group.school_id,
            school_year=group.school_year,
            enrolment_ids=[one.pupil.enrolment_id for one in results.students],
        ),
    )


def homeroom_records(led: LedClass) -> dict[UUID, HomeroomRecord]:
    """Return what stands of the homeroom teacher's part, by enrolment."""
    return {
        row.enrolment_id: row
        for row in standing(
            HomeroomRecord,
            school_id=led.group.school_id,
            school_year=led.group.school_year,
            enrolment_ids=[one.pupil.enrolment_id for one in led.results.students],
        )
    }


def proposals(led: LedClass) -> dict[UUID, YearProposal]:
    """Return what was proposed last, by enrolment."""
    return {
        row.enrolment_id: row
        for row in standing(
            YearProposal,
            school_id=led.group.school_id,
            school_year=led.group.school_year,
            enrolment_ids=[one.pupil.enrolment_id for one in led.results.students],
        )
    }


@dataclass(frozen=True, slots=True)
class SummerRows:
    """The summer as it stands: subjects by student and key, and each student's record."""

    subjects: Mapping[tuple[UUID, str], Reassessment]
    records: Mapping[UUID, SummerRecord]


def summer_rows(led: LedClass) -> SummerRows:
    """Return what stands of the summer."""
    group, ids = led.group, [one.pupil.enrolment_id for one in led.results.students]
    return SummerRows(
        subjects={
            (row.enrolment_id, row.subject_key): row
            for row in standing(
                Reassessment,
                school_id=group.school_id,
                school_year=group.school_year,
                enrolment_ids=ids,
            )
        },
        records={
            row.enrolment_id: row
            for row in standing(
                SummerRecord,
                school_id=group.school_id,
                school_year=group.school_year,
                enrolment_ids=ids,
            )
        },
    )
