"""Carrying a mass recall out, school by school: every act is the ordinary one, version by version.

(1) `check_mass_recall` looks what differs when assessed again, class by class. (2) A school's clerk
asks for all its versions; (3) each step's people approve for the school in one go; (4) the clerk
executes; (5) the clerk composes the replacements, which are then signed and issued like any other.
Each version is a transaction of its own under a key that never changes, so a cut anywhere costs at
most the version at hand, and whoever goes on finds in the requests themselves what is done.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from uuid import UUID

from hocba.apps.blobs import blob_store
from hocba.apps.gradebook.queries import gradebook_years
from hocba.apps.issuing.actions.compose import _transcript
from hocba.apps.issuing.actions.correct import (
    Proposal,
    compose_replacement,
    execute_request,
    request_correction,
)
from hocba.apps.issuing.class_record import class_record
from hocba.apps.issuing.queries import replacement_of
from hocba.apps.issuing.standing_year import taught_subjects
from hocba.apps.kill_points import reached
from hocba.apps.ledger.actions import approve
from hocba.apps.ledger.actions.mass import note_problem, schools_of_officer, settle_check
from hocba.apps.ledger.evidence_files import EvidenceFile
from hocba.apps.ledger.life_queries import issued_by_code
from hocba.apps.ledger.mass_queries import items_in_state, mass_recall
from hocba.apps.ledger.models import MassRecall, MassRecallItem
from hocba.core.assessment.regulation import regulation_for
from hocba.core.errors import HocbaError
from hocba.core.registry.procedures import RequestKind
from hocba.core.transcript.canonical import from_xml
from hocba.core.transcript.diff import FieldChange, diff

_RESULTS = ("first", "second", "year", "reassessed")
_TEXTS = ("homeroom_remark", "other_award", "absences_excused", "absences_unexcused")


def check_mass_recall(*, mass_id: UUID, actor: UUID, at: datetime) -> Counter[str]:
    """Spare the versions whose results are the same when assessed again; go on where it was cut.

    Raises:
        HocbaError: "access.denied", "recall.mass_unknown".
    """
    schools_of_officer(actor=actor, at=at)
    mass = mass_recall(mass_id=mass_id)
    told: Counter[str] = Counter()
    waiting = MassRecallItem.objects.filter(mass=mass, state="unchecked")
    rows = list(waiting.order_by("class_id", "lookup_uuid"))
    for class_id, group in groupby(rows, key=lambda item: item.class_id):
        items = list(group)
        differing = set(_differing(class_id, items, at))
        settle_check(
            mass_id=mass_id,
            spared=[one.pk for one in items if one.pk not in differing],
            planned=differing,
            actor=actor,
            at=at,
        )
        told += Counter(planned=len(differing), spared=len(items) - len(differing))
        reached("mass.class_checked")
    return told


def _results_differ(changes: tuple[FieldChange, ...]) -> bool:
    """Whether a result is among the changed fields, not only a text or a name."""
    return any(
        (change.path.startswith("subjects[") and change.path.rpartition(".")[2] in _RESULTS)
        or (change.path.startswith("summary.") and change.path.partition(".")[2] not in _TEXTS)
        for change in changes
    )


def _differing(class_id: UUID, items: list[MassRecallItem], at: datetime) -> Iterator[UUID]:
    """Yield the requests' keys; what cannot be assessed or read is looked at by people."""
    record = class_record(class_id=class_id, at=at)
    level, school_year = record.school.school_level, record.school_year
    regulation = regulation_for(school_level=level, grade=record.grade, school_year=school_year)
    years = gradebook_years(
        school_id=record.school.id,
        school_year=school_year,
        school_level=level,
        grade=record.grade,
        subjects=taught_subjects(record.assignments, school_level=level),
        enrolment_ids=[item.enrolment_id for item in items],
    )
    for item in items:
        try:
            issued = issued_by_code(lookup_uuid=item.lookup_uuid)
            if issued is None:
                raise HocbaError("recall.transcript_unknown")
            old = from_xml(blob_store().get(issued.document_sha256))
            year = years[item.enrolment_id]
            new = _transcript(record, item.enrolment_id, year, regulation, at, None)
        except HocbaError:
            yield item.pk
            continue
        if _results_differ(diff(old=old, new=new)):
            yield item.pk


