"""Who may ask, approve, refuse, withdraw and execute: real roles, real units, on real days."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from hocba.apps.accounts.actions import grant_role
from hocba.apps.blobs import blob_store
from hocba.apps.issuing.actions import execute_request
from hocba.apps.ledger.actions import approve, record_forwarded, refuse, withdraw
from hocba.apps.ledger.evidence_files import MAX_FILE_BYTES, EvidenceFile
from hocba.apps.ledger.life_queries import request_by_id, status_of
from hocba.apps.ledger.models import LifeRequest, LogEntry, RequestEvidence, RequestStep
from hocba.apps.ledger.stored import blobs_named
from hocba.apps.roster.models import Unit
from hocba.core.errors import HocbaError
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.registry.procedures import RequestKind
from tests.apps.issuing.recalls import LOCKED_DAY, OPEN_DAY, PAPER, Case, another_officer, who

WHY = "Chưa đủ căn cứ, cần biên bản của tổ bộ môn."


def refused_with(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(HocbaError) as refusal, transaction.atomic():
        act()
    assert refusal.value.code == code


def also(person: UUID, role: str, unit_id: UUID) -> None:
    """Give somebody a second role."""
    grant_role(
        person_id=person,
        role=role,
        unit_id=unit_id,
        valid_from=date(2024, 8, 1),
        actor=None,
        at=LOCKED_DAY,
    )


def test_who_may_ask_for_what(case: Case) -> None:
    """Marks: the subject's own teacher. Nobody from elsewhere, nobody who keeps accounts."""
    another = next(one.id for one in case.city.teachers if one.id != case.teacher)
    refused_with("issuing.not_own_subject", lambda: case.ask(actor=another))
    refused_with("issuing.not_own_subject", lambda: case.ask(actor=case.city.clerk_id))
    refused_with("issuing.not_own_subject", lambda: case.ask(actor=case.city.principal.id))
    for username in ("hieutruong2", "vanthu2", "phuong", "so", "quantri"):
        refused_with("access.denied", lambda name=username: case.ask(actor=who(name)))
    for username in ("cntt", "hieutruong"):
        refused_with("recall.asker_role", lambda name=username: case.ask(actor=who(name), cells=()))
    only = {"kind": RequestKind.RECALL_ONLY, "reason_code": "other", "cells": ()}
    refused_with("recall.asker_role", lambda: case.ask(**only))
    assert LifeRequest.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"evidence": ()}, "recall.evidence_missing"),
        ({"reason": "sai"}, "recall.reason_length"),
        ({"reason_code": "court_order"}, "recall.reason_unknown"),
        ({"evidence": (EvidenceFile("a.exe", b"MZ"),)}, "recall.evidence_type"),
        ({"evidence": (EvidenceFile("a.pdf", b""),)}, "recall.evidence_size"),
        (
            {"evidence": (EvidenceFile("a.pdf", b"%PDF-" + b"0" * MAX_FILE_BYTES),)},
            "recall.evidence_size",
        ),
        ({"evidence": (PAPER,) * 6}, "recall.evidence_count"),
        ({"lookup_uuid": UUID(int=9)}, "recall.transcript_unknown"),
    ],
)
def test_a_request_that_is_not_in_order(case: Case, changed: dict[str, object], code: str) -> None:
    refused_with(code, lambda: case.ask(**changed))
    assert LifeRequest.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "code"),
    [("11", "issuing.cell_unknown"), ("Đ", "issuing.cell_unknown"), ("", "issuing.cell_unknown")],
)
def test_a_cell_that_cannot_be(case: Case, typed: str, code: str) -> None:
    cell = case.cell()
    wrong = type(cell)(cell.subject, cell.term, cell.kind, cell.ordinal, typed)
    refused_with(code, lambda: case.ask(cells=(wrong,)))
    tenths = case.mark().tenths
    same = case.cell(f"{tenths // 10},{tenths % 10}")
    refused_with("issuing.cell_unchanged", lambda: case.ask(cells=(same,)))


