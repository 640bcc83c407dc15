"""History: who changed what, when, why, and what let it be after the book was closed.

Read from the versions themselves, which nobody can change; the pages of a class's history come by
keyset over three tables, so that a long year costs no more than a short one.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, Value, When

from hocba.adapters.wording.mark_histories import HOMEROOM, field_words, mark_cell, remark_cell
from hocba.apps.accounts.queries import names_of_people
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.grid import shown
from hocba.apps.gradebook.models import (
    HomeroomRecord,
    ImportRun,
    Lock,
    Mark,
    Remark,
    Reopening,
    VersionedRow,
)
from hocba.apps.gradebook.queries import mark_value
from hocba.apps.gradebook.window_rights import readable_subjects
from hocba.apps.gradebook.windows import NOT_CONTENT
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import class_by_id, roll_of_class
from hocba.core.errors import HocbaError

PAGE, EXPORTED = 50, 20_000
HOMEROOM_PART = "chu-nhiem"
_IDENTITIES: dict[type[VersionedRow], tuple[str, ...]] = {
    Mark: ("enrolment_id", "subject_key", "term", "kind", "ordinal"),
    Remark: ("enrolment_id", "subject_key"),
    HomeroomRecord: ("enrolment_id",),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Filters of a history: subject ("chu-nhiem": the homeroom part), person, instants, kind."""

    subject: str = ""
    person: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    only_after_lock: bool = False
    first_entries: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One version of one cell beside what it said before."""

    at: datetime
    who: str
    student: str
    cell: str
    before: str
    after: str
    reason: str
    origin: str
    permit: str  # "" when the book was open, else how it came to be written
    cursor: str


@dataclass(frozen=True, slots=True)
class History:
    """One page of a class's history, with what its filters offer."""

    class_group: ClassGroup
    changes: tuple[Change, ...]
    next: str
    people: tuple[tuple[UUID, str], ...]


