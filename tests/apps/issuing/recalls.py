"""A small vocabulary for tests of recall: who asks, who approves, on which day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import override_settings

from hocba.apps.accounts.actions import create_person, grant_role
from hocba.apps.accounts.queries import person_by_username
from hocba.apps.gradebook.models import Mark
from hocba.apps.issuing.actions import execute_request, request_correction
from hocba.apps.issuing.actions.correct import Proposal
from hocba.apps.issuing.models import Draft
from hocba.apps.issuing.standing_year import ProposedCell
from hocba.apps.ledger.actions import approve
from hocba.apps.ledger.evidence_files import EvidenceFile
from hocba.apps.ledger.models import IssuedTranscript
from hocba.apps.roster.models import Enrolment, Unit
from hocba.apps.roster.queries import assignments_of_class
from hocba.core.registry.procedures import RequestKind
from hocba.web.demo import road
from hocba.web.demo.city import City, build_city
from tests.apps.city import WORKBOOK, quiet_report

OPEN_DAY = datetime(2025, 6, 20, 3, 0, tzinfo=UTC)  # before the lock of 2024-2025
LOCKED_DAY = datetime(2025, 7, 10, 3, 0, tzinfo=UTC)
LATE_DAY = datetime(2025, 9, 10, 3, 0, tzinfo=UTC)
PAPER = EvidenceFile("Biên bản.pdf", b"%PDF-1.7 bien ban")
REASON = "Cộng nhầm điểm bài kiểm tra cuối kì."


def issue_one(city: City) -> UUID:
    """Issue the transcript of one student and return the class; the others are said to have left.

    Seventeen signatures instead of a hundred: these tests are about what comes after.
    """
    report = quiet_report()
    class_id = road.import_class(city, WORKBOOK, report)
    stays = Enrolment.objects.filter(class_group_id=class_id).order_by("list_number")[0]
    Enrolment.objects.filter(class_group_id=class_id).exclude(pk=stays.pk).update(
        left_date=date(2026, 1, 5)
    )
    road.compose(city, class_id, report)
    road.sign(city, class_id, report)
    road.release(city, class_id, report)
    return class_id


@contextmanager
def kept_open(folder: Path) -> Iterator[tuple[City, UUID]]:
    """Build the city and issue one transcript inside a transaction that is rolled back at the end.

    Tests run in savepoints inside it, so that a module pays for its city once.
    """
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        with override_settings(**places(folder)):
            city = build_city(WORKBOOK, quiet_report())
            class_id = issue_one(city)
        patch.setattr(connection, "close", lambda: None)  # Django closes after each test class
        yield city, class_id
        transaction.set_rollback(True)


def places(folder: Path) -> dict[str, Path]:
    """Settings that point an installation at a folder."""
    return {
        "HOCBA_DATA_DIR": folder,
        "HOCBA_TRUST_FILE": folder / "trust.json",
        "HOCBA_LOG_DIR": folder / "log",
        "HOCBA_LOG_KEY_FILE": folder / "log-key.pem",
        "HOCBA_PORTAL_KEY_FILE": folder / "portal-key.pem",
    }


def who(username: str) -> UUID:
    """Key of one of the demo's people."""
    person = person_by_username(username=username)
    assert person is not None
    return person.id


def another_officer(role: str, unit_code: str) -> UUID:
    """One more officer of a unit above the school."""
    person = create_person(
        username="can.bo.hai", full_name="Lê Thu Hai", actor=None, at=LOCKED_DAY
    ).pk
    grant_role(
        person_id=person,
        role=role,
        unit_id=Unit.objects.get(code=unit_code).pk,
        valid_from=date(2024, 8, 1),
        actor=None,
        at=LOCKED_DAY,
    )
    return person


@dataclass
class Case:
    """One issued transcript with a wrong mark: the final mark of the second term in one subject."""

    city: City
    class_id: UUID
    subject: str = "toan"
    issued: IssuedTranscript = field(init=False)
    teacher: UUID = field(init=False)

    def __post_init__(self) -> None:
        draft = Draft.objects.filter(
            school_id=self.city.school_id, class_id=self.class_id, state="issued"
        ).order_by("id")[0]
        self.issued = IssuedTranscript.objects.get(lookup_uuid=draft.lookup_uuid)
        self.teacher = next(
            one.teacher_id
            for one in assignments_of_class(class_id=self.class_id)
            if one.subject_key == self.subject
        )

    def mark(self) -> Mark:
        """The newest version of the mark in question."""
        return Mark.objects.filter(
            school_id=self.city.school_id,
            enrolment_id=self.issued.enrolment_id,
            subject_key=self.subject,
            term="HK2",
            kind="final",
        ).order_by("-version")[0]

    def cell(self, typed: str = "") -> ProposedCell:
        """The cell with another value than stands there."""
        other = "9,5" if self.mark().tenths != 95 else "9"
        return ProposedCell(self.subject, "HK2", "final", 1, typed or other)

    def proposal(self, **changed: Any) -> Proposal:
        """A request to replace, with one corrected mark and a file."""
        values: dict[str, Any] = {
            "lookup_uuid": self.issued.lookup_uuid,
            "kind": RequestKind.RECALL_AND_REPLACE,
            "reason_code": "wrong_mark",
            "reason": REASON,
            "cells": (self.cell(),),
            "evidence": (PAPER,),
        }
        return Proposal(**(values | changed))

    def ask(self, *, at: datetime = LOCKED_DAY, actor: UUID | None = None, **changed: Any) -> UUID:
        """Make the request as the subject's teacher."""
        return request_correction(
            request_id=changed.pop("request_id", None) or uuid4(),
            proposal=self.proposal(**changed),
            actor=actor or self.teacher,
            at=at,
        )

    def ask_plainly(self, kind: RequestKind, reason_code: str, **changed: Any) -> UUID:
        """Make a request without marks, as the clerk."""
        return self.ask(
            actor=self.city.clerk_id,
            **({"kind": kind, "reason_code": reason_code, "cells": ()} | changed),
        )

    def approve_all(self, request_id: UUID, *, at: datetime = LOCKED_DAY) -> str:
        """Let the principal and the managing authority approve."""
        approve(request_id=request_id, step="principal", actor=self.city.principal.id, at=at)
        return approve(request_id=request_id, step="managing", actor=who("phuong"), at=at)

    def recalled(self) -> UUID:
        """Ask, approve and execute."""
        request_id = self.ask()
        self.approve_all(request_id)
        execute_request(request_id=request_id, actor=self.city.clerk_id, at=LOCKED_DAY)
        return request_id