def ask_school(*, mass_id: UUID, school_id: UUID, actor: UUID, at: datetime) -> Counter[str]:
    """Ask for the recall and replacement of a school's versions; the clerk's act."""
    mass = mass_recall(mass_id=mass_id)
    paper = EvidenceFile(mass.evidence_name, blob_store().get(mass.evidence_sha256))

    def ask(item: MassRecallItem) -> None:
        request_correction(
            request_id=item.pk,
            proposal=Proposal(
                lookup_uuid=item.lookup_uuid,
                kind=RequestKind.RECALL_AND_REPLACE,
                reason_code=mass.reason_code,
                reason=mass.reason,
                evidence=(paper,),
            ),
            actor=actor,
            at=at,
        )

    return _each(mass, school_id, {""}, ask, actor, at)


def approve_school(
    *,
    mass_id: UUID,
    school_id: UUID,
    step: str,
    decision_number: str = "",
    decision: EvidenceFile | None = None,
    actor: UUID,
    at: datetime,
) -> Counter[str]:
    """Give one step's approval to all of a school's versions that wait for it.

    Raises:
        HocbaError: "recall.own_request" for the officer who planned the recall, "access.denied".
    """
    mass = mass_recall(mass_id=mass_id)
    if actor == mass.planned_by:
        raise HocbaError("recall.own_request")

    def give(item: MassRecallItem) -> None:
        approve(
            request_id=item.pk,
            step=step,
            reason=mass.reason,
            decision_number=decision_number,
            evidence=() if decision is None else (decision,),
            actor=actor,
            at=at,
        )

    return _each(mass, school_id, {"requested"}, give, actor, at)


def execute_school(*, mass_id: UUID, school_id: UUID, actor: UUID, at: datetime) -> Counter[str]:
    """Execute what is approved of a school's versions; the clerk's act."""

    def execute(item: MassRecallItem) -> None:
        if execute_request(request_id=item.pk, actor=actor, at=at) is None:
            raise HocbaError("recall.more_approvals_due")

    return _each(mass_recall(mass_id=mass_id), school_id, {"approved"}, execute, actor, at)


def compose_school(*, mass_id: UUID, school_id: UUID, actor: UUID, at: datetime) -> Counter[str]:
    """Compose the replacements of a school's recalled versions; the clerk's act."""

    def compose(item: MassRecallItem) -> None:
        if replacement_of(school_id=school_id, request_id=item.pk) is None:
            compose_replacement(request_id=item.pk, actor=actor, at=at)

    return _each(mass_recall(mass_id=mass_id), school_id, {"executed"}, compose, actor, at)


def _each(
    mass: MassRecall,
    school_id: UUID,
    states: set[str],
    act: Callable[[MassRecallItem], None],
    actor: UUID,
    at: datetime,
) -> Counter[str]:
    """Act on each version; return how many were done ("") and why the others were not, by code.

    Raises:
        HocbaError: "access.denied" at once: who may not act on one may not act on any.
    """
    told: Counter[str] = Counter()
    for item in list(items_in_state(mass_id=mass.pk, school_id=school_id, states=states)):
        problem = ""
        try:
            act(item)
        except HocbaError as refusal:
            if refusal.code == "access.denied":
                raise
            problem = refusal.code
        reached("mass.acted")
        if problem != item.problem:
            note_problem(request_id=item.pk, problem=problem, actor=actor, at=at)
        told[problem] += 1
        reached("mass.noted")
    return told
