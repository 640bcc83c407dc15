"""What a homeroom teacher writes of their class: conduct, absences, remarks, the summer, proposals.

One form is one act: everything in it is written, or nothing when a field was changed by somebody
else meanwhile; then the conflicts come back with both values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.actions.entry import write_cells
from hocba.apps.gradebook.models import HomeroomRecord, Reassessment, SummerRecord, YearProposal
from hocba.apps.gradebook.queries import standing
from hocba.apps.gradebook.results import ClassResults, judged_class
from hocba.apps.gradebook.results_rights import ResultsScope, require_lead
from hocba.apps.gradebook.three_way import FieldConflict, FieldsEdit, Merged, merge
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import assignments_of_class, class_by_id, roll_of_class
from hocba.core.assessment.marks import Outcome, RemarkLevel
from hocba.core.assessment.results import Decision, SummerAction
from hocba.core.errors import HocbaError

_TERMS = {
    "absences_excused": ("excused_first", "excused_second"),
    "absences_unexcused": ("unexcused_first", "unexcused_second"),
}


@dataclass(frozen=True, slots=True)
class Saved:
    """How many students' records changed; with conflicts it is none.

    `clashing` are the rows in conflict, by key, as their editor would have them now.
    """

    students: int
    conflicts: tuple[FieldConflict, ...] = ()
    clashing: Mapping[tuple[Any, ...], Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordEdit:
    """Some fields of one student's homeroom record, and the version they were read from."""

    enrolment_id: UUID
    seen: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SubjectAgain:
    """One subject of the summer as handed in: chosen or not, its result when there is one."""

    subject_key: str
    seen: int
    chosen: bool
    result: Outcome | None


@dataclass(frozen=True, slots=True)
class SummerEdit:
    """One student's summer as handed in."""

    enrolment_id: UUID
    seen: int
    training: int | None
    training_form: str
    closed: bool
    subjects: tuple[SubjectAgain, ...]


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """What was shown of one student when the teacher confirmed it."""

    enrolment_id: UUID
    decision: str
    award: str


def save_records(
    *, class_id: UUID, edits: Sequence[RecordEdit], actor: UUID, at: datetime
) -> Saved:
    """Write conduct, absences, awards of special kinds and remarks of a class.

    Raises:
        HocbaError: "access.denied", "gradebook.locked", "gradebook.changed_meanwhile".
    """
    group = _led_class(class_id, {edit.enrolment_id for edit in edits}, actor, at)
    try:
        with transaction.atomic():
            merged = merge(
                HomeroomRecord,
                school_id=group.school_id,
                school_year=group.school_year,
                edits=[
                    FieldsEdit({"enrolment_id": edit.enrolment_id}, edit.seen, edit.values)
                    for edit in edits
                ],
            )
            for row in merged.rows:
                _add_up(row, merged.changed[row.enrolment_id])
            return _write(group, "gradebook.homeroom_written", [merged], actor=actor, at=at)
    except IntegrityError as error:
        raise HocbaError("gradebook.changed_meanwhile") from error


def save_summer(*, class_id: UUID, edits: Sequence[SummerEdit], actor: UUID, at: datetime) -> Saved:
    """Write which subjects are reassessed, their results, and what the training came to.

    Raises:
        HocbaError: "access.denied", "gradebook.locked", "gradebook.changed_meanwhile",
            "gradebook.not_for_summer" (a subject or a training that the circular does not open).
    """
    group = _led_class(class_id, {edit.enrolment_id for edit in edits}, actor, at)
    judged = _judged(group)
    for edit in edits:
        _refuse_what_is_not_open(edit, judged)
    common: dict[str, Any] = {"school_id": group.school_id, "school_year": group.school_year}
    try:
        with transaction.atomic():
            subjects = merge(Reassessment, **common, edits=[*_subject_edits(edits)])
            summers = merge(
                SummerRecord,
                **common,
                edits=[
                    FieldsEdit(
                        {"enrolment_id": edit.enrolment_id},
                        edit.seen,
                        {
                            "training": edit.training,
                            "training_form": edit.training_form,
                            "closed": edit.closed,
                        },
                    )
                    for edit in edits
                ],
            )
            return _write(
                group, "gradebook.summer_written", [subjects, summers], actor=actor, at=at
            )
    except IntegrityError as error:
        raise HocbaError("gradebook.changed_meanwhile") from error


