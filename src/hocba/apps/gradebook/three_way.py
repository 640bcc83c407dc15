"""Two people, one form: what each changed is kept; only a field that both changed is a conflict.

Who edits says which version they had before them. What differs from that version is theirs; the
rest is taken from what stands now. Nothing is written here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from hocba.apps.gradebook.actions.entry import SHAPES
from hocba.apps.gradebook.models import VersionedRow

Row = TypeVar("Row", bound=VersionedRow)


@dataclass(frozen=True, slots=True)
class FieldsEdit:
    """Fields of one row as handed in; `seen` is the version that was edited (0: none)."""

    key: Mapping[str, Any]
    seen: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """One field that somebody else changed meanwhile to something else."""

    key: tuple[Any, ...]  # names the row, its enrolment first
    field: str
    yours: Any
    theirs: Any
    version: int  # that stands now
    written_by: UUID
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Merged(Generic[Row]):
    """Rows to be written with the version each supersedes, the fields changed, the conflicts.

    `clashing` has each row in conflict as its editor would have it upon what stands now.
    """

    rows: list[Row]
    seen: dict[tuple[Any, ...], int]
    changed: dict[UUID, list[str]]
    conflicts: list[FieldConflict]
    clashing: dict[tuple[Any, ...], dict[str, Any]]


def merge(
    model: type[Row], *, school_id: UUID, school_year: str, edits: Sequence[FieldsEdit]
) -> Merged[Row]:
    """Return what the edits come to upon what stands; two questions to the database at most."""
    key, values = SHAPES[model]
    merged: Merged[Row] = Merged([], {}, defaultdict(list), [], {})
    if not edits:
        return merged
    history = _history(model, key, school_id, school_year, edits)
    for edit in edits:
        name = tuple(edit.key[one] for one in key)
        versions = history.get(name, {})
        base, now = versions.get(edit.seen), versions.get(max(versions, default=0))
        touched = {
            field: value
            for field, value in edit.values.items()
            if value != _value(model, base, field)
        }
        clashes = [
            field
            for field, value in touched.items()
            if _value(model, now, field) not in (value, _value(model, base, field))
        ]
        if now is not None and clashes:
            merged.conflicts.extend(
                _conflict(name, now, field, touched[field]) for field in clashes
            )
            stands = {field: _value(model, now, field) for field in edit.values}
            merged.clashing[name] = stands | touched
            continue
        new = {
            field: value for field, value in touched.items() if value != _value(model, now, field)
        }
        if not new:
            continue
        said = {field: _value(model, now, field) for field in values} | new
        merged.rows.append(model(school_id=school_id, school_year=school_year, **edit.key, **said))
        merged.seen[name] = now.version if now else 0
        merged.changed[edit.key["enrolment_id"]].extend(new)
    return merged


def _history(
    model: type[Row],
    key: tuple[str, ...],
    school_id: UUID,
    school_year: str,
    edits: Sequence[FieldsEdit],
) -> dict[tuple[Any, ...], dict[int, Row]]:
    """Every version of these rows: one of them is what the editor saw."""
    found: dict[tuple[Any, ...], dict[int, Row]] = defaultdict(dict)
    rows = model._default_manager.filter(
        school_id=school_id,
        school_year=school_year,
        enrolment_id__in={edit.key["enrolment_id"] for edit in edits},
    )
    for row in rows:
        found[tuple(getattr(row, one) for one in key)][row.version] = row
    return found


def _value(model: type[Row], row: Row | None, field: str) -> Any:
    """What a row says, or what is said where there is none."""
    if row is not None:
        return getattr(row, field)
    column = model._meta.get_field(field)
    return {"CharField": "", "BooleanField": False}.get(column.get_internal_type())


def _conflict(key: tuple[Any, ...], now: VersionedRow, field: str, yours: Any) -> FieldConflict:
    return FieldConflict(
        key=key,
        field=field,
        yours=yours,
        theirs=getattr(now, field),
        version=now.version,
        written_by=now.written_by,
        written_at=now.written_at,
    )
