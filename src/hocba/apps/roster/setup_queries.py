"""Reads for the pages of a school year's set-up: how far it is, imports, template rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from hocba.adapters.spreadsheets.roster_layouts import RosterKind
from hocba.apps.accounts.directory import people_by_ids, roles_in_unit
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.blobs import blob_store
from hocba.apps.roster.models import (
    ClassGroup,
    ElectiveChoice,
    Enrolment,
    IdentityCase,
    SetupChange,
    SetupImport,
    TeachingAssignment,
    Unit,
)
from hocba.apps.roster.setup.classes import level_of_grade
from hocba.apps.roster.setup.electives import has_electives
from hocba.apps.roster.setup.planning import kind_of, kinds_of, plan_workbook
from hocba.apps.roster.setup.staff import TEACHING
from hocba.apps.roster.setup.states import ImportState
from hocba.apps.roster.setup.values import Plan
from hocba.core.assessment.subjects import SubjectGroup, catalogue
from hocba.core.errors import HocbaError

READERS = ("it_officer", "clerk", "principal")
_NEWEST = 50


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One step of the year's set-up: how much is there, of how much where that is known."""

    kind: RosterKind
    count: int
    wanted: int | None  # None: nobody can know beforehand
    waiting: int  # imports that wait for the principal

    @property
    def done(self) -> bool:
        """Whether nothing is missing that could be known to be missing."""
        return self.count > 0 and (self.wanted is None or self.count >= self.wanted)