def confirm_proposals(
    *, class_id: UUID, shown: Sequence[ShownProposal], actor: UUID, at: datetime
) -> int:
    """Keep what the teacher proposes: decision and award as computed; return how many are new.

    Raises:
        HocbaError: "access.denied", "gradebook.proposal_stale" (a result is no longer what was
            shown, or not known), "gradebook.locked", "gradebook.changed_meanwhile".
    """
    group = _led_class(class_id, {one.enrolment_id for one in shown}, actor, at)
    judged = _judged(group)
    for one in shown:
        found = judged.student(one.enrolment_id).assessment
        stands = (found.promotion.decision.value, found.award_title)
        known = found.promotion.decision is not Decision.UNDETERMINED
        if not known or stands != (one.decision, one.award):
            raise HocbaError("gradebook.proposal_stale")
    common: dict[str, Any] = {"school_id": group.school_id, "school_year": group.school_year}
    before = {
        row.enrolment_id: row.version
        for row in standing(
            YearProposal, **common, enrolment_ids=[one.enrolment_id for one in shown]
        )
    }
    try:
        with transaction.atomic():
            merged = merge(
                YearProposal,
                **common,
                edits=[
                    FieldsEdit(
                        {"enrolment_id": one.enrolment_id},
                        before.get(one.enrolment_id, 0),
                        {"decision": one.decision, "award": one.award},
                    )
                    for one in shown
                ],
            )
            return _write(
                group, "gradebook.proposals_confirmed", [merged], actor=actor, at=at
            ).students
    except IntegrityError as error:
        raise HocbaError("gradebook.changed_meanwhile") from error


def _led_class(class_id: UUID, enrolment_ids: set[UUID], actor: UUID, at: datetime) -> ClassGroup:
    """Return the class when the actor leads it and all these students sit in it."""
    group = class_by_id(class_id=class_id)
    if group is None:
        raise HocbaError("access.denied")
    require_lead(viewer_of(person_id=actor, at=at), class_group=group)
    if not enrolment_ids <= {one.enrolment_id for one in roll_of_class(class_id=class_id)}:
        raise HocbaError("access.denied")
    return group


def _judged(group: ClassGroup) -> ClassResults:
    return judged_class(
        class_group=group,
        assignments=assignments_of_class(class_id=group.pk),
        scope=ResultsScope(everything=True),
    )


def _add_up(row: HomeroomRecord, changed: Sequence[str]) -> None:
    """The year's absences are the sum of the terms, once somebody enters them by term."""
    for total, terms in _TERMS.items():
        if set(terms) & set(changed):
            values = {term: getattr(row, term) for term in terms}
            if None not in values.values():
                setattr(row, total, sum(values.values()))
            elif any(values[term] is None for term in terms if term in changed):
                setattr(row, total, None)  # a number taken back: the sum is not known any more


def _write(
    group: ClassGroup,
    action: str,
    parts: Sequence[Merged[Any]],
    *,
    actor: UUID,
    at: datetime,
) -> Saved:
    """Write what was merged, all of it or, when something clashes, nothing."""
    conflicts = tuple(one for part in parts for one in part.conflicts)
    if conflicts:
        clashing = {key: said for part in parts for key, said in part.clashing.items()}
        return Saved(0, conflicts, clashing)
    changed: dict[str, list[str]] = {}
    for part in parts:
        if part.rows:
            entered = write_cells(rows=part.rows, seen=part.seen, actor=actor, at=at)
            if entered.conflicts:  # somebody wrote between our reading and this
                raise HocbaError("gradebook.changed_meanwhile")
        for enrolment_id, fields in part.changed.items():
            changed.setdefault(str(enrolment_id), []).extend(fields)
    if changed:
        record_event(
            school_id=group.school_id,
            school_year=group.school_year,
            action=action,
            object_type="class_group",
            object_id=str(group.pk),
            before=None,
            after={"changed": changed},
            actor=actor,
            at=at,
        )
    return Saved(len(changed))


def _subject_edits(edits: Sequence[SummerEdit]) -> Iterator[FieldsEdit]:
    for edit in edits:
        for one in edit.subjects:
            remark = one.result if isinstance(one.result, RemarkLevel) else None
            yield FieldsEdit(
                {"enrolment_id": edit.enrolment_id, "subject_key": one.subject_key},
                one.seen,
                {
                    "chosen": one.chosen,
                    "tenths": None if remark or one.result is None else int(one.result),
                    "remark_level": remark.value if remark else "",
                },
            )


def _refuse_what_is_not_open(edit: SummerEdit, judged: ClassResults) -> None:
    """Only what Điều 13 and Điều 14 open to this student (core says what that is)."""
    student = judged.student(edit.enrolment_id)
    promotion = student.assessment.promotion
    name = student.pupil.full_name
    for one in edit.subjects:
        if one.chosen and one.subject_key not in promotion.reassess_subjects:
            raise HocbaError("gradebook.not_for_summer", student=name)
        if one.result is not None and not one.chosen:
            raise HocbaError("gradebook.not_for_summer", student=name)
    if edit.training is not None and SummerAction.TRAINING not in promotion.actions:
        raise HocbaError("gradebook.not_for_summer", student=name)
