"""Writing marks, remarks and homeroom records as new versions of what stands.

One door for every interface (Excel, the grid): the same comparison, the same locks, the same
versions. Only what differs from the standing version is written; a locked student's data may be
repeated but not changed. Who says which version they had before them (`seen`) overwrites nothing
else: such a cell is a conflict and comes back, the others are written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from hocba.adapters.spreadsheets.values import ClassWorkbook
from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.models import (
    HomeroomRecord,
    Lock,
    Mark,
    Reassessment,
    Remark,
    SummerRecord,
    VersionedRow,
    YearProposal,
)
from hocba.apps.gradebook.queries import standing
from hocba.apps.gradebook.windows import refuse_closed
from hocba.apps.identifiers import uuid7
from hocba.apps.roster.holding import hold_school
from hocba.core.assessment.findings import Place
from hocba.core.assessment.marks import RemarkLevel
from hocba.core.errors import HocbaError

Row = TypeVar("Row", bound=VersionedRow)

MARK_KEY = ("enrolment_id", "subject_key", "term", "kind", "ordinal")
REMARK_KEY = ("enrolment_id", "subject_key")
HOMEROOM_KEY = ("enrolment_id",)
MARK_VALUES = ("tenths", "remark_level")
REMARK_VALUES = ("text",)
HOMEROOM_VALUES = (
    "conduct_first",
    "conduct_second",
    "conduct_year",
    "absences_excused",
    "absences_unexcused",
    "excused_first",
    "unexcused_first",
    "excused_second",
    "unexcused_second",
    "award",
    "remark",
)
SHAPES: Mapping[type[VersionedRow], tuple[tuple[str, ...], tuple[str, ...]]] = {
    Mark: (MARK_KEY, MARK_VALUES),
    Remark: (REMARK_KEY, REMARK_VALUES),
    HomeroomRecord: (HOMEROOM_KEY, HOMEROOM_VALUES),
    Reassessment: (REMARK_KEY, ("chosen", *MARK_VALUES)),
    SummerRecord: (HOMEROOM_KEY, ("training", "training_form", "closed")),
    YearProposal: (HOMEROOM_KEY, ("decision", "award")),
}
"""What names a row and what it says, by table."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many new versions came to be."""

    marks: int
    remarks: int
    homeroom_records: int


@dataclass(frozen=True, slots=True)
class Entered(Generic[Row]):
    """What became of rows handed in: new versions, what stood already, what others changed."""

    new: list[Row]
    kept: list[Row]
    conflicts: list[tuple[Row, Row | None]]  # wanted, standing


def write_cells(
    *,
    rows: Sequence[Row],
    seen: Mapping[tuple[Any, ...], int],
    actor: UUID,
    at: datetime,
) -> Entered[Row]:
    """Write single rows of one table; `seen` gives the version (0: none) each writer had.

    Runs inside the caller's transaction, who records the event.

    Raises:
        HocbaError: "gradebook.locked", "gradebook.closed", "gradebook.own_grant".
    """
    for row in rows:
        row.written_by, row.written_at, row.id = actor, at, uuid7(at=at)
    model = type(rows[0])

    def was_seen(name: tuple[Any, ...], standing: Row | None) -> bool:
        return seen[name] == (standing.version if standing else 0)

    return _write_new(model, *SHAPES[model], rows, was_seen)


