"""`hocba verify`: check transcripts offline, without Django, database or network.

    hocba verify FILE… --trust trust.json [--at 2026-06-01T00:00:00+07:00]
                       [--signatures-only] [--archive PROOF] [--status-list LIST] [--json]
    hocba verify --qr TEXT|IMAGE|@FILE|- --trust trust.json [--status-list LIST] [--json]
                                                (the code on paper, see `claims`)
    hocba verify FILE… --raw-xml [--json]       (any signed XML, see `raw_xml`)
    hocba verify FILE… --raw-pdf [--json]       (any signed PDF, see `raw_pdf`)

FILE is a transcript (XML), a bundle (`*.hocba.json`), or a PDF that carries them; the pages of a
PDF must be sealed by the school, and that seal is one more signature (slot "PDF"). A file passes
when its word is "hợp lệ": unaltered, rightly signed, in force by the log. XML alone carries no
proof from the log, so it passes only with --signatures-only. --archive gives one file's proof from
the archive of its year, when it lies beside the file (see `hocba archive`). --status-list gives the
portal's signed list, which knows of recalls after a file's checkpoint, as of its own date. Exit
code: 0 when every file passes, 1 when one does not, 2 when the command itself is wrong (no trust
file, bad time, a list that nobody trusted signed).

--json prints {"checked_at", "trust_sha256", "files": [{"file", "passed", "word", "document_sha256",
"lookup_uuid", "questions": {"unaltered"|"in_force"|"rightly_signed": {"answer", "reasons":
[{"code", "sub_indication", "detail", "sentence"}]}}, "signatures": [{"slot", "role", "indication",
"signer_name", "capacity", "signing_time", "proven_time", "certificate_serial", "reasons",
"remarks"}], "log": {"index", "tree_size", "origin", "entry_at", "witnesses"} | null,
"archive": {"indication",
"archived_at", "renewed_at", "renew_before", "reasons"} | null, "status_list": {"state",
"issued_at", "valid_until", "out_of_date"} | null}]}; names and marks of the student are not
printed. A file that cannot be opened is {"file", "passed": false, "error", "sentence"}.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.verdicts import (
    QUESTIONS,
    REMARKS,
    answer_word,
    listed_sentence,
    reason_sentence,
    verdict_sentence,
    verdict_word,
)
from hocba.cli import archive_proofs, claims, raw_pdf, raw_xml
from hocba.cli.opening import bounded_bytes
from hocba.core.errors import HocbaError
from hocba.core.offline import open_list, with_status_list
from hocba.core.registry.status_list import MAX_BYTES as MAX_LIST_BYTES
from hocba.core.registry.status_list import StatusList
from hocba.core.signing.trust import TrustStore, load_trust
from hocba.core.verification import Answer, PublicVerdict, VerdictWord, verify_file, verify_pdf

MAX_FILE_BYTES = 8 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.set_defaults(refuse=parser.error)
    parser.add_argument("files", nargs="*", type=Path, metavar="TỆP")
    parser.add_argument("--trust", type=Path, help="tệp danh sách tin cậy")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.add_argument("--at", help="thời điểm kiểm tra (ISO 8601), mặc định là bây giờ")
    parser.add_argument(
        "--signatures-only", action="store_true", help="chỉ xét chữ kí, không xét nhật kí"
    )
    parser.add_argument("--archive", type=Path, help="bằng chứng lưu trữ của tệp (chỉ một tệp)")
    parser.add_argument(
        "--status-list", type=Path, help="danh sách tình trạng đã ký: biết cả việc thu hồi về sau"
    )
    parser.add_argument(
        "--qr",
        metavar="NỘI-DUNG",
        help="nội dung mã QR trên bản in, hoặc ảnh PNG/JPEG, @TỆP, - (đầu vào)",
    )
    parser.add_argument(
        "--raw-xml", action="store_true", help="XML đã ký bất kì: từng chữ ký, không xét tin cậy"
    )
    parser.add_argument(
        "--raw-pdf", action="store_true", help="PDF đã ký bất kì: từng chữ ký, không xét tin cậy"
    )


def run(options: argparse.Namespace) -> int:
    """Verify the files and return the exit code."""
    if bool(options.files) == (options.qr is not None):
        options.refuse("cần TỆP, hoặc --qr NỘI-DUNG")
    if options.raw_pdf:
        return raw_pdf.run(options.files, as_json=options.json)
    if options.raw_xml:
        return raw_xml.run(options.files, as_json=options.json)
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    asked = _asked(options, console)
    if asked is None:
        return 2
    if options.qr is not None:
        return claims.run(
            options.qr, trust=asked.trust, listed=asked.listed, at=asked.at, as_json=options.json
        )
    results = [(path, _check(path, asked)) for path in options.files]
    passed = [_passes(verdict, options.signatures_only) for _, verdict in results]
    if options.json:
        files = [
            _as_json(path, verdict, good)
            for (path, verdict), good in zip(results, passed, strict=True)
        ]
        summary = {
            "checked_at": asked.at.isoformat(),
            "trust_sha256": asked.trust_sha256,
            "files": files,
        }
        sys.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
    else:
        _print(results, passed)
    return 0 if all(passed) else 1


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every file is judged by."""

    at: datetime
    trust: TrustStore
    trust_sha256: str
    archive: bytes
    listed: StatusList | None


