"""The demo's road, step by step through the real actions; nothing is faked, only the keys are.

Each step first asks what is already there, so that a cut or repeated run goes on where it stood.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.utils import timezone

from hocba.adapters.software_signer import SoftwareSigner
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.gradebook.actions import accept_workbook, hand_in_workbook
from hocba.apps.gradebook.actions.workbook import Acceptance
from hocba.apps.issuing.actions import (
    complete_signatures,
    compose_class,
    issue_sealed,
    open_page,
    open_signing_session,
    prepare_signatures,
)
from hocba.apps.issuing.actions.sign import Signed
from hocba.apps.issuing.desk import OWN
from hocba.apps.issuing.queries import class_progress, pages_to_open, waiting_slots
from hocba.apps.ledger.actions import (
    obtain_sealed_pdf,
    publish_checkpoint,
    publish_status_list,
)
from hocba.apps.ledger.queries import bundles, issued_of_school, trust
from hocba.core.registry.bundle import read_bundle
from hocba.core.verification import PublicVerdict, verify_bundle
from hocba.web.demo.city import City
from hocba.web.demo.report import Report, Running

BATCH = 42


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the road ended: how many transcripts there are and how many every judge passed."""

    issued: int
    verified: int
    folder: Path


class DemoError(Exception):
    """The demo cannot go on; the text says why, in Vietnamese."""


def import_class(city: City, workbook: Path, report: Report) -> UUID:
    """Hand in and accept the class workbook; return the class."""
    with report.step("Đọc và nhận sổ điểm") as step:
        done, findings = _accepted(city, workbook)
        step.done(
            f"{done.accepted} học sinh, {done.written.marks} điểm và mức mới, {findings} lưu ý"
        )
    return done.class_id


def _accepted(city: City, workbook: Path) -> tuple[Acceptance, int]:
    """Hand in and accept a workbook; return what was written and how many findings there were."""
    run_id, check = hand_in_workbook(
        school_id=city.school_id,
        data=workbook.read_bytes(),
        filename=workbook.name,
        actor=city.it_officer_id,
        at=timezone.now(),
    )
    if run_id is None or check.file_blocked:
        raise DemoError(f"Không nhận được tệp {workbook.name}")
    done = accept_workbook(
        school_id=city.school_id, run_id=run_id, actor=city.it_officer_id, at=timezone.now()
    )
    return done, len(check.findings)


def compose(city: City, class_id: UUID, report: Report) -> None:
    """Assess and compose the transcripts of the class."""
    with report.step("Tính kết quả, lập học bạ XML, kiểm lỗi") as step:
        composed = compose_class(class_id=class_id, actor=city.clerk_id, at=timezone.now())
        step.done(f"{len(composed.drafts)} học bạ mới, {len(composed.left_out)} còn thiếu")


def sign(city: City, class_id: UUID, report: Report) -> None:
    """Let everybody sign, in the plan's order: as long as somebody has something to sign."""
    rounds: tuple[tuple[str, Sequence[tuple[UUID, str]]], ...] = (
        ("Giáo viên bộ môn ký", [(item.id, item.citizen_id or "") for item in city.teachers]),
        ("Giáo viên chủ nhiệm ký", [(city.homeroom.id, city.homeroom.citizen_id or "")]),
        ("Hiệu trưởng ký", [(city.principal.id, city.principal.citizen_id or "")]),
        ("Văn thư đóng dấu", [(city.clerk_id, city.school_code)]),
    )
    for title, signers in rounds:
        with report.step(title) as step:
            waiting = {
                signer: waiting_slots(
                    school_id=city.school_id, signer_id=signer_id, class_id=class_id
                )
                for signer, signer_id in signers
            }
            step.total(sum(len(slots) for slots in waiting.values()))
            signed = sum(
                _sign_all(city, class_id, person, dict(signers)[person], slots, step)
                for person, slots in waiting.items()
            )
            step.done(f"{signed} chữ ký")


def look_through(city: City, person_id: UUID, class_id: UUID) -> None:
    """Look at what waits for somebody before signing, and open the pages that must be opened."""
    session_id = open_signing_session(
        school_id=city.school_id,
        session_id=uuid4(),
        kind=OWN,
        class_ids=[class_id],
        actor=person_id,
        at=timezone.now(),
    )
    for draft_id in pages_to_open(school_id=city.school_id, session_id=session_id):
        open_page(
            school_id=city.school_id,
            session_id=session_id,
            draft_id=draft_id,
            actor=person_id,
            at=timezone.now(),
        )