def test_approvals_in_order_by_the_right_people(case: Case) -> None:
    request_id = case.ask()
    principal = case.city.principal.id

    def give(step: str, person: UUID) -> str:
        return approve(request_id=request_id, step=step, actor=person, at=LOCKED_DAY)

    refused_with("recall.own_request", lambda: give("principal", case.teacher))
    refused_with("recall.not_your_turn", lambda: give("managing", who("phuong")))
    refused_with("recall.not_your_turn", lambda: give("department", who("so")))
    for username in ("hieutruong2", "vanthu", "phuong", "quantri", "gvcn"):
        refused_with("access.denied", lambda name=username: give("principal", who(name)))
    assert give("principal", principal) == "requested"
    assert give("principal", principal) == "requested"  # the double click
    for username in ("hieutruong", "hieutruong2", "so"):
        refused_with("access.denied", lambda name=username: give("managing", who(name)))
    assert give("managing", who("phuong")) == "approved"
    assert give("managing", who("phuong")) == "approved"
    assert RequestStep.objects.filter(request_id=request_id).count() == 2


def test_nobody_approves_their_own_or_twice(case: Case) -> None:
    authority = request_by_id(request_id=(request_id := case.ask()))
    assert authority is not None
    phuong, head = who("phuong"), case.city.principal.id
    unit = Unit.objects.get(code="01.TRUNG-LIET").pk
    also(head, "authority_officer", unit)
    also(case.teacher, "authority_officer", unit)
    approve(request_id=request_id, step="principal", actor=head, at=LOCKED_DAY)
    for person, code in ((head, "recall.person_twice"), (case.teacher, "recall.own_request")):
        refused_with(
            code,
            lambda one=person: approve(
                request_id=request_id, step="managing", actor=one, at=LOCKED_DAY
            ),
        )
    approve(request_id=request_id, step="managing", actor=phuong, at=LOCKED_DAY)
    refused_with(
        "recall.already_approved",
        lambda: approve(request_id=request_id, step="managing", actor=head, at=LOCKED_DAY),
    )


def test_a_refusal_says_why_and_ends_it(case: Case) -> None:
    request_id = case.ask()
    refused_with(
        "recall.reason_length",
        lambda: refuse(
            request_id=request_id, reason="không", actor=case.city.principal.id, at=LOCKED_DAY
        ),
    )
    for username in ("phuong", "vanthu", "hieutruong2"):
        refused_with(
            "access.denied",
            lambda name=username: refuse(
                request_id=request_id, reason=WHY, actor=who(name), at=LOCKED_DAY
            ),
        )
    for _ in range(2):
        state = refuse(
            request_id=request_id, reason=WHY, actor=case.city.principal.id, at=LOCKED_DAY
        )
        assert state == "refused"
    refused_with("recall.wrong_state", lambda: case.approve_all(request_id))
    assert case.ask() != request_id  # a new request may be made


def test_only_the_asker_takes_it_back(case: Case) -> None:
    request_id = case.ask()
    refused_with(
        "access.denied",
        lambda: withdraw(
            request_id=request_id, reason=WHY, actor=case.city.clerk_id, at=LOCKED_DAY
        ),
    )
    for _ in range(2):
        state = withdraw(request_id=request_id, reason=WHY, actor=case.teacher, at=LOCKED_DAY)
        assert state == "withdrawn"


def test_execution_is_the_clerks_after_all_approvals_and_once(case: Case) -> None:
    request_id = case.ask()

    def run(person: UUID) -> int | None:
        return execute_request(request_id=request_id, actor=person, at=LOCKED_DAY)

    refused_with("recall.wrong_state", lambda: run(case.city.clerk_id))
    case.approve_all(request_id)
    for username in ("hieutruong", "phuong", "vanthu2"):
        refused_with("access.denied", lambda name=username: run(who(name)))
    first = run(case.city.clerk_id)
    assert first == run(case.city.clerk_id) == 1
    assert LogEntry.objects.filter(kind="recalled").count() == 1
    refused_with(
        "recall.wrong_state",
        lambda: withdraw(request_id=request_id, reason=WHY, actor=case.teacher, at=LOCKED_DAY),
    )
    refused_with("recall.not_in_force", case.ask)


def test_the_same_request_twice_is_one_and_another_under_its_key_is_refused(case: Case) -> None:
    key = uuid4()
    assert case.ask(request_id=key) == case.ask(request_id=key) == key
    assert RequestEvidence.objects.count() == LifeRequest.objects.count() == 1
    refused_with(
        "recall.key_reused",
        lambda: case.ask(request_id=key, reason="Một lí do khác hẳn lần trước."),
    )
    refused_with("recall.key_reused", lambda: case.ask(request_id=key, cells=(case.cell("1,5"),)))
    refused_with("recall.open_request", case.ask)


