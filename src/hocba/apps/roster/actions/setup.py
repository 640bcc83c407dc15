"""Set-up of a school year from workbooks: hand in, confirm, let the principal approve, undo.

What is confirmed is what was shown: the digest of the plan (file and every step) travels with the
page, and a file or roster that has changed meanwhile is shown again instead of being written. A
file is taken over whole or not at all.
"""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hocba.adapters.spreadsheets.roster_layouts import RosterKind
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.blobs import blob_store
from hocba.apps.identifiers import uuid7
from hocba.apps.roster.actions.setup_apply import apply_plan
from hocba.apps.roster.actions.setup_undo import undo_changes
from hocba.apps.roster.models import SetupImport, Unit
from hocba.apps.roster.setup.planning import kind_of, kinds_of, plan_workbook
from hocba.apps.roster.setup.states import ImportEvent, ImportState, advance
from hocba.apps.roster.setup.values import Plan
from hocba.core.errors import HocbaError

IMPORTERS = ("it_officer", "clerk")
_LONGEST_REASON = 300


def hand_in_setup(
    *,
    school_id: UUID,
    kind: str,
    school_year: str,
    data: bytes,
    filename: str,
    actor: UUID,
    at: datetime,
) -> tuple[UUID | None, Plan]:
    """Read a workbook and keep it for confirmation; the roster itself is untouched.

    A file that as a whole says nothing is not kept (None). The same bytes again, while they wait,
    are the same import.

    Raises:
        HocbaError: "access.denied", "setup.kind_unknown", "roster.not_a_school".
    """
    require_role(viewer_of(person_id=actor, at=at), *IMPORTERS, unit_id=school_id)
    school, chosen = _school(school_id), kind_of(kind)
    if chosen not in kinds_of(school):
        raise HocbaError("setup.kind_unknown")
    plan = plan_workbook(
        data=data, filename=filename, kind=chosen, school=school, school_year=school_year
    )
    if not plan.rows:
        return None, plan
    digest = hashlib.sha256(data).hexdigest()
    blob_store().put(data)
    with transaction.atomic():
        known = SetupImport.objects.filter(
            school_id=school_id,
            school_year=school_year,
            kind=kind,
            file_sha256=digest,
            state=ImportState.CHECKED,
        ).first()
        if known is not None:
            return known.id, plan
        run = SetupImport.objects.create(
            school_id=school_id,
            id=uuid7(at=at),
            school_year=school_year,
            kind=kind,
            filename=filename[:200],
            file_sha256=digest,
            state=ImportState.CHECKED,
            counts=plan.counts,
            handed_in_by=actor,
            handed_in_at=at,
        )
        _record(run, "roster.setup_checked", None, plan.counts, actor=actor, at=at)
    return run.id, plan


@transaction.atomic
def confirm_setup(
    *, school_id: UUID, import_id: UUID, plan_sha256: str, actor: UUID, at: datetime
) -> SetupImport:
    """Take a workbook over as shown; an assignment of people goes to the principal instead.

    Raises:
        HocbaError: "access.denied", "setup.import_unknown", "setup.state", "setup.blocked",
            "setup.changed_since_preview", "setup.nothing_to_do"; what roster and accounts refuse.
    """
    require_role(viewer_of(person_id=actor, at=at), *IMPORTERS, unit_id=school_id)
    run, plan = _locked(school_id, import_id)
    submitted = run.kind == RosterKind.ASSIGNMENTS
    event = ImportEvent.SUBMIT if submitted else ImportEvent.CONFIRM
    state = advance(run.state, event)
    _refuse_other_plan(plan, plan_sha256)
    run.state, run.plan_sha256, run.counts = state, plan.digest, plan.counts
    run.submitted_by, run.submitted_at = actor, at
    if submitted:
        _save(run)
        _record(run, "roster.setup_submitted", None, plan.counts, actor=actor, at=at)
    else:
        _apply(run, plan, actor, at)
    return run


@transaction.atomic
def approve_assignments(
    *, school_id: UUID, import_id: UUID, plan_sha256: str, actor: UUID, at: datetime
) -> SetupImport:
    """Assign people as the waiting workbook says: one act of the principal.

    Raises:
        HocbaError: "access.denied", "setup.import_unknown", "setup.state", "setup.blocked",
            "setup.changed_since_preview", "setup.nothing_to_do".
    """
    require_role(viewer_of(person_id=actor, at=at), "principal", unit_id=school_id)
    run, plan = _locked(school_id, import_id)
    run.state = advance(run.state, ImportEvent.APPROVE)
    _refuse_other_plan(plan, plan_sha256)
    run.plan_sha256, run.counts = plan.digest, plan.counts
    _apply(run, plan, actor, at)
    return run