def write_workbook(
    *,
    school_id: UUID,
    workbook: ClassWorkbook,
    enrolments: Mapping[str, UUID],
    since: datetime,
    actor: UUID,
    at: datetime,
) -> Written:
    """Write the rows of the students in `enrolments` (student code → enrolment).

    `since` is when the file was compared with what stood: what others wrote later is not
    overwritten. Runs inside the caller's transaction.

    Raises:
        HocbaError: "gradebook.locked", "gradebook.closed", "gradebook.own_grant",
            "gradebook.cells_newer".
    """
    common = {
        "school_id": school_id,
        "school_year": workbook.school_year,
        "written_by": actor,
        "written_at": at,
        "origin_file": workbook.digest,
    }
    return Written(
        marks=_count_new(Mark, MARK_KEY, MARK_VALUES, _marks(workbook, enrolments, common), since),
        remarks=_count_new(
            Remark, REMARK_KEY, REMARK_VALUES, _remarks(workbook, enrolments, common), since
        ),
        homeroom_records=_count_new(
            HomeroomRecord,
            HOMEROOM_KEY,
            HOMEROOM_VALUES,
            _homeroom(workbook, enrolments, common),
            since,
        ),
    )


def lock_students(
    *,
    school_id: UUID,
    school_year: str,
    enrolment_ids: Iterable[UUID],
    cause: str,
    actor: UUID,
    at: datetime,
) -> int:
    """Lock these students' year (khóa sổ) and return how many locks are new.

    Runs inside the caller's transaction; a student already locked stays as is.
    """
    hold_school(school_id=school_id, alone=True)
    wanted = set(enrolment_ids)
    locked = set(
        Lock.objects.filter(
            school_id=school_id,
            school_year=school_year,
            enrolment_id__in=wanted,
            lifted_at__isnull=True,
        ).values_list("enrolment_id", flat=True)
    )
    new = sorted(wanted - locked)
    Lock.objects.bulk_create(
        Lock(
            school_id=school_id,
            school_year=school_year,
            id=uuid7(at=at),
            enrolment_id=enrolment_id,
            cause=cause,
            locked_by=actor,
            locked_at=at,
        )
        for enrolment_id in new
    )
    if new:
        record_event(
            school_id=school_id,
            school_year=school_year,
            action="gradebook.locked",
            object_type="enrolments",
            object_id=str(new[0]),
            before=None,
            after={"enrolments": [str(item) for item in new], "cause": cause},
            actor=actor,
            at=at,
        )
    return len(new)


def _count_new(
    model: type[Row],
    key: tuple[str, ...],
    values: tuple[str, ...],
    wanted: Iterator[Row],
    since: datetime,
) -> int:
    entered = _write_new(model, key, values, list(wanted), _not_after(since))
    if entered.conflicts:
        raise HocbaError("gradebook.cells_newer", cells=len(entered.conflicts))
    return len(entered.new)


def _not_after(since: datetime) -> Callable[[tuple[Any, ...], VersionedRow | None], bool]:
    return lambda _name, standing: standing is None or standing.written_at <= since


def _write_new(
    model: type[Row],
    key: tuple[str, ...],
    values: tuple[str, ...],
    rows: Sequence[Row],
    was_seen: Callable[[tuple[Any, ...], Row | None], bool],
) -> Entered[Row]:
    entered: Entered[Row] = Entered([], [], [])
    if not rows:
        return entered
    hold_school(school_id=rows[0].school_id, alone=False)
    current = _current(model, key, rows)
    for row in rows:
        name = _fields(row, key)
        before = current.get(name)
        if before is not None and _fields(before, values) == _fields(row, values):
            entered.kept.append(before)
        elif before is None and _is_empty(row, values):
            entered.kept.append(row)
        elif not was_seen(name, before):
            entered.conflicts.append((row, before))
        else:
            row.version = 1 if before is None else before.version + 1
            entered.new.append(row)
    refuse_closed([(row, current.get(_fields(row, key))) for row in entered.new])
    _refuse_locked(
        rows[0].school_id, rows[0].school_year, {row.enrolment_id for row in entered.new}
    )
    model._default_manager.bulk_create(entered.new)
    return entered


def _current(
    model: type[Row], key: tuple[str, ...], rows: Sequence[Row]
) -> dict[tuple[Any, ...], Row]:
    """The newest version of the cells that these rows are about."""
    subjects = {row.subject_key for row in rows if isinstance(row, Mark | Remark)}
    standing_rows = standing(
        model,
        school_id=rows[0].school_id,
        school_year=rows[0].school_year,
        enrolment_ids={row.enrolment_id for row in rows},
        subject_keys=subjects or None,
    )
    return {_fields(row, key): row for row in standing_rows}


