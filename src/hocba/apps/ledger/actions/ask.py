"""Asking for a change in an issued transcript's life (đề nghị thu hồi, hộ tịch, niêm phong).

The request's key is drawn by the form before it is sent, so that a double click, a retry or a
second tab is the same request; the same key with another content is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.blobs import blob_store
from hocba.apps.identifiers import uuid7
from hocba.apps.ledger.evidence_files import EvidenceFile, checked_files
from hocba.apps.ledger.life_queries import awaits_reassessment, procedure_at, status_of
from hocba.apps.ledger.models import IssuedTranscript, LifeRequest, RequestEvidence
from hocba.apps.roster.permissions import require_read_class
from hocba.apps.roster.queries import all_in_class, class_by_id, unit_by_id
from hocba.core.errors import HocbaError
from hocba.core.registry.procedures import (
    Procedure,
    RequestKind,
    check_request,
    decision_bytes,
    next_approvals,
)


@dataclass(frozen=True, slots=True)
class AskedChange:
    """What is asked of which version; corrections and their effects as JSON values."""

    lookup_uuid: UUID
    class_id: UUID
    kind: RequestKind
    reason_code: str
    reason: str
    corrections: tuple[Mapping[str, Any], ...] = ()
    effects: tuple[Mapping[str, Any], ...] = ()
    evidence: tuple[EvidenceFile, ...] = ()


def request_recall(*, request_id: UUID, asked: AskedChange, actor: UUID, at: datetime) -> UUID:
    """Make the request and return its key; repeating it changes nothing.

    Raises:
        HocbaError: what `check_request` finds first, "recall.transcript_unknown",
            "recall.open_request", "recall.key_reused", "recall.evidence_*".
    """
    files = checked_files(asked.evidence)
    content = _content(asked, files)
    if _repeated(request_id, content, actor):
        return request_id
    digests = [blob_store().put(file.data) for file in files]
    try:
        with transaction.atomic():
            _make(request_id, asked, content, list(zip(files, digests, strict=True)), actor, at)
    except (IntegrityError, _AlreadyOpenError):
        # Somebody was faster: the same request, or another one about this transcript.
        if _repeated(request_id, content, actor):
            return request_id
        raise HocbaError("recall.open_request") from None
    return request_id


class _AlreadyOpenError(Exception):
    """An open request about the transcript stands there already."""


def _content(asked: AskedChange, files: Sequence[EvidenceFile]) -> str:
    facts = asdict(asked) | {
        "evidence": sorted(sha256(file.data).hexdigest() for file in files),
        "lookup_uuid": str(asked.lookup_uuid),
        "class_id": str(asked.class_id),
        "effects": (),  # they follow from the corrections
    }
    return sha256(decision_bytes(facts)).hexdigest()


def _repeated(request_id: UUID, content: str, actor: UUID) -> bool:
    known = LifeRequest.objects.filter(id=request_id).first()
    if known is None:
        return False
    if (known.content_sha256, known.asked_by) != (content, actor):
        raise HocbaError("recall.key_reused")
    return True


def _make(
    request_id: UUID,
    asked: AskedChange,
    content: str,
    files: Sequence[tuple[EvidenceFile, str]],
    actor: UUID,
    at: datetime,
) -> None:
    issued = IssuedTranscript.objects.filter(lookup_uuid=asked.lookup_uuid).first()
    school = None if issued is None else unit_by_id(unit_id=issued.school_id)
    if issued is None or school is None:
        raise HocbaError("recall.transcript_unknown")
    roles = _roles_of_asker(issued, asked.class_id, actor, at)
    request = LifeRequest(
        id=request_id,
        lookup_uuid=asked.lookup_uuid,
        school_id=school.pk,
        school_level=school.school_level,
        school_year=issued.school_year,
        class_id=asked.class_id,
        enrolment_id=issued.enrolment_id,
        kind=asked.kind.value,
        reason_code=asked.reason_code,
        reason=asked.reason.strip(),
        corrections=[dict(one) for one in asked.corrections],
        effects=[dict(one) for one in asked.effects],
        awaits_reassessment=awaits_reassessment(document_sha256=issued.document_sha256),
        content_sha256=content,
        asked_by=actor,
        asked_at=at,
    )
    procedure = procedure_at(request=request, at=at)
    for code in check_request(
        procedure=procedure,
        state=status_of(lookup_uuid=asked.lookup_uuid).state,
        asker_roles=roles,
        reason_code=asked.reason_code,
        reason=asked.reason,
        evidence_files=len(files),
        corrections=len(asked.corrections),
    ):
        raise HocbaError(code)
    if LifeRequest.objects.filter(
        lookup_uuid=asked.lookup_uuid, state__in=("requested", "approved")
    ).exists():
        raise _AlreadyOpenError
    request.waiting_for = next_approvals(procedure=procedure, given=())[0].key
    LifeRequest.objects.bulk_create([request])
    _record(request, procedure, [digest for _, digest in files])
    keep_evidence(request=request, files=files, actor=actor, at=at)


def _roles_of_asker(
    issued: IssuedTranscript, class_id: UUID, actor: UUID, at: datetime
) -> set[str]:
    """Return the asker's roles in the school, if the student's class is any business of theirs."""
    viewer = viewer_of(person_id=actor, at=at)
    roles = {role for role, unit in viewer.roles if unit == issued.school_id}
    group = class_by_id(class_id=class_id)
    if not roles or group is None or group.school_id != issued.school_id:
        raise HocbaError("access.denied")
    if not all_in_class(class_id=class_id, enrolment_ids={issued.enrolment_id}):
        raise HocbaError("access.denied")
    require_read_class(viewer, class_group=group)
    return roles


def _record(request: LifeRequest, procedure: Procedure, evidence: list[str]) -> None:
    record_event(
        school_id=request.school_id,
        school_year=request.school_year,
        action="ledger.recall_requested",
        object_type="life_request",
        object_id=str(request.id),
        before=None,
        after={
            "lookup_uuid": str(request.lookup_uuid),
            "kind": request.kind,
            "reason_code": request.reason_code,
            "corrections": request.corrections,
            "evidence": evidence,
            "rules": procedure.rules,
            "period": procedure.period.value,
            "forwarded": procedure.forwarded,
        },
        reason=request.reason,
        actor=request.asked_by,
        at=request.asked_at,
    )


def keep_evidence(
    *, request: LifeRequest, files: Sequence[tuple[EvidenceFile, str]], actor: UUID, at: datetime
) -> None:
    """Tie files that are already in the blob store to a request, each once; audited with it."""
    known = set(RequestEvidence.objects.filter(request=request).values_list("sha256", flat=True))
    for file, digest in files:
        if digest in known:
            continue
        known.add(digest)
        RequestEvidence.objects.create(
            id=uuid7(at=at),
            request=request,
            sha256=digest,
            filename=file.filename,
            media_type=file.media_type,
            size=len(file.data),
            added_by=actor,
            added_at=at,
        )
        record_event(
            school_id=request.school_id,
            school_year=request.school_year,
            action="ledger.evidence_added",
            object_type="life_request",
            object_id=str(request.id),
            before=None,
            after={"sha256": digest, "filename": file.filename, "size": len(file.data)},
            actor=actor,
            at=at,
        )
