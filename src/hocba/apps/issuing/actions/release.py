"""Issuing: sealed drafts that the public verifier passes enter the log."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.authorities import revocation_source
from hocba.apps.blobs import blob_store
from hocba.apps.certificates.queries import certificate_by_sha256
from hocba.apps.issuing import states
from hocba.apps.issuing.actions.stamp import stamp_waiting
from hocba.apps.issuing.models import Draft, Slot
from hocba.apps.ledger.actions import IssueRequest, issue, issue_replacement
from hocba.apps.ledger.queries import trust
from hocba.core.registry.bundle import MAX_EVIDENCE_BYTES
from hocba.core.signing.trust import Evidence, TrustStore
from hocba.core.signing.verdict import Indication, SlotRole
from hocba.core.signing.verify import verify_document


@dataclass(frozen=True, slots=True)
class Released:
    """Log positions by draft, and the drafts that the verifier would not pass, with its reasons."""

    positions: Mapping[UUID, int]
    refused: Mapping[UUID, tuple[str, ...]]


def issue_sealed(*, school_id: UUID, class_id: UUID, actor: UUID, at: datetime) -> Released:
    """Issue every sealed draft of a class (phát hành); the clerk's act, one transaction.

    Authorities are asked beforehand: for stamps that are still due, and for what they know of the
    signers' certificates, which is kept with the transcript.

    Raises:
        HocbaError: "access.denied", and what `ledger.actions.issue` raises.
    """
    require_role(viewer_of(person_id=actor, at=at), "clerk", unit_id=school_id)
    here = Draft.objects.filter(school_id=school_id, class_id=class_id, state="sealed")
    unstamped = stamp_waiting(
        school_id=school_id,
        draft_ids=list(here.values_list("id", flat=True)),
        actor=actor,
        at=at,
    )
    trusted = trust()
    known = _evidence(here, school_id, trusted, at)
    with transaction.atomic():
        # Held until the end, so that none of them is withdrawn meanwhile.
        sealed = list(here.select_for_update().exclude(id__in=unstamped).order_by("id"))
        requests, refused = _requests(sealed, trusted, known, at)
        refused |= {draft_id: (code,) for draft_id, code in unstamped.items()}
        positions = _issue(sealed, requests, actor=actor, at=at)
        _mark_issued(sealed, set(positions), actor=actor, at=at)
    return Released(positions, refused)


def _issue(
    sealed: Iterable[Draft], requests: Mapping[UUID, IssueRequest], *, actor: UUID, at: datetime
) -> dict[UUID, int]:
    """Issue first versions together; each that replaces another, with the other's closing entry."""
    allowed = {one.id: one.request_id for one in sealed if one.request_id is not None}
    # Requests' rows are held before the log's head, as everywhere.
    positions = {
        draft_id: issue_replacement(
            request_id=allowed[draft_id], document=requests[draft_id], actor=actor, at=at
        )
        for draft_id in requests
        if draft_id in allowed
    }
    first = [draft_id for draft_id in requests if draft_id not in allowed]
    issued = issue(requests=[requests[one] for one in first], actor=actor, at=at)
    return positions | dict(zip(first, issued, strict=True))


def _evidence(
    here: QuerySet[Draft], school_id: UUID, trusted: TrustStore, at: datetime
) -> Evidence:
    """Ask the authorities, each once, about everybody who signed or stamped these drafts."""
    slots = Slot.objects.filter(
        school_id=school_id, draft_id__in=list(here.values_list("id", flat=True)), state="signed"
    )
    signers = sorted(set(slots.values_list("certificate_sha256", flat=True)))
    clocks = sorted(set(slots.values_list("stamp_authority_sha256", flat=True)) - {""})
    held = (certificate_by_sha256(sha256=digest) for digest in signers)
    certificates = [bytes(one.der) for one in held if one is not None]
    certificates += [blob_store().get(digest) for digest in clocks]
    return revocation_source().evidence(certificates=certificates, trust=trusted, at=at)


def _requests(
    sealed: Iterable[Draft], trusted: TrustStore, known: Evidence, at: datetime
) -> tuple[dict[UUID, IssueRequest], dict[UUID, tuple[str, ...]]]:
    requests: dict[UUID, IssueRequest] = {}
    refused: dict[UUID, tuple[str, ...]] = {}
    store = blob_store()
    heavy = sum(map(len, known.certificates + known.crls + known.ocsps)) > MAX_EVIDENCE_BYTES
    for draft in sealed:
        if heavy:  # the bundle could not be read; a list that large is no evidence to hand out
            refused[draft.id] = ("bundle.too_large",)
            continue
        document = store.get(draft.document_sha256)
        verdict = verify_document(document=document, trust=trusted, at=at, evidence=known)
        if verdict.indication is not Indication.TOTAL_PASSED:
            refused[draft.id] = tuple(reason.code for reason in verdict.reasons)
            continue
        held = (
            certificate_by_sha256(sha256=digest)
            for digest in sorted({one.certificate_sha256 for one in verdict.signatures})
        )
        requests[draft.id] = IssueRequest(
            school_id=draft.school_id,
            school_year=draft.school_year,
            enrolment_id=draft.enrolment_id,
            lookup_uuid=draft.lookup_uuid,
            school_code=next(
                one.signer_id for one in verdict.signatures if one.role is SlotRole.SEAL
            ),
            document=document,
            certificates=tuple(bytes(one.der) for one in held if one is not None),
            evidence=known,
        )
    return requests, refused


def _mark_issued(sealed: Iterable[Draft], issued: set[UUID], *, actor: UUID, at: datetime) -> None:
    for draft in sealed:
        if draft.id not in issued:
            continue
        after = states.advance(states.DRAFT, state=draft.state, event="issue")
        moved = Draft.objects.filter(
            school_id=draft.school_id, id=draft.id, state=draft.state
        ).update(state=after)
        if not moved:  # the same request at once, elsewhere: it has written the event
            continue
        record_event(
            school_id=draft.school_id,
            school_year=draft.school_year,
            action="issuing.draft_issued",
            object_type="draft",
            object_id=str(draft.id),
            before={"state": draft.state},
            after={"state": after, "document_sha256": draft.document_sha256},
            actor=actor,
            at=at,
        )