def _sign_all(
    city: City,
    class_id: UUID,
    person_id: UUID,
    signer_id: str,
    slots: Sequence[tuple[UUID, str]],
    step: Running,
) -> int:
    if not slots:
        return 0
    if signer_id != city.school_code:
        look_through(city, person_id, class_id)
    signer = SoftwareSigner.load(city.key_file(signer_id), city.key_password, demo=True)
    for start in range(0, len(slots), BATCH):
        ready, refused = prepare_signatures(
            school_id=city.school_id,
            slots=slots[start : start + BATCH],
            actor=person_id,
            at=timezone.now(),
        )
        values = signer.sign_digests(tuple(item.digest for item in ready))
        outcomes = complete_signatures(
            school_id=city.school_id,
            items=[
                Signed(item.draft_id, item.slot_key, item.token, value)
                for item, value in zip(ready, values, strict=True)
            ],
            actor=person_id,
            at=timezone.now(),
        )
        bad = [item.refusal for item in (*refused, *outcomes) if item.refusal]
        if bad:
            raise DemoError(f"Không ký được: {bad[0]}")
        step.advance(len(outcomes))
    return len(slots)


def release(city: City, class_id: UUID, report: Report) -> None:
    """Issue what is sealed, publish the checkpoint and the status list."""
    with report.step("Phát hành, ghi nhật ký, công bố") as step:
        released = issue_sealed(
            school_id=city.school_id, class_id=class_id, actor=city.clerk_id, at=timezone.now()
        )
        if released.refused:
            raise DemoError(f"Không phát hành được: {next(iter(released.refused.values()))}")
        note = publish_checkpoint(actor=None, at=timezone.now())
        publish_status_list(actor=None, at=timezone.now())
        size = note.splitlines()[1]
        step.done(f"{len(released.positions)} học bạ mới, nhật ký có {size} mục")


def export(city: City, folder: Path, report: Report) -> list[Path]:
    """Write XML, PDF and bundle of every issued transcript; return the bundles' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    trusted = trust()
    rows = issued_of_school(school_id=city.school_id, school_year=city.school_year)
    paths = []
    with report.step("Ghi XML, PDF có con dấu và tệp kiểm tra", total=len(rows)) as step:
        for row, data in zip(rows, bundles(rows), strict=True):
            bundle = read_bundle(data)
            verdict = verify_bundle(bundle=bundle, trust=trusted, at=timezone.now())
            base = folder / file_name(verdict)
            base.with_suffix(".xml").write_bytes(bundle.document)
            base.with_suffix(".hocba.json").write_bytes(data)
            paths.append(base.with_suffix(".hocba.json"))
            # As on the portal: made when first asked for, with the seal's key of the demo.
            pdf = obtain_sealed_pdf(
                lookup_uuid=row.lookup_uuid, actor=city.clerk_id, at=timezone.now()
            )
            if pdf is None:
                raise DemoError("Không có khóa con dấu để đóng dấu bản PDF")
            base.with_suffix(".pdf").write_bytes(pdf)
            step.advance()
        step.done(f"{len(rows)} bộ tệp")
    return paths


def file_name(verdict: PublicVerdict) -> str:
    """Name a transcript's files by class and student code, which hold no dots or slashes."""
    transcript = verdict.transcript
    if transcript is None:
        return verdict.document_sha256[:16]
    return f"{transcript.class_name}-{transcript.student.student_code}"


def verify(paths: Sequence[Path], trust_file: Path, report: Report) -> int:
    """Verify all bundles with the offline command line; return how many passed."""
    with report.step("Kiểm tra độc lập (hocba verify, không mạng)", total=len(paths)) as step:
        done = subprocess.run(  # noqa: S603 - our own command on files we just wrote
            [
                sys.executable,
                "-m",
                "hocba.cli",
                "verify",
                "--json",
                "--trust",
                str(trust_file),
                *map(str, paths),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        results = json.loads(done.stdout or "[]")
        passed = sum(1 for item in _files(results) if item.get("passed"))
        step.advance(len(paths))
        step.done(f"{passed}/{len(paths)} hợp lệ")
    return passed


def _files(results: object) -> list[dict[str, object]]:
    if isinstance(results, dict):
        results = results.get("files", [])
    return [item for item in results if isinstance(item, dict)] if isinstance(results, list) else []


def leave_to_sign(city: City, workbook: Path, report: Report) -> None:
    """Compose a small class and leave it there, so that a visitor's desk is not empty.

    Of the subject teachers all but the first have signed: a visitor signs in four times, not 15.
    """
    with report.step("Để sẵn một lớp chờ ký") as step:
        class_id = _accepted(city, workbook)[0].class_id
        compose_class(class_id=class_id, actor=city.clerk_id, at=timezone.now())
        for teacher in city.teachers[1:]:
            signer_id = teacher.citizen_id or ""
            slots = waiting_slots(school_id=city.school_id, signer_id=signer_id, class_id=class_id)
            _sign_all(city, class_id, teacher.id, signer_id, slots, step)
        progress = next(
            one
            for one in class_progress(
                viewer=viewer_of(person_id=city.clerk_id, at=timezone.now()),
                school_id=city.school_id,
            )
            if one.class_id == class_id
        )
        step.done(f"{progress.drafts} học bạ, {progress.signed}/{progress.slots} chữ ký")


def people_with_accounts(city: City) -> list[tuple[str, Person]]:
    """Return the accounts worth trying, with what each is for."""
    return [
        ("Giáo viên bộ môn", city.teachers[0]),
        ("Giáo viên chủ nhiệm", city.homeroom),
        ("Hiệu trưởng", city.principal),
    ]
