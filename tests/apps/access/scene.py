"""What the actions are about, and with which arguments they are called.

One school of the demo's city: a student whose transcript is issued, another whose transcript is
being signed by the teacher, and one waiting thing of each kind that an action goes on with.
"""

import inspect
from collections.abc import Callable
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from hocba.apps.accounts.models import Delegation, Person, RoleAssignment
from hocba.apps.accounts.permissions import SCHOOL_ROLES
from hocba.apps.certificates.models import Certificate
from hocba.apps.gradebook.models import ImportRun, Reopening
from hocba.apps.gradebook.windows import Scope
from hocba.apps.issuing.actions import compose_class, open_signing_session
from hocba.apps.issuing.actions.correct import Proposal
from hocba.apps.issuing.actions.print_jobs import PrintWish
from hocba.apps.issuing.actions.sign import Signed
from hocba.apps.issuing.desk import OWN
from hocba.apps.issuing.desk_models import TranscriptReturn
from hocba.apps.issuing.models import RemoteSession, Slot
from hocba.apps.issuing.print_models import PrintJob
from hocba.apps.ledger.actions import AskedChange
from hocba.apps.ledger.actions.mass import MassFinding, plan_mass_recall
from hocba.apps.ledger.mass_queries import MassScope
from hocba.apps.ledger.models import PdfRequest
from hocba.apps.roster.models import ClassGroup, Enrolment, Unit
from hocba.apps.roster.setup_models import SetupImport
from hocba.core.registry.procedures import RequestKind
from tests.apps.access.worlds import ROLES, Worlds, build_worlds, new_person
from tests.apps.issuing.recalls import PAPER, REASON, Case

TOKEN = "mot-lan"  # noqa: S105 - of a signature that nobody gives
Values = dict[str, Any]
TYPED: Values = {
    "username": "ai.do",
    "full_name": "Nguyễn Ai Đó",
    "password": "mua-thu-ha-noi-1954",
    "role": "subject_teacher",
    "act": "sign_transcripts",
    "sessions": [],
    "delegation_id": uuid4(),
    "kind": "nhan-su",
    "data": b"x",
    "filename": "tep.xlsx",
    "plan_sha256": "0" * 64,
    "reason": REASON,
    "text": "Chăm chỉ.",
    "phrase_id": uuid4(),
    "edits": [],
    "shown": [],
    "note": REASON,
    "month": date(2025, 5, 1),
    "signal_key": "khong-co",
    "object_type": "class",
    "object_id": "9A1",
    "page": "results",
    "form": "xlsx",
    "seen": 0,
    "hours": 24,
    "column_group": "regular",
    "students": [],
    "wanted": {},
    "scope": Scope(term="HK1"),
    "case_ids": [],
    "owner_id": None,
    "signature": b"",
    "token": TOKEN,
    "step": "principal",
    "mode": "document",
    "answer": REASON,
    "outcomes": [],
    "receipt": "BN-1",
    "job_id": uuid4(),
    "signer": None,
}


