"""Walking the road again for one student: ask with a what-if, recall, correct, compose anew.

The request itself lives in the ledger; here are the parts that know marks and drafts. From the new
draft on it is the common road: `sign`, then `release`, which issues it as the replacement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.blobs import blob_store
from hocba.apps.gradebook.actions import (
    CellCorrection,
    Correction,
    HomeroomCorrection,
    RemarkCorrection,
    apply_corrections,
)
from hocba.apps.issuing import states
from hocba.apps.issuing.actions.compose import Replacing, _documents, _store
from hocba.apps.issuing.class_record import class_record
from hocba.apps.issuing.corrected_fields import LIMITS, REMARK, read_field, stored_value
from hocba.apps.issuing.looking import OF_EVERY_VERSION
from hocba.apps.issuing.models import Draft
from hocba.apps.issuing.queries import class_of_version, replacement_of
from hocba.apps.issuing.standing_year import (
    PLACE,
    ProposedCell,
    WhatIf,
    is_field,
    mark_of,
    own_parts,
    standing_year,
    value_of,
    what_if,
)
from hocba.apps.ledger.actions import AskedChange, execute, keep_difference, request_recall
from hocba.apps.ledger.evidence_files import EvidenceFile
from hocba.apps.ledger.life_queries import issued_by_code, request_by_id
from hocba.apps.ledger.models import LifeRequest
from hocba.apps.roster.permissions import require_read_class
from hocba.apps.roster.queries import class_by_id
from hocba.core.assessment.marks import MarkKind, SubjectKey, Term
from hocba.core.errors import HocbaError
from hocba.core.registry.procedures import RequestKind, RequestState
from hocba.core.transcript.canonical import from_xml
from hocba.core.transcript.diff import FieldChange, diff
from hocba.core.transcript.model import Transcript

_RECALLS = (RequestKind.RECALL_AND_REPLACE.value, RequestKind.RECALL_ONLY.value)
_COLUMNS = {"homeroom_remark": "remark"}  # of the gradebook
_FIELDS = {"award": "other_award"}  # of the transcript
_NOT_COMPUTED = ("conduct_first", "conduct_second", "absences", "homeroom_remark", "other_award")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the form says: which version, what kind of request, why, which cells, which files."""

    lookup_uuid: UUID
    kind: RequestKind
    reason_code: str
    reason: str
    cells: tuple[ProposedCell, ...] = ()
    evidence: tuple[EvidenceFile, ...] = ()


def request_correction(*, request_id: UUID, proposal: Proposal, actor: UUID, at: datetime) -> UUID:
    """Make the request with the what-if of its cells.

    Only a subject's teacher proposes its marks and remark; only the class's homeroom teacher
    proposes conduct, absences, award and the closing remark.

    Raises:
        HocbaError: "access.denied", "issuing.not_own_subject", what `what_if` and
            `request_recall` refuse.
    """
    known = request_by_id(request_id=request_id)
    if known is None:
        class_id, found = preview_correction(proposal=proposal, actor=actor, at=at)
    else:  # a repetition: what it would do today must not make it another request
        class_id = known.class_id
        found = WhatIf(tuple(known.corrections), tuple(known.effects))
        if known.asked_by != actor or not _same_cells(proposal.cells, known):
            raise HocbaError("recall.key_reused")
    asked = AskedChange(
        lookup_uuid=proposal.lookup_uuid,
        class_id=class_id,
        kind=proposal.kind,
        reason_code=proposal.reason_code,
        reason=proposal.reason,
        corrections=found.corrections,
        effects=found.effects,
        evidence=proposal.evidence,
    )
    return request_recall(request_id=request_id, asked=asked, actor=actor, at=at)


def preview_correction(*, proposal: Proposal, actor: UUID, at: datetime) -> tuple[UUID, WhatIf]:
    """Return the class and what the proposed cells would alter; writes nothing.

    Raises:
        HocbaError: "access.denied", "recall.transcript_unknown", "issuing.not_own_subject",
            "issuing.cell_unknown", "issuing.cell_unchanged".
    """
    issued = issued_by_code(lookup_uuid=proposal.lookup_uuid)
    if issued is None:
        raise HocbaError("recall.transcript_unknown")
    class_id = class_of_version(school_id=issued.school_id, lookup_uuid=proposal.lookup_uuid)
    class_group = None if class_id is None else class_by_id(class_id=class_id)
    viewer = viewer_of(person_id=actor, at=at)
    if class_id is None or class_group is None or issued.school_id not in viewer.units():
        raise HocbaError("access.denied")
    require_read_class(viewer, class_group=class_group)
    if not proposal.cells:
        return class_id, WhatIf((), ())
    own = own_parts(viewer=viewer, class_group=class_group)
    if not {cell.subject for cell in proposal.cells} <= own:
        raise HocbaError("issuing.not_own_subject")
    standing = standing_year(class_group=class_group, enrolment_id=issued.enrolment_id)
    return class_id, what_if(standing, proposal.cells)


@transaction.atomic
def execute_request(*, request_id: UUID, actor: UUID, at: datetime) -> int | None:
    """Execute an approved request: the log tells it, a recalled version's draft is closed.

    Returns the log position; None when more approvals are due by now.

    Raises:
        HocbaError: as `ledger.actions.execute`.
    """
    index = execute(request_id=request_id, actor=actor, at=at)
    request = request_by_id(request_id=request_id)
    if index is not None and request is not None and request.kind in _RECALLS:
        _close_draft(request, actor=actor, at=at)
    return index


