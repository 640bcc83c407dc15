"""A wrong mark in an issued transcript: asked, approved, recalled, corrected, issued anew."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.models import Lock, Mark
from hocba.apps.issuing.actions import compose_class, compose_replacement, execute_request
from hocba.apps.issuing.models import Draft
from hocba.apps.ledger.actions import Recipient, approve, publish_checkpoint, record_delivery
from hocba.apps.ledger.histories import history_of
from hocba.apps.ledger.life_queries import request_by_id, status_of
from hocba.apps.ledger.models import IssuedTranscript, LifeRequest, LogEntry, Notice
from hocba.apps.ledger.queries import bundle_of, trust
from hocba.apps.roster.models import Enrolment, Student
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import read_bundle
from hocba.core.registry.entry import decode
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.registry.procedures import RequestKind, decision_digest
from hocba.core.verification import PublicVerdict, VerdictWord, verify_bundle
from hocba.web.demo import road
from tests.apps.city import quiet_report
from tests.apps.issuing.recalls import LOCKED_DAY, OPEN_DAY, REASON, Case, who


def verdict_of(lookup_uuid: UUID) -> PublicVerdict:
    data = bundle_of(lookup_uuid=lookup_uuid)
    assert data is not None
    return verify_bundle(bundle=read_bundle(data), trust=trust(), at=timezone.now())


def entries_of(lookup_uuid: UUID) -> list[LogEntry]:
    return list(LogEntry.objects.filter(lookup_uuid=lookup_uuid).order_by("index"))


def test_the_whole_road_from_a_wrong_mark_to_the_new_version(case: Case) -> None:
    city, old = case.city, case.issued
    wanted = case.cell().typed.replace(",", ".")
    record_delivery(
        lookup_uuid=old.lookup_uuid,
        recipient=Recipient("Hội đồng tuyển sinh", "admission", "lot-1", "email", "ts@example.vn"),
        actor=None,
        at=LOCKED_DAY,
    )
    request_id = case.recalled()
    publish_checkpoint(actor=None, at=timezone.now())
    assert verdict_of(old.lookup_uuid).word is VerdictWord.RECALLED

    draft_id = compose_replacement(request_id=request_id, actor=city.clerk_id, at=timezone.now())
    road.sign(city, case.class_id, quiet_report())
    road.release(city, case.class_id, quiet_report())

    new_uuid = Draft.objects.get(school_id=city.school_id, id=draft_id).lookup_uuid
    new, was = verdict_of(new_uuid), verdict_of(old.lookup_uuid)
    assert (new.word, was.word) == (VerdictWord.VALID, VerdictWord.REPLACED)
    assert new.transcript is not None
    assert new.transcript.replaces_uuid == str(old.lookup_uuid)
    row = next(one for one in new.transcript.subjects if one.key == case.subject)
    old_row = next(one for one in was.transcript.subjects if one.key == case.subject)
    assert row.second != old_row.second
    assert case.mark().tenths == int(float(wanted) * 10)

    issued, recalled, replaced = (decode(bytes(one.leaf)) for one in entries_of(old.lookup_uuid))
    (issued_new,) = (decode(bytes(one.leaf)) for one in entries_of(new_uuid))
    assert was.replaced_by == issued_new.lookup_digest.hex() == replaced.replaces_digest.hex()
    assert issued_new.replaces_digest == issued.lookup_digest
    assert (issued_new.version, recalled.version) == (2, 1)
    told = history_of(lookup_uuid=old.lookup_uuid)
    assert [one.leads_to for one in told] == [None, None, entries_of(new_uuid)[0].index]
    assert request_by_id(request_id=request_id).state == "replaced"
    assert sorted(Notice.objects.values_list("kind", flat=True)) == ["recalled", "replaced"]


def test_the_log_binds_the_decision_and_readers_learn_why(case: Case) -> None:
    request = request_by_id(request_id=case.recalled())
    kept = request.decision
    issued, recalled = history_of(lookup_uuid=case.issued.lookup_uuid)
    assert (issued.reason, recalled.reason) == ("", request.reason_code)
    assert recalled.log_index == kept.log_index
    entry = decode(bytes(LogEntry.objects.get(index=kept.log_index).leaf))
    digest = decision_digest(decision=bytes(kept.decision), salt=bytes(kept.salt))
    assert entry.decision_digest == digest
    assert request.evidence.get().sha256 in bytes(kept.decision).decode()


def test_only_the_approved_cells_change_and_the_year_is_locked_again(case: Case) -> None:
    before = Mark.objects.filter(school_id=case.city.school_id).count()
    old = case.mark()
    request_id = case.recalled()
    compose_replacement(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    new = case.mark()
    assert Mark.objects.filter(school_id=case.city.school_id).count() == before + 1
    assert (new.version, new.written_by) == (old.version + 1, case.teacher)
    assert new.reason == f"{request_id}: {REASON}"
    locks = Lock.objects.filter(
        school_id=case.city.school_id, enrolment_id=case.issued.enrolment_id
    ).order_by("lifted_at")
    assert [(one.cause, one.lifted_at is None) for one in locks if one.lifted_at is None] == [
        ("corrected", True)
    ]
    assert locks.count() == 2


def test_the_difference_is_stored_before_anybody_signs(case: Case) -> None:
    request_id = case.recalled()
    compose_replacement(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    lines = {one["path"]: one for one in request_by_id(request_id=request_id).difference}
    assert lines[f"subjects[{case.subject}].second"]["why"] == "approved"
    assert lines["replaces_uuid"]["after"] == str(case.issued.lookup_uuid)
    assert {one["why"] for one in lines.values()} == {"approved", "version"}


def test_a_change_that_nobody_approved_is_pointed_out(case: Case) -> None:
    request_id = case.recalled()
    student_id = Enrolment.objects.get(pk=case.issued.enrolment_id).student_id
    Student.objects.filter(pk=student_id).update(address="Số 1 phố Lạ, Hà Nội")
    compose_replacement(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    lines = {one["path"]: one for one in request_by_id(request_id=request_id).difference}
    assert lines["student.address"]["why"] == "outside"


def test_the_what_if_is_kept_with_the_request(case: Case) -> None:
    request = request_by_id(request_id=case.ask())
    effects = {one["about"] for one in request.effects}
    assert {f"average.{case.subject}.HK2", f"average.{case.subject}.year"} <= effects
    assert request.corrections[0]["before"] != request.corrections[0]["after"]


def test_composing_again_gives_the_draft_that_is_there(case: Case) -> None:
    request_id = case.recalled()
    ids = {
        compose_replacement(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
        for _ in range(2)
    }
    assert len(ids) == 1
    assert Draft.objects.filter(school_id=case.city.school_id).count() == 2


def test_nothing_is_composed_before_the_recall(case: Case) -> None:
    request_id = case.ask()
    case.approve_all(request_id)
    with pytest.raises(HocbaError, match=r"recall\.wrong_state"):
        compose_replacement(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    for stranger in (who("vanthu2"), who("hieutruong"), case.teacher):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            compose_replacement(request_id=request_id, actor=stranger, at=LOCKED_DAY)


def test_a_recalled_student_is_not_composed_with_the_class(case: Case) -> None:
    request_id = case.ask_plainly(RequestKind.RECALL_ONLY, "issued_by_mistake")
    case.approve_all(request_id)
    execute_request(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    composed = compose_class(class_id=case.class_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    assert (composed.drafts, composed.left_out) == ({}, {})
    with pytest.raises(HocbaError, match=r"recall\.wrong_state"):
        compose_replacement(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)


def test_a_mark_that_moved_since_the_request_stops_the_correction(case: Case) -> None:
    request_id = case.recalled()
    row = case.mark()
    row.id, row.version, row.tenths = UUID(int=5), row.version + 1, 40
    Mark.objects.bulk_create([row])
    with pytest.raises(HocbaError, match=r"gradebook\.correction_stale"):
        compose_replacement(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    assert Draft.objects.filter(school_id=case.city.school_id).count() == 1


def test_a_civil_status_change_leaves_the_transcript_in_force(case: Case) -> None:
    request_id = case.ask_plainly(RequestKind.CIVIL_STATUS, "civil_status")
    approve(request_id=request_id, step="principal", actor=case.city.principal.id, at=LOCKED_DAY)
    execute_request(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    publish_checkpoint(actor=None, at=timezone.now())
    verdict = verdict_of(case.issued.lookup_uuid)
    assert (verdict.word, verdict.civil_status_changes) == (VerdictWord.VALID, 1)
    assert verdict.transcript is not None
    again = case.ask_plainly(RequestKind.CIVIL_STATUS, "civil_status")
    assert request_by_id(request_id=again).state == "requested"


def test_every_act_is_audited_with_actor_reason_before_and_after(case: Case) -> None:
    request_id = case.recalled()
    compose_replacement(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    events = AuditEvent.objects.filter(school_id=case.city.school_id)
    trail = list(
        events.filter(object_type="life_request", object_id=str(request_id))
        .order_by("at", "id")
        .values_list("action", "actor_id")
    )
    clerk = case.city.clerk_id
    assert trail == [
        ("ledger.recall_requested", case.teacher),
        ("ledger.evidence_added", case.teacher),
        ("ledger.recall_approved", case.city.principal.id),
        ("ledger.recall_approved", who("phuong")),
        ("ledger.recall_executed", clerk),
        ("ledger.decision_kept", clerk),
        ("ledger.difference_kept", clerk),
    ]
    corrected = events.get(action="gradebook.mark_corrected")
    assert corrected.before["value"] != corrected.after["value"]
    assert corrected.reason == REASON
    assert events.filter(action="gradebook.unlocked", reason=REASON).count() == 1


def test_before_the_lock_the_school_recalls_alone(case: Case) -> None:
    request_id = case.ask(at=OPEN_DAY, evidence=())
    state = approve(
        request_id=request_id, step="principal", actor=case.city.principal.id, at=OPEN_DAY
    )
    assert state == "approved"
    index = execute_request(request_id=request_id, actor=case.city.clerk_id, at=OPEN_DAY)
    assert index == 1
    assert status_of(lookup_uuid=case.issued.lookup_uuid).state is TranscriptState.RECALLED
    row = LifeRequest.objects.get(id=request_id)
    assert (row.state, row.waiting_for) == ("executed", "replace")
    assert row.closed_at - OPEN_DAY < timedelta(seconds=1)
    assert IssuedTranscript.objects.count() == 1