@transaction.atomic
def return_assignments(
    *, school_id: UUID, import_id: UUID, reason: str, actor: UUID, at: datetime
) -> SetupImport:
    """Send a waiting assignment back with the reason; nothing was assigned.

    Raises:
        HocbaError: "access.denied", "setup.import_unknown", "setup.state", "setup.reason_missing".
    """
    require_role(viewer_of(person_id=actor, at=at), "principal", unit_id=school_id)
    run = _run(school_id, import_id)
    run.state, run.reason = advance(run.state, ImportEvent.RETURN), _reason(reason)
    run.decided_by, run.decided_at = actor, at
    _save(run)
    _record(run, "roster.setup_returned", None, {}, reason=run.reason, actor=actor, at=at)
    return run


@transaction.atomic
def undo_setup(
    *, school_id: UUID, import_id: UUID, reason: str, actor: UUID, at: datetime
) -> SetupImport:
    """Take back all that an import did, as long as nothing was built on it; all or nothing.

    Whoever may confirm may undo: for assignments that is the principal.

    Raises:
        HocbaError: "access.denied", "setup.import_unknown", "setup.state", "setup.reason_missing",
            "setup.undo_built_on", "setup.undo_changed".
    """
    run = _run(school_id, import_id)
    allowed = ("principal",) if run.kind == RosterKind.ASSIGNMENTS else IMPORTERS
    require_role(viewer_of(person_id=actor, at=at), *allowed, unit_id=school_id)
    _hold_school(school_id)
    run.state, run.reason = advance(run.state, ImportEvent.UNDO), _reason(reason)
    run.undone_by, run.undone_at = actor, at
    count = undo_changes(run=run, reason=run.reason, actor=actor, at=at)
    _save(run)
    _record(run, "roster.setup_undone", None, {"changes": count}, reason=reason, actor=actor, at=at)
    return run


def _apply(run: SetupImport, plan: Plan, actor: UUID, at: datetime) -> None:
    run.decided_by, run.decided_at = actor, at
    count = apply_plan(run=run, plan=plan, actor=actor, at=at)
    _save(run)
    after = {"changes": count, **plan.counts}
    _record(run, "roster.setup_applied", None, after, actor=actor, at=at)


def _refuse_other_plan(plan: Plan, plan_sha256: str) -> None:
    if plan.digest != plan_sha256:
        raise HocbaError("setup.changed_since_preview")
    if plan.blocked:
        raise HocbaError("setup.blocked", rows=plan.counts["chan"])
    if not any(row.steps for row in plan.rows):
        raise HocbaError("setup.nothing_to_do")


def _locked(school_id: UUID, import_id: UUID) -> tuple[SetupImport, Plan]:
    """Hold the school's row, so that nothing changes between planning and writing."""
    school = _hold_school(school_id)
    run = _run(school_id, import_id)
    plan = plan_workbook(
        data=blob_store().get(run.file_sha256),
        filename=run.filename,
        kind=kind_of(run.kind),
        school=school,
        school_year=run.school_year,
    )
    return run, plan


def _hold_school(school_id: UUID) -> Unit:
    school = Unit.objects.select_for_update(no_key=True).filter(pk=school_id, kind="school").first()
    if school is None:
        raise HocbaError("roster.not_a_school")
    return school


def _school(school_id: UUID) -> Unit:
    school = Unit.objects.filter(pk=school_id, kind="school").first()
    if school is None:
        raise HocbaError("roster.not_a_school")
    return school


def _run(school_id: UUID, import_id: UUID) -> SetupImport:
    run = SetupImport.objects.select_for_update().filter(school_id=school_id, id=import_id).first()
    if run is None:
        raise HocbaError("setup.import_unknown")
    return run


def _save(run: SetupImport) -> None:
    """Write the import's own row; `save()` of a composite key would not name its columns."""
    SetupImport.objects.filter(school_id=run.school_id, id=run.id).update(
        state=run.state,
        plan_sha256=run.plan_sha256,
        counts=run.counts,
        submitted_by=run.submitted_by,
        submitted_at=run.submitted_at,
        decided_by=run.decided_by,
        decided_at=run.decided_at,
        undone_by=run.undone_by,
        undone_at=run.undone_at,
        reason=run.reason,
    )


def _reason(reason: str) -> str:
    cleaned = " ".join(reason.split())[:_LONGEST_REASON]
    if not cleaned:
        raise HocbaError("setup.reason_missing")
    return cleaned


def _record(
    run: SetupImport,
    action: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    *,
    reason: str = "",
    actor: UUID,
    at: datetime,
) -> None:
    record_event(
        school_id=run.school_id,
        school_year=run.school_year,
        action=action,
        object_type="setup_import",
        object_id=str(run.id),
        before=before,
        after={"kind": run.kind, "file_sha256": run.file_sha256, **after},
        reason=reason,
        actor=actor,
        at=at,
    )