def history_of_class(
    *,
    viewer: Viewer,
    class_id: UUID,
    chosen: Chosen,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> History:
    """Return the changes of a class, newest first; without `first_entries` changes alone.

    Raises:
        HocbaError: "access.denied".
    """
    class_group, subjects = _readable(viewer, class_id)
    pupils = {one.enrolment_id: one.full_name for one in roll_of_class(class_id=class_id)}
    rows: list[VersionedRow] = []
    for model in _tables(chosen, subjects):
        found = _rows(model, class_group, pupils).filter(_filters(model, chosen, subjects))
        if before is not None:
            at, key = before
            found = found.filter(Q(written_at__lt=at) | Q(written_at=at, id__lt=key))
        rows += found.order_by("-written_at", "-id")[: limit + 1]
    rows.sort(key=lambda row: (row.written_at, row.id), reverse=True)
    changes = _changes(class_group, rows[:limit], pupils)
    return History(
        class_group,
        tuple(changes),
        changes[-1].cursor if len(rows) > limit else "",
        _writers(class_group, pupils, subjects),
    )


def history_of_cell(
    *, viewer: Viewer, class_id: UUID, enrolment_id: UUID, subject_key: str, term: str, column: str
) -> list[Change]:
    """Return every version of one cell of the grid, newest first; `column` as the grid names it.

    Raises:
        HocbaError: "access.denied", "gradebook.cell_unknown".
    """
    class_group, subjects = _readable(viewer, class_id)
    pupils = {one.enrolment_id: one.full_name for one in roll_of_class(class_id=class_id)}
    model: type[VersionedRow]
    kind, _dash, ordinal = column.partition("-")
    wanted: dict[str, Any] = {"enrolment_id": enrolment_id}
    if column == "homeroom":
        model = HomeroomRecord
    elif column == "remark":
        model, wanted = Remark, wanted | {"subject_key": subject_key}
    else:
        model = Mark
        wanted |= {"subject_key": subject_key, "term": term, "kind": kind}
        wanted["ordinal"] = int(ordinal) if ordinal.isdecimal() else 1
    if enrolment_id not in pupils:
        raise HocbaError("gradebook.cell_unknown")
    if subjects is not None and (model is HomeroomRecord or subject_key not in subjects):
        raise HocbaError("access.denied")
    found = _rows(model, class_group, [enrolment_id]).filter(**wanted).order_by("-version")
    return _changes(class_group, list(found), pupils)


def written_late() -> Case:
    """Say in SQL whether a version came after a lock: by a permit, or once the student was locked.

    The second are years given back by the signing desk: their lock was lifted, and it had stood.
    """
    stood = Lock.objects.filter(
        school_id=OuterRef("school_id"),
        school_year=OuterRef("school_year"),
        enrolment_id=OuterRef("enrolment_id"),
        locked_at__lt=OuterRef("written_at"),
    )
    return Case(
        When(permit_id__isnull=False, then=Value(True)),
        When(Exists(stood), then=Value(True)),
        default=Value(False),
    )


def _readable(viewer: Viewer, class_id: UUID) -> tuple[ClassGroup, frozenset[str] | None]:
    class_group = class_by_id(class_id=class_id)
    if class_group is None:
        raise HocbaError("access.denied")
    return class_group, readable_subjects(viewer, class_group=class_group)


def _tables(chosen: Chosen, subjects: frozenset[str] | None) -> list[type[VersionedRow]]:
    if chosen.subject == HOMEROOM_PART:
        return [HomeroomRecord] if subjects is None else []
    if chosen.subject or subjects is not None:
        return [Mark, Remark]
    return [Mark, Remark, HomeroomRecord]


def _rows(
    model: type[VersionedRow], class_group: ClassGroup, enrolment_ids: Collection[UUID]
) -> Any:
    return model._default_manager.filter(
        school_id=class_group.school_id,
        school_year=class_group.school_year,
        enrolment_id__in=list(enrolment_ids),
    ).annotate(late=written_late())


def _filters(model: type[VersionedRow], chosen: Chosen, subjects: frozenset[str] | None) -> Q:
    wanted = Q()
    if model is not HomeroomRecord:
        if subjects is not None:
            wanted &= Q(subject_key__in=sorted(subjects))
        if chosen.subject:
            wanted &= Q(subject_key=chosen.subject)
    if chosen.person is not None:
        wanted &= Q(written_by=chosen.person)
    if chosen.since is not None:
        wanted &= Q(written_at__gte=chosen.since)
    if chosen.until is not None:
        wanted &= Q(written_at__lt=chosen.until)
    if chosen.only_after_lock:
        wanted &= Q(late=True)
    elif not chosen.first_entries:
        wanted &= Q(version__gt=1) | Q(late=True)
    return wanted


def _writers(
    class_group: ClassGroup, pupils: Collection[UUID], subjects: frozenset[str] | None
) -> tuple[tuple[UUID, str], ...]:
    """Who wrote in this class's book at all, by name: what the filter offers."""
    ids: set[UUID] = set()
    for model in _tables(Chosen(), subjects):
        rows = _rows(model, class_group, pupils).filter(
            _filters(model, Chosen(first_entries=True), subjects)
        )
        ids |= set(rows.order_by().values_list("written_by", flat=True).distinct())
    return tuple(sorted(names_of_people(person_ids=ids).items(), key=lambda pair: pair[1]))


def _changes(
    class_group: ClassGroup, rows: Sequence[VersionedRow], pupils: dict[UUID, str]
) -> list[Change]:
    earlier = _earlier(class_group, rows)
    names = names_of_people(person_ids={row.written_by for row in rows})
    permits = _permits(class_group, {row.permit_id for row in rows if row.permit_id})
    files = _files(class_group, {row.origin_file for row in rows if row.origin_file})
    changes = []
    for row in rows:
        before = earlier.get(_name(row, row.version - 1))
        said, says = _values(row, before)
        permit, why = permits.get(row.permit_id, ("", "")) if row.permit_id else ("", "")
        if row.permit_id and not permit:
            permit = "Sau khi phát hành, theo đề nghị thu hồi, thay thế"
        elif not permit and getattr(row, "late", False):
            permit = "Sau khi đã khóa để ký, học bạ được trả lại để sửa"
        changes.append(
            Change(
                at=row.written_at,
                who=names.get(row.written_by, ""),
                student=pupils.get(row.enrolment_id, ""),
                cell=_cell(row),
                before=said,
                after=says,
                reason=_reason(row) or why,
                origin=_origin(row, files),
                permit=permit,
                cursor=f"{row.written_at.isoformat()}_{row.id}",
            )
        )
    return changes


def _earlier(
    class_group: ClassGroup, rows: Sequence[VersionedRow]
) -> dict[tuple[Any, ...], VersionedRow]:
    """The versions just before these, in one question a table."""
    found: dict[tuple[Any, ...], VersionedRow] = {}
    for model in _IDENTITIES:
        later = [row for row in rows if isinstance(row, model) and row.version > 1]
        if not later:
            continue
        candidates = _rows(model, class_group, {row.enrolment_id for row in later}).filter(
            version__in={row.version - 1 for row in later}
        )
        if model is not HomeroomRecord:
            keys = {getattr(row, "subject_key", "") for row in later}
            candidates = candidates.filter(subject_key__in=keys)
        found |= {_name(row, row.version): row for row in candidates}
    return found


def _name(row: VersionedRow, version: int) -> tuple[Any, ...]:
    fields = _IDENTITIES[type(row)]
    return (type(row), version, *(getattr(row, field) for field in fields))


def _cell(row: VersionedRow) -> str:
    if isinstance(row, Mark):
        return mark_cell(
            subject_key=row.subject_key, term=row.term, kind=row.kind, ordinal=row.ordinal
        )
    return remark_cell(subject_key=row.subject_key) if isinstance(row, Remark) else HOMEROOM


def _values(row: VersionedRow, before: VersionedRow | None) -> tuple[str, str]:
    if isinstance(row, Mark):
        said = shown(mark_value(before)) if isinstance(before, Mark) else ""
        return said, shown(mark_value(row))
    if isinstance(row, Remark):
        return before.text if isinstance(before, Remark) else "", row.text
    fields = [
        field.name
        for field in row._meta.concrete_fields
        if field.name not in NOT_CONTENT
        and getattr(row, field.name) != getattr(before, field.name, None)
        and not (before is None and getattr(row, field.name) in (None, ""))
    ]
    says = "; ".join(field_words(name, getattr(row, name)) for name in fields)
    if before is None:
        return "", says
    return "; ".join(field_words(name, getattr(before, name)) for name in fields), says


def _reason(row: VersionedRow) -> str:
    """The reason without the request's identifier, with which corrections begin."""
    return row.reason.removeprefix(f"{row.permit_id}: ")


def _origin(row: VersionedRow, files: dict[str, str]) -> str:
    if not row.origin_file:
        return "Nhập trên trang"
    file = files.get(row.origin_file, f"tệp {row.origin_file[:8]}…")
    place = ", ".join(part for part in (row.origin_sheet, row.origin_cell) if part)
    return f"Excel: {file}" + (f", {place}" if place else "")


def _files(class_group: ClassGroup, digests: Iterable[str]) -> dict[str, str]:
    wanted = list(digests)
    if not wanted:
        return {}
    rows = ImportRun.objects.filter(school_id=class_group.school_id, file_sha256__in=wanted)
    return dict(rows.values_list("file_sha256", "filename"))


def _permits(class_group: ClassGroup, ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """How each reopening came to be, in words, with its reason."""
    if not ids:
        return {}
    rows = list(Reopening.objects.filter(school_id=class_group.school_id, id__in=list(ids)))
    names = names_of_people(
        person_ids={one for row in rows for one in (row.endorsed_by, row.granted_by)}
    )
    told = {}
    for row in rows:
        people = [names[one] for one in (row.endorsed_by, row.granted_by) if one in names]
        when = "Sau khóa sổ" if row.after_lock else "Sau khi hết đợt nhập"
        told[row.id] = (f"{when}, mở khóa do {' và '.join(people)} duyệt", row.reason)
    return told