def _asked(options: argparse.Namespace, console: Console) -> _Asked | None:
    """Read instant, trust list, archive proof and status list; None after saying what is wrong."""
    try:
        at = datetime.fromisoformat(options.at) if options.at else _now()
        if at.tzinfo is None or at.year == MAXYEAR:
            raise ValueError(options.at)
        if options.trust is None:
            console.print("Hãy cho biết tệp danh sách tin cậy: --trust TỆP.")
            return None
        trust_bytes = options.trust.read_bytes()
        trust = load_trust(trust_bytes)
    except ValueError:
        console.print("Thời điểm --at phải có dạng 2026-06-01T00:00:00+07:00.")
        return None
    except (OSError, HocbaError) as error:
        why = refusal_sentence(error) if isinstance(error, HocbaError) else ""
        console.print(f"Không đọc được tệp danh sách tin cậy {options.trust}. {why}")
        return None
    if options.archive is not None and len(options.files) != 1:
        console.print("--archive chỉ dùng cho một tệp.")
        return None
    archive, listed, path = b"", None, options.archive
    try:
        if options.archive is not None:
            archive = bounded_bytes(options.archive, limit=MAX_FILE_BYTES)
        if options.status_list is not None:
            path = options.status_list
            listed = open_list(data=bounded_bytes(path, limit=MAX_LIST_BYTES), trust=trust, at=at)
    except HocbaError as refusal:
        console.print(f"{path}: {refusal_sentence(refusal)}")
        return None
    return _Asked(at, trust, sha256(trust_bytes).hexdigest(), archive, listed)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command line is an edge of its own


def _check(path: Path, asked: _Asked) -> PublicVerdict | HocbaError:
    try:
        data = bounded_bytes(path, limit=MAX_FILE_BYTES)
    except HocbaError as refusal:
        return refusal
    # Imported here: a machine that checks XML alone need not load what reads PDF.
    from hocba.adapters.pdf.examining import examine_pdf, is_pdf

    trust, at, archive = asked.trust, asked.at, asked.archive
    if is_pdf(data):
        verdict = verify_pdf(pdf=examine_pdf(data), trust=trust, at=at, archive=archive)
    else:
        verdict = verify_file(data=data, trust=trust, at=at, archive=archive)
    if asked.listed is None:
        return verdict
    return with_status_list(verdict=verdict, listed=asked.listed, at=at)


def _passes(verdict: PublicVerdict | HocbaError, signatures_only: bool) -> bool:
    if isinstance(verdict, HocbaError):
        return False
    if signatures_only:
        return verdict.unaltered.answer is verdict.rightly_signed.answer is Answer.PASSED
    return verdict.word is VerdictWord.VALID


def _as_json(path: Path, verdict: PublicVerdict | HocbaError, passed: bool) -> dict[str, Any]:
    if isinstance(verdict, HocbaError):
        sentence = refusal_sentence(verdict)
        return {"file": str(path), "passed": False, "error": verdict.code, "sentence": sentence}
    position = verdict.log_position
    return {
        "file": str(path),
        "passed": passed,
        "word": verdict.word.value,
        "document_sha256": verdict.document_sha256,
        "lookup_uuid": verdict.transcript.lookup_uuid if verdict.transcript else "",
        "questions": {
            name: {
                "answer": getattr(verdict, name).answer.value,
                "reasons": _reasons(getattr(verdict, name).reasons),
            }
            for name in QUESTIONS
        },
        "signatures": [
            {
                "slot": one.slot,
                "role": one.role.value if one.role else "",
                "indication": one.indication.value,
                "signer_name": one.signer_name,
                "capacity": one.capacity.value,
                "signing_time": one.signing_time.isoformat() if one.signing_time else None,
                "proven_time": one.proven_time.isoformat() if one.proven_time else None,
                "certificate_serial": one.certificate_serial,
                "reasons": _reasons(one.reasons),
                "remarks": [{"code": code, "sentence": REMARKS[code]} for code in one.remarks],
            }
            for one in verdict.signatures
        ],
        "log": position
        and {
            "index": position.index,
            "tree_size": position.tree_size,
            "origin": position.origin,
            "entry_at": position.entry_at.isoformat(),
            "witnesses": list(position.witnesses),
        },
        "archive": archive_proofs.as_json(verdict.archive) if verdict.archive else None,
        "status_list": claims.listed_as_json(verdict.listed),
    }


def _reasons(reasons: Sequence[Any]) -> list[dict[str, str]]:
    return [
        {
            "code": one.code,
            "sub_indication": one.sub_indication,
            "detail": one.detail,
            "sentence": reason_sentence(one),
        }
        for one in reasons
    ]


def _print(
    results: Sequence[tuple[Path, PublicVerdict | HocbaError]], passed: Sequence[bool]
) -> None:
    out = Console(highlight=False, soft_wrap=True)
    for (path, verdict), good in zip(results, passed, strict=True):
        sign = "[green]✓[/]" if good else "[red]✗[/]"
        name = escape(str(path))
        if isinstance(verdict, HocbaError):
            out.print(f"{sign} {name}: {refusal_sentence(verdict)}")
            continue
        out.print(f"{sign} {name}: [bold]{verdict_word(verdict.word)}[/]")
        if verdict.listed is not None:
            out.print(f"    {listed_sentence(verdict.listed)}")
        if good:
            continue
        out.print(f"    {verdict_sentence(verdict.word)}")
        for name, title in QUESTIONS.items():
            question = getattr(verdict, name)
            out.print(f"    {title} {answer_word(question.answer)}")
            for reason in question.reasons:
                out.print(f"      - {reason_sentence(reason)}", markup=False)
    out.print(f"{sum(passed)}/{len(passed)} tệp đạt")