@transaction.atomic
def compose_replacement(*, request_id: UUID, actor: UUID, at: datetime) -> UUID:
    """Apply the approved cells, compose the new version and keep its difference from the old.

    Returns the draft; repeating returns the draft that is there.

    Raises:
        HocbaError: "access.denied", "recall.wrong_state", "gradebook.correction_stale",
            "issuing.left_out" when the year would not compose (then nothing is written).
    """
    request = request_by_id(request_id=request_id)
    if request is None:
        raise HocbaError("access.denied")
    require_role(viewer_of(person_id=actor, at=at), "clerk", unit_id=request.school_id)
    there = replacement_of(school_id=request.school_id, request_id=request_id)
    if there is not None:
        return there.id
    if (request.kind, request.state) != (
        RequestKind.RECALL_AND_REPLACE.value,
        RequestState.EXECUTED.value,
    ):
        raise HocbaError("recall.wrong_state", state=request.state, event="compose")
    _close_draft(request, actor=actor, at=at)
    apply_corrections(
        school_id=request.school_id,
        school_year=request.school_year,
        enrolment_id=request.enrolment_id,
        corrections=[_cell(one, request.school_level) for one in request.corrections],
        request_id=request.id,
        reason=request.reason,
        written_by=request.asked_by,
        actor=actor,
        at=at,
    )
    record = class_record(class_id=request.class_id, at=at)
    others = {one.enrolment_id for one in record.pupils} - {request.enrolment_id}
    replacing = {request.enrolment_id: Replacing(request.lookup_uuid, request.id)}
    documents, _ = _documents(record, others, at, replacing)
    if request.enrolment_id not in documents:
        raise HocbaError("issuing.left_out")
    drafts = _store(record, documents, replacing=replacing, actor=actor, at=at)
    new, _ = documents[request.enrolment_id]
    keep_difference(request_id=request.id, difference=_difference(request, new), actor=actor, at=at)
    return drafts[request.enrolment_id]


def _same_cells(cells: Sequence[ProposedCell], known: LifeRequest) -> bool:
    wanted = {tuple(one[name] for name in PLACE): one for one in known.corrections}
    typed = {tuple(getattr(cell, name) for name in PLACE): cell for cell in cells}
    return typed.keys() == wanted.keys() and all(
        _after(typed[place], known.school_level)
        == value_of(one, "after", school_level=known.school_level)
        for place, one in wanted.items()
    )


def _after(cell: ProposedCell, school_level: str) -> object:
    word = read_field(cell.kind, cell.typed) if is_field(cell.kind) else cell.typed
    told = {"subject": cell.subject, "kind": cell.kind, "after": word}
    return value_of(told, "after", school_level=school_level)


def _close_draft(request: LifeRequest, *, actor: UUID, at: datetime) -> None:
    draft = Draft.objects.filter(
        school_id=request.school_id, lookup_uuid=request.lookup_uuid, state="issued"
    ).first()
    if draft is None:
        return
    after = states.advance(states.DRAFT, state=draft.state, event="recall")
    Draft.objects.filter(school_id=draft.school_id, id=draft.id, state=draft.state).update(
        state=after
    )
    record_event(
        school_id=draft.school_id,
        school_year=draft.school_year,
        action="issuing.draft_recalled",
        object_type="draft",
        object_id=str(draft.id),
        before={"state": draft.state},
        after={"state": after, "request": str(request.id)},
        reason=request.reason,
        actor=actor,
        at=at,
    )


def _cell(correction: Mapping[str, Any], school_level: str) -> Correction:
    kind = correction["kind"]
    if kind == REMARK:
        return RemarkCorrection(
            SubjectKey(correction["subject"]), correction["before"], correction["after"]
        )
    if is_field(kind):
        before, after = (stored_value(kind, correction[name]) for name in ("before", "after"))
        return HomeroomCorrection(_COLUMNS.get(kind, kind), before, after)
    mark = mark_of(correction, "after", school_level=school_level)
    if mark is None:
        raise HocbaError("issuing.cell_unknown")
    return CellCorrection(
        subject=SubjectKey(correction["subject"]),
        term=Term(correction["term"]),
        kind=MarkKind(kind),
        ordinal=correction["ordinal"],
        before=mark_of(correction, "before", school_level=school_level),
        after=mark,
    )


def _difference(request: LifeRequest, new: Transcript) -> list[dict[str, Any]]:
    """Return the changed fields, each with whether the request explains it.

    "version" changes with every version, "approved" follows from the request; "outside" does not:
    it came from the roster or from people in office, and signers are to look at it.
    """
    issued = issued_by_code(lookup_uuid=request.lookup_uuid)
    if issued is None:
        raise HocbaError("recall.transcript_unknown")
    old = from_xml(blob_store().get(issued.document_sha256))
    return [
        {
            "path": one.path,
            "label": one.label,
            "before": one.before,
            "after": one.after,
            "why": _why(one, request),
        }
        for one in diff(old=old, new=new)
    ]


def _why(change: FieldChange, request: LifeRequest) -> str:
    if change.path in OF_EVERY_VERSION:
        return "version"
    if any(change.path in _paths(one) for one in request.corrections):
        return "approved"
    computed = change.path.startswith("summary.") and not change.path.startswith(
        tuple(f"summary.{name}" for name in _NOT_COMPUTED)
    )
    if computed and any(one["kind"] not in LIMITS for one in request.corrections):
        return "approved"
    if change.path.startswith("student.") and request.reason_code == "wrong_particulars":
        return "approved"
    return "outside"


def _paths(correction: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the document's fields that a correction names itself."""
    subject, kind = correction["subject"], correction["kind"]
    if kind == REMARK:
        return (f"subjects[{subject}].remark",)
    if is_field(kind):
        return (f"summary.{_FIELDS.get(kind, kind)}",)
    return tuple(f"subjects[{subject}].{name}" for name in ("first", "second", "year"))
