"""Planning a mass recall: an officer of the Sở has every version found that a wrong rule touched.

Only the plan is made here. Each school asks, approves and executes for its own versions by the
procedure of each, as for any other recall (`issuing.actions.mass`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.blobs import blob_store
from hocba.apps.ledger.evidence_files import EvidenceFile, checked_files
from hocba.apps.ledger.mass_queries import MassScope, affected, request_id_of
from hocba.apps.ledger.models import MassRecall, MassRecallItem
from hocba.apps.roster.queries import schools_below
from hocba.core.errors import HocbaError
from hocba.core.registry.procedures import decision_bytes
from hocba.core.registry.procedures.approvals import MAX_REASON, MIN_REASON

REASON_CODES = ("wrong_form", "other")
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class MassFinding:
    """Why: one of the reasons of a recall, in words, and the decision as a file."""

    reason_code: str
    reason: str
    decision: EvidenceFile


def schools_of_officer(*, actor: UUID, at: datetime) -> list[UUID]:
    """Return the schools below the Sở in which the person is an officer.

    Raises:
        HocbaError: "access.denied" for anybody else.
    """
    departments = viewer_of(person_id=actor, at=at).units("department_officer")
    if not departments:
        raise HocbaError("access.denied")
    return [school.pk for unit_id in departments for school in schools_below(unit_id=unit_id)]


def plan_mass_recall(
    *, mass_id: UUID, scope: MassScope, finding: MassFinding, actor: UUID, at: datetime
) -> int:
    """Write down every version that is touched, and return how many; repeating changes nothing.

    Raises:
        HocbaError: "access.denied", "recall.reason_unknown", "recall.reason_length",
            "recall.evidence_*", "recall.key_reused", "recall.nothing_affected".
    """
    schools = schools_of_officer(actor=actor, at=at)
    if finding.reason_code not in REASON_CODES:
        raise HocbaError("recall.reason_unknown")
    if not MIN_REASON <= len(finding.reason.strip()) <= MAX_REASON:
        raise HocbaError("recall.reason_length")
    (decision,) = checked_files([finding.decision])
    facts = scope.as_json() | {"reason": [finding.reason_code, finding.reason]}
    facts |= {"evidence": sha256(decision.data).hexdigest()}
    content = sha256(decision_bytes(facts)).hexdigest()
    known = MassRecall.objects.filter(pk=mass_id).first()
    if known is not None:
        if (known.content_sha256, known.planned_by) != (content, actor):
            raise HocbaError("recall.key_reused")
        return known.items.count()
    kept = blob_store().put(decision.data)
    with transaction.atomic():
        mass = MassRecall.objects.create(
            id=mass_id,
            school_year=scope.school_year,
            scope=scope.as_json(),
            reason_code=finding.reason_code,
            reason=finding.reason.strip(),
            evidence_sha256=kept,
            evidence_name=decision.filename,
            content_sha256=content,
            planned_by=actor,
            planned_at=at,
        )
        count = _write_items(mass, scope, schools)
        if not count:
            raise HocbaError("recall.nothing_affected")
        record_event(
            school_id=CITY_WIDE,
            school_year=scope.school_year,
            action="ledger.mass_recall_planned",
            object_type="mass_recall",
            object_id=str(mass_id),
            before=None,
            after={"scope": mass.scope, "versions": count, "evidence": kept},
            reason=mass.reason,
            actor=actor,
            at=at,
        )
    return count


def _write_items(mass: MassRecall, scope: MassScope, schools: Collection[UUID]) -> int:
    state, count = "unchecked" if scope.differs else "planned", 0
    rows = iter(affected(scope=scope, school_ids=schools))  # whole: the writes below come between
    while chunk := list(islice(rows, _CHUNK)):
        MassRecallItem.objects.bulk_create(
            MassRecallItem(
                request_id=request_id_of(mass_id=mass.pk, lookup_uuid=row["lookup_uuid"]),
                mass=mass,
                state=state,
                **row,
            )
            for row in chunk
        )
        count += len(chunk)
    return count


@transaction.atomic
def settle_check(
    *, mass_id: UUID, spared: Iterable[UUID], planned: Iterable[UUID], actor: UUID, at: datetime
) -> None:
    """Keep which items (by request) are spared and which stay planned, once looked at."""
    told = {"spared": [*spared], "planned": [*planned]}
    items = MassRecallItem.objects.filter(mass_id=mass_id, state="unchecked")
    for state, keys in told.items():
        items.filter(pk__in=keys).update(state=state)
    record_event(
        school_id=CITY_WIDE,
        school_year=MassRecall.objects.get(pk=mass_id).school_year,
        action="ledger.mass_recall_checked",
        object_type="mass_recall",
        object_id=str(mass_id),
        before=None,
        after={"spared": [str(key) for key in told["spared"]], "planned": len(told["planned"])},
        actor=actor,
        at=at,
    )


@transaction.atomic
def note_problem(*, request_id: UUID, problem: str, actor: UUID, at: datetime) -> None:
    """Keep why one version went no further, or that it did; nothing is written when it is known."""
    item = MassRecallItem.objects.select_related("mass").get(pk=request_id)
    if item.problem == problem[:60]:
        return
    MassRecallItem.objects.filter(pk=request_id).update(problem=problem[:60])
    record_event(
        school_id=item.school_id,
        school_year=item.mass.school_year,
        action="ledger.mass_recall_problem",
        object_type="life_request",
        object_id=str(request_id),
        before={"problem": item.problem},
        after={"problem": problem[:60]},
        actor=actor,
        at=at,
    )