@dataclass(frozen=True, slots=True)
class SetupOverview:
    """A school's year: its steps in order, and what is open beside them."""

    school: Unit
    school_year: str
    steps: tuple[SetupStep, ...]
    identity_cases: int
    leavers: int
    years: frozenset[str]  # of which the school has classes

    @property
    def next_step(self) -> SetupStep | None:
        """The first step that is not done."""
        return next((step for step in self.steps if not step.done), None)


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import in a list, with the name of who handed it in."""

    run: SetupImport
    handed_in_by: str
    decided_by: str


def school_for_setup(*, viewer: Viewer, school_id: UUID) -> Unit:
    """Return the school whose set-up the viewer works on or approves.

    Raises:
        HocbaError: "access.denied".
    """
    require_role(viewer, *READERS, unit_id=school_id)
    school = Unit.objects.filter(pk=school_id, kind="school").first()
    if school is None:
        raise HocbaError("access.denied")
    return school


def setup_overview(*, viewer: Viewer, school_id: UUID, school_year: str) -> SetupOverview:
    """Return how far the set-up of a year is; the number of queries does not grow."""
    school = school_for_setup(viewer=viewer, school_id=school_id)
    classes = ClassGroup.objects.filter(school=school, school_year=school_year)
    seats = Enrolment.objects.filter(
        class_group__school=school, class_group__school_year=school_year
    )
    staying = seats.filter(left_date__isnull=True)
    teachers = {
        role.person_id
        for role in roles_in_unit(unit_id=school_id)
        if role.role in TEACHING and role.person.is_active and role.valid_to is None
    }
    waiting = Counter(
        SetupImport.objects.filter(
            school_id=school_id, school_year=school_year, state=ImportState.WAITING
        ).values_list("kind", flat=True)
    )
    of_year = list(classes)
    students = staying.count()
    counts: dict[RosterKind, tuple[int, int | None]] = {
        RosterKind.CLASSES: (len(of_year), None),
        RosterKind.STUDENTS: (students, None),
        RosterKind.STAFF: (len(teachers), None),
        RosterKind.ASSIGNMENTS: _assigned(of_year),
    }
    if has_electives(school):
        counts[RosterKind.ELECTIVES] = _chosen(school_id, school_year, of_year, staying)
    return SetupOverview(
        school=school,
        school_year=school_year,
        steps=tuple(SetupStep(kind, *counts[kind], waiting[kind]) for kind in kinds_of(school)),
        identity_cases=IdentityCase.objects.filter(
            school_id=school_id, closed_at__isnull=True
        ).count(),
        leavers=seats.count() - students,
        years=frozenset(
            ClassGroup.objects.filter(school=school).values_list("school_year", flat=True)
        ),
    )


def _assigned(classes: Sequence[ClassGroup]) -> tuple[int, int]:
    """Approved duties of all wanted: every subject nobody may go without, and homeroom."""
    wanted = 0
    needed: dict[UUID, set[str]] = {}
    for group in classes:
        subjects = catalogue(level_of_grade(group.grade))
        needed[group.pk] = {one.key for one in subjects if not one.optional}
        wanted += len(needed[group.pk]) + 1
    rows = TeachingAssignment.objects.filter(
        class_group__in=list(needed), confirmed_at__isnull=False
    )
    done = sum(
        key in needed[group] for group, key in rows.values_list("class_group", "subject_key")
    )
    return done + sum(one.homeroom_confirmed_at is not None for one in classes), wanted


def _chosen(
    school_id: UUID, school_year: str, classes: Sequence[ClassGroup], staying: QuerySet[Enrolment]
) -> tuple[int, int]:
    upper = [one.pk for one in classes if level_of_grade(one.grade) == "THPT"]
    choices = ElectiveChoice.objects.filter(
        school_id=school_id, school_year=school_year, to_date__isnull=True
    )
    chosen = set(choices.values_list("enrolment_id", flat=True))
    seats = set(staying.filter(class_group__in=upper).values_list("pk", flat=True))
    return len(chosen & seats), len(seats)


def setup_imports(
    *, viewer: Viewer, school_id: UUID, school_year: str, kind: str = ""
) -> list[ImportLine]:
    """Return the imports of a year, newest first."""
    school_for_setup(viewer=viewer, school_id=school_id)
    rows = SetupImport.objects.filter(school_id=school_id, school_year=school_year)
    if kind:
        rows = rows.filter(kind=kind)
    runs = list(rows.order_by("-handed_in_at")[:_NEWEST])
    people = people_by_ids(
        person_ids={key for run in runs for key in (run.handed_in_by, run.decided_by) if key}
    )
    names: Mapping[UUID | None, str] = {key: one.full_name for key, one in people.items()}
    return [
        ImportLine(run, names.get(run.handed_in_by, ""), names.get(run.decided_by, ""))
        for run in runs
    ]


def setup_import(
    *, viewer: Viewer, school_id: UUID, import_id: UUID
) -> tuple[SetupImport, Plan | None]:
    """Return an import; with its plan, made afresh from the kept bytes, while it is not decided.

    Raises:
        HocbaError: "access.denied", "setup.import_unknown".
    """
    school = school_for_setup(viewer=viewer, school_id=school_id)
    run = SetupImport.objects.filter(school_id=school_id, id=import_id).first()
    if run is None:
        raise HocbaError("setup.import_unknown")
    if run.state not in (ImportState.CHECKED, ImportState.WAITING):
        return run, None
    plan = plan_workbook(
        data=blob_store().get(run.file_sha256),
        filename=run.filename,
        kind=kind_of(run.kind),
        school=school,
        school_year=run.school_year,
    )
    return run, plan


def changes_of(*, viewer: Viewer, school_id: UUID, import_id: UUID) -> list[SetupChange]:
    """Return what an import changed, in the order of doing."""
    school_for_setup(viewer=viewer, school_id=school_id)
    rows = SetupChange.objects.filter(school_id=school_id, import_id=import_id)
    return list(rows.order_by("ordinal"))


def subject_titles() -> dict[str, str]:
    """Return the titles of all subjects by key."""
    return {one.key: one.name for level in ("THCS", "THPT") for one in catalogue(level)}


def elective_titles() -> list[str]:
    """Return the names of the subjects that may be chosen, for advice in the template."""
    return [one.name for one in catalogue("THPT") if one.group is SubjectGroup.ELECTIVE]


def blobs_named(*, school_id: UUID) -> list[str]:
    """Return the digest of every set-up workbook that a school handed in."""
    rows = SetupImport.objects.filter(school_id=school_id)
    return list(rows.values_list("file_sha256", flat=True))