def _refuse_locked(school_id: UUID, school_year: str, enrolment_ids: set[UUID]) -> None:
    count = Lock.objects.filter(
        school_id=school_id,
        school_year=school_year,
        enrolment_id__in=enrolment_ids,
        lifted_at__isnull=True,
    ).count()
    if count:
        raise HocbaError("gradebook.locked", students=count)


def _fields(row: VersionedRow, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def _is_empty(row: VersionedRow, values: tuple[str, ...]) -> bool:
    # Zero is a mark, so it must not pass for the False of a box that nobody ticked.
    return all(value is None or value is False or value == "" for value in _fields(row, values))


def _origin(place: Place) -> dict[str, str]:
    return {"origin_sheet": place.sheet, "origin_cell": place.cell}


def _marks(
    workbook: ClassWorkbook, enrolments: Mapping[str, UUID], common: dict[str, Any]
) -> Iterator[Mark]:
    for sheet in workbook.sheets:
        for row in sheet.rows:
            if row.student_code not in enrolments:
                continue
            for cell in row.marks:
                remark = cell.value if isinstance(cell.value, RemarkLevel) else None
                yield Mark(
                    **common,
                    **_origin(cell.place),
                    id=uuid7(at=common["written_at"]),
                    enrolment_id=enrolments[row.student_code],
                    subject_key=sheet.subject_key,
                    term=cell.term.value,
                    kind=cell.kind.value,
                    ordinal=cell.ordinal,
                    tenths=None if remark else cell.value,
                    remark_level=remark.value if remark else "",
                )


def _remarks(
    workbook: ClassWorkbook, enrolments: Mapping[str, UUID], common: dict[str, Any]
) -> Iterator[Remark]:
    for sheet in workbook.sheets:
        for row in sheet.rows:
            if row.student_code in enrolments:
                yield Remark(
                    **common,
                    **_origin(row.remark_place),
                    id=uuid7(at=common["written_at"]),
                    enrolment_id=enrolments[row.student_code],
                    subject_key=sheet.subject_key,
                    text=row.remark,
                )


def _homeroom(
    workbook: ClassWorkbook, enrolments: Mapping[str, UUID], common: dict[str, Any]
) -> Iterator[HomeroomRecord]:
    before = {
        row.enrolment_id: row
        for row in standing(
            HomeroomRecord,
            school_id=common["school_id"],
            school_year=common["school_year"],
            enrolment_ids=list(enrolments.values()),
        )
    }
    for row in workbook.homeroom:
        if row.student_code in enrolments:
            enrolment_id = enrolments[row.student_code]
            yield HomeroomRecord(
                **common,
                **_origin(row.place),
                **_untold(before.get(enrolment_id), row.absences_excused, row.absences_unexcused),
                id=uuid7(at=common["written_at"]),
                enrolment_id=enrolment_id,
                conduct_first=row.conduct_first,
                conduct_second=row.conduct_second,
                absences_excused=row.absences_excused,
                absences_unexcused=row.absences_unexcused,
                award=row.award,
                remark=row.remark,
            )


def _untold(
    before: HomeroomRecord | None, excused: int | None, unexcused: int | None
) -> dict[str, int | None]:
    """What a workbook has no column for stays; absences by term while they still add up."""
    if before is None:
        return {}
    kept = {"conduct_year": before.conduct_year}
    for total, name in ((excused, "excused"), (unexcused, "unexcused")):
        terms = {key: getattr(before, key) for key in (f"{name}_first", f"{name}_second")}
        known = [value for value in terms.values() if value is not None]
        if total is not None and (sum(known) == total or (len(known) < 2 and sum(known) < total)):
            kept |= terms
    return kept