class Scene:
    """The people who try, and the values that arguments are filled from by their names."""

    def __init__(self, case: Case, at: datetime) -> None:
        self.at = at
        self._case = case
        self._worlds: Worlds = build_worlds(case.city, case.class_id)
        own = self._worlds.values["own"]
        self.school = Unit.objects.get(pk=own["school_id"])
        self.teacher = self._worlds.people["subject_teacher"]
        self.colleagues = {
            "subject_teacher": new_person("khac.bm", "subject_teacher", self.school),
            "homeroom_teacher": new_person("khac.cn", "homeroom_teacher", self.school),
        }
        self.strangers = self._strangers()
        target = new_person("moi", "subject_teacher", self.school)
        self.values: Values = TYPED | dict(own) | self._plain(target)
        self.values |= self._waiting()
        self.special = self._of_school() | self._of_transcripts()

    @property
    def insiders(self) -> dict[str, Person]:
        """One person of each role, whose things these are."""
        return {role: self._worlds.people[role] for role in ROLES}

    def arguments(self, name: str, action: Callable[..., Any]) -> Values:
        """Fill an action's parameters by name; what has a default and is not known is left out."""
        told = self.values | self.special.get(name, {})
        wanted = inspect.signature(action).parameters
        missing = [
            one
            for one, part in wanted.items()
            if one not in told and part.default is part.empty and one not in ("actor", "at")
        ]
        assert not missing, f"{name}: say in scene.py what to send as {missing}"
        return {one: told[one] for one in wanted if one in told}

    def _strangers(self) -> dict[str, Person]:
        values = self._worlds.values["other_school"]
        elsewhere = Unit.objects.get(pk=values["school_id"])
        above = Unit.objects.get(pk=elsewhere.parent_id)
        roles = dict.fromkeys(SCHOOL_ROLES, elsewhere) | {"authority_officer": above}
        return {
            role: new_person(f"la.{number}", role, unit)
            for number, (role, unit) in enumerate(roles.items())
        }

    def _plain(self, target: Person) -> Values:
        """Arguments that mean the same wherever they are asked for."""
        now, today = self.at, self.at.date()
        role = RoleAssignment.objects.get(person=target)
        own = Certificate.objects.get(person_id=self.teacher.pk)
        year = ClassGroup.objects.get(pk=self._case.class_id).school_year
        return {
            "person_id": target.pk,
            "assignment_id": role.pk,
            "last_day": today,
            "unit_id": self.school.pk,
            "valid_from": today,
            "valid_to": today,
            "receiver_id": target.pk,
            "der": bytes(own.der),
            "certificate_id": own.pk,
            "opens_at": now,
            "closes_at": now + timedelta(days=1),
            "left_date": today,
            "joined_date": today,
            "to_signer": self.teacher.citizen_id,
            "school_year": year,
        }

    def _waiting(self) -> Values:
        """One thing of each kind that somebody is to go on with."""
        school, year, me = self.school, self.values["school_year"], self.teacher.pk
        values: Values = self._signing()
        base = {"school_id": school.pk, "id": uuid4()}
        run = {"file_sha256": "0" * 64, "handed_in_by": me, "handed_in_at": self.at}
        made = SetupImport.objects.create(
            **base, **run, school_year=year, kind="nhan-su", state="checked", counts={}
        )
        asked = {"reason": REASON, "hours": 24, "asked_by": me, "asked_at": self.at}
        part = {"class_id": self._case.class_id, "class_name": "9A1", "grade": 9}
        part |= {"subject_key": self.values["subject_key"], "term": "HK1"}
        reopening = Reopening.objects.create(
            **base, **asked, **part, school_year=year, column_group="regular"
        )
        remote = RemoteSession.objects.create(
            **base, provider="mysign", person_id=me, mode="document", state="ready",
            began_at=self.at, due_at=self.at + timedelta(hours=1),
        )  # fmt: skip
        mass = uuid4()
        plan_mass_recall(
            mass_id=mass,
            scope=MassScope(school_year=year),
            finding=MassFinding("wrong_form", REASON, PAPER),
            actor=self.insiders["department_officer"].pk,
            at=self.at,
        )
        seen = {"import_id": made.id, "reopening_id": reopening.id, "remote": remote.id}
        return values | seen | {"mass_id": mass}

    def _signing(self) -> Values:
        """Bring a second student's transcript to the teacher's desk."""
        second = Enrolment.objects.filter(class_group_id=self._case.class_id)
        second.filter(pk=second.order_by("list_number")[1].pk).update(left_date=None)
        drafts = compose_class(
            class_id=self._case.class_id, actor=self._case.city.clerk_id, at=self.at
        ).drafts
        (draft_id,) = drafts.values()
        slots = Slot.objects.filter(school_id=self.school.pk, draft_id=draft_id)
        mine = slots.filter(signer_id=self.teacher.citizen_id).order_by("order")[0]
        session = open_signing_session(
            school_id=self.school.pk,
            session_id=uuid4(),
            kind=OWN,
            class_ids=[self._case.class_id],
            actor=self.teacher.pk,
            at=self.at,
        )
        keys = {"draft_id": draft_id, "draft_ids": [draft_id], "slots": [(draft_id, mine.key)]}
        return keys | {"session_id": session, "slot": mine}

    def _of_school(self) -> dict[str, Values]:
        """What the same name means to another action: of people, classes and marks."""
        me = {"person_id": self.teacher.pk}
        return {
            **{f"accounts.{name}": me for name in ("set_password", "record_sign_in")},
            **{f"accounts.{name}": me for name in ("record_second_factor", "end_sessions")},
            "accounts.create_person": {"person_id": None},
            "accounts.revoke_delegation": {"delegation_id": self._delegation()},
            "certificates.register_certificate": me | {"unit_id": None},
            "accounts.grant_role": {"role": "homeroom_teacher"},
            "roster.create_unit": {
                "unit_id": None,
                "parent_id": self.school.parent_id,
                "school_level": "THCS",
                "kind": "school",
                "code": "01009998",
                "name": "Trường mới",
            },
            "roster.correct_particulars": {"seen": {}},
            "roster.move_to_class": {"class_id": self._worlds.values["other_class"]["class_id"]},
            "gradebook.save_cells": {"request_id": uuid4(), "term": "HK1"},
            "gradebook.record_export": {"scope": "hk1", "request_id": "1"},
            "gradebook.ask_reopening": {"term": "HK2"},
            "gradebook.hand_in_workbook": {"filename": "so-diem.xlsx"},
            "gradebook.accept_workbook": {"run_id": self._run()},
        }

    def _of_transcripts(self) -> dict[str, Values]:
        """What the same name means to another action: of transcripts and their later life."""
        values = self.values
        asked = {
            "kind": RequestKind.RECALL_AND_REPLACE,
            "reason_code": "wrong_particulars",
            "reason": REASON,
        }
        proposal = Proposal(values["lookup_uuid"], **asked, evidence=(PAPER,))
        change = AskedChange(values["lookup_uuid"], self._case.class_id, **asked, evidence=(PAPER,))
        wish = PrintWish("pdf", class_id=self._case.class_id)
        signed = self._prepared()
        remote = {"session_id": values["remote"]}
        job = self._print_job()
        return {
            "issuing.poll_remote_signing": remote,
            "issuing.cancel_remote_signing": remote,
            "issuing.complete_signatures": {"items": [signed]},
            "issuing.complete_signature": {"item": signed},
            "issuing.open_signing_session": {
                "session_id": uuid4(),
                "kind": OWN,
                "class_ids": [self._case.class_id],
            },
            "issuing.answer_return": {"return_id": self._return()},
            "issuing.preview_correction": {"proposal": proposal},
            "issuing.request_correction": {"proposal": proposal, "request_id": uuid4()},
            "issuing.ask_to_print": {"wish": wish},
            "issuing.work_print_job": {"job_id": job.id, "seconds": 0.0},
            "issuing.note_download": {"job": job},
            "ledger.request_recall": {"asked": change, "request_id": uuid4()},
            "ledger.complete_pdf_seal": self._pdf_request(),
            "ledger.plan_mass_recall": {
                "mass_id": uuid4(),
                "scope": MassScope(school_year=values["school_year"]),
                "finding": MassFinding("wrong_form", REASON, PAPER),
            },
            "ledger.record_forwarded": {"lookup_uuids": [values["lookup_uuid"]]},
        }

    def _prepared(self) -> Signed:
        """Something prepared for the teacher, of another slot than the one on the desk."""
        slots = Slot.objects.filter(school_id=self.school.pk, draft_id=self.values["draft_id"])
        other = slots.exclude(pk=self.values["slot"].pk).order_by("order")[0]
        slots.filter(id=other.id).update(
            token_sha256=sha256(TOKEN.encode()).hexdigest(), prepared_by=self.teacher.pk
        )
        return Signed(self.values["draft_id"], other.key, TOKEN, b"")

    def _return(self) -> UUID:
        row = TranscriptReturn.objects.create(
            school_id=self.school.pk,
            id=uuid4(),
            school_year=self.values["school_year"],
            class_id=self._case.class_id,
            enrolment_id=self.values["enrolment_id"],
            draft_id=self._case_draft(),
            slot_key=self.values["slot"].key,
            signer_id=self.teacher.citizen_id,
            returned_by=self.insiders["principal"].pk,
            reason=REASON,
            returned_at=self.at,
        )
        return row.id

    def _case_draft(self) -> UUID:
        slots = Slot.objects.filter(school_id=self.school.pk, signer_id=self.teacher.citizen_id)
        return slots.exclude(draft_id=self.values["draft_id"])[0].draft_id

    def _delegation(self) -> UUID:
        tomorrow = self.at.date() + timedelta(days=1)
        row = Delegation.objects.create(
            id=uuid4(),
            unit_id=self.school.pk,
            act="sign_transcripts",
            giver=self.insiders["principal"],
            receiver=self.insiders["deputy_principal"],
            valid_from=tomorrow,  # not in force: the deputy is to be an outsider today
            valid_to=tomorrow,
            reason=REASON,
            given_at=self.at,
        )
        return row.pk

    def _print_job(self) -> PrintJob:
        return PrintJob.objects.create(
            school_id=self.school.pk,
            id=uuid4(),
            school_year=self.values["school_year"],
            kind="pdf",
            class_id=self._case.class_id,
            asked_by=self.insiders["homeroom_teacher"].pk,
            asked_at=self.at,
            leased_until=self.at,
        )

    def _run(self) -> UUID:
        return ImportRun.objects.filter(school_id=self.school.pk)[0].id

    def _pdf_request(self) -> Values:
        PdfRequest.objects.update_or_create(
            lookup_uuid=self.values["lookup_uuid"],
            defaults={
                "school_id": self.school.pk,
                "school_year": self.values["school_year"],
                "asked_at": self.at,
                "token_sha256": sha256(TOKEN.encode()).hexdigest(),
                "prepared_by": self.insiders["clerk"].pk,
            },
        )
        return {"token": TOKEN}