def test_a_deadline_that_passes_asks_for_more(case: Case) -> None:
    """Asked and approved on 20/06 by the school alone; on 10/07 the commune must agree too."""
    request_id = case.ask(at=OPEN_DAY)
    head = case.city.principal.id
    assert approve(request_id=request_id, step="principal", actor=head, at=OPEN_DAY) == "approved"
    done = execute_request(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    assert done is None
    assert status_of(lookup_uuid=case.issued.lookup_uuid).state is TranscriptState.IN_FORCE
    row = request_by_id(request_id=request_id)
    assert (row.state, row.waiting_for) == ("requested", "managing")
    approve(request_id=request_id, step="managing", actor=who("phuong"), at=LOCKED_DAY)
    assert execute_request(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY) == 1


def test_what_was_forwarded_waits_for_the_ministry(case: Case, make_so2: UUID) -> None:
    request_id = case.ask()
    refused_with(
        "access.denied",
        lambda: record_forwarded(
            lookup_uuids=[case.issued.lookup_uuid], receipt="B1", actor=who("phuong"), at=LOCKED_DAY
        ),
    )
    for _ in range(2):
        record_forwarded(
            lookup_uuids=[case.issued.lookup_uuid], receipt="B1", actor=who("so"), at=LOCKED_DAY
        )
    assert case.approve_all(request_id) == "requested"
    so = who("so")
    approve(request_id=request_id, step="department", actor=so, at=LOCKED_DAY)
    ministry = {"request_id": request_id, "step": "ministry", "at": LOCKED_DAY}
    refused_with("recall.decision_missing", lambda: approve(actor=make_so2, **ministry))
    state = approve(
        actor=make_so2,
        decision_number="123/QĐ-BGDĐT",
        evidence=(EvidenceFile("qd.pdf", b"%PDF-1.7 qd"),),
        **ministry,
    )
    assert state == "approved"
    step = RequestStep.objects.get(request_id=request_id, step="ministry")
    assert (step.decision_number, step.unit_id) == ("123/QĐ-BGDĐT", None)
    assert execute_request(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY) == 1


@pytest.fixture
def make_so2(case: Case) -> UUID:
    """A second officer of the Sở."""
    return another_officer("department_officer", "01")


def test_a_court_seals_and_unseals_through_the_department(case: Case) -> None:
    for kind, state in (
        (RequestKind.COURT_SEAL, TranscriptState.COURT_SEALED),
        (RequestKind.COURT_UNSEAL, TranscriptState.IN_FORCE),
    ):
        request_id = case.ask_plainly(kind, "court_order")
        approve(request_id=request_id, step="department", actor=who("so"), at=LOCKED_DAY)
        execute_request(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
        assert status_of(lookup_uuid=case.issued.lookup_uuid).state is state


def test_evidence_counts_among_the_files_that_a_backup_must_hold(case: Case) -> None:
    case.ask()
    digest = RequestEvidence.objects.get().sha256
    assert digest in set(blobs_named())
    assert blob_store().get(digest)


def test_steps_and_files_are_never_rewritten(case: Case) -> None:
    request_id = case.ask()
    approve(request_id=request_id, step="principal", actor=case.city.principal.id, at=LOCKED_DAY)
    for model, change in ((RequestStep, {"reason": "x"}), (RequestEvidence, {"filename": "x"})):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(**change)
    step = RequestStep.objects.get(request_id=request_id)
    for twin in ({"step": "managing"}, {"unit_id": uuid4(), "step": "principal"}):
        values = {"person_id": step.person_id, "unit_id": step.unit_id, "step": "x"} | twin
        with pytest.raises(IntegrityError), transaction.atomic():
            RequestStep.objects.create(
                id=uuid4(),
                request_id=request_id,
                number=9,
                event="approve",
                at=LOCKED_DAY,
                **values,
            )


def test_file_names_are_made_safe(case: Case) -> None:
    name = "..\\..\\C:\\bí mật/\u202egpj.pdf\n"
    request_id = case.ask(evidence=(EvidenceFile(name, PAPER.data, "text/html"),))
    row = RequestEvidence.objects.get(request_id=request_id)
    assert (row.filename, row.media_type) == ("gpj.pdf", "application/pdf")
