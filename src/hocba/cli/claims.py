"""`hocba verify --qr`: the QR code on paper, checked without network.

    hocba verify --qr "HBS1:…" --trust trust.json [--status-list status-list] [--json] [--at …]

The text comes as the argument, from a file (`--qr @FILE`) or from standard input (`--qr -`), as a
phone's or scanner's QR reader gives it; or the code is read off a picture of the page (PNG or JPEG:
`--qr trang.png`, `--qr @FILE`, or standard input). It passes when its word is "hợp lệ": signed by
the portal, and in force by a status list that is not out of date. Exit codes are those of `hocba
verify`.

--json prints {"checked_at", "passed", "word", "questions": {"genuine"|"in_force": {"answer",
"reasons": [{"code", "sentence"}]}}, "status_list": {"state", "issued_at", "valid_until",
"out_of_date"} | null, "claim": {"signed_at", "origin", "index", "document_sha256", "full_name",
"birth_date", "student_code", "lookup_start", "school_code", "school_name", "school_year", "grade",
"class_name", "results": [{"subject", "year", "reassessed"}], "learning", "conduct", "promotion",
"learning_again", "conduct_again", "completes_level"} | null}: here the student's results are
printed, since comparing them with the paper is what it is for.
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from hocba.adapters.qr_images import MAX_IMAGE_BYTES, is_image, qr_text
from hocba.adapters.wording.claims import FIELDS, GENUINE, claim_sentence, promotion_words
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.verdicts import (
    QUESTIONS,
    answer_word,
    listed_sentence,
    reason_sentence,
    verdict_word,
)
from hocba.cli.opening import bounded_bytes
from hocba.core.claim_subjects import name_of
from hocba.core.errors import HocbaError
from hocba.core.offline import ClaimVerdict, verify_claim
from hocba.core.registry.qr_claim import QrClaim
from hocba.core.registry.status_list import StatusList
from hocba.core.signing.trust import TrustStore
from hocba.core.verification import ListedStatus, Question, VerdictWord

_MAX_TEXT_BYTES = 4096
_IMAGES = (".png", ".jpg", ".jpeg")


def run(
    given: str, *, trust: TrustStore, listed: StatusList | None, at: datetime, as_json: bool
) -> int:
    """Verify one QR code and return the exit code."""
    try:
        text = _text(given)
    except HocbaError as refusal:
        console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
        console.print(f"{given}: {refusal_sentence(refusal)}")
        return 2
    verdict = verify_claim(text=text, trust=trust, listed=listed, at=at)
    if as_json:
        sys.stdout.write(json.dumps(_as_json(verdict), ensure_ascii=False, indent=1) + "\n")
    else:
        _print(verdict)
    return 0 if verdict.word is VerdictWord.VALID else 1


def listed_as_json(listed: ListedStatus | None) -> dict[str, Any] | None:
    """What a status list says, for the printed summary."""
    return (
        None
        if listed is None
        else {
            "state": listed.state.value,
            "issued_at": listed.issued_at.isoformat(),
            "valid_until": listed.valid_until.isoformat(),
            "out_of_date": listed.out_of_date,
        }
    )


def _text(given: str) -> str:
    """The text without the line end that files and pipes add; blanks are letters of base45."""
    if given == "-":
        data = sys.stdin.buffer.read(MAX_IMAGE_BYTES + 1)
    elif given.startswith("@"):
        data = bounded_bytes(Path(given[1:]), limit=MAX_IMAGE_BYTES)
    elif given.lower().endswith(_IMAGES):
        data = bounded_bytes(Path(given), limit=MAX_IMAGE_BYTES)
    else:
        return given.strip("\r\n")
    if is_image(data) or given.lower().endswith(_IMAGES):
        return qr_text(data)
    return data[:_MAX_TEXT_BYTES].decode("utf-8", errors="replace").strip("\r\n")


def _as_json(verdict: ClaimVerdict) -> dict[str, Any]:
    return {
        "checked_at": verdict.checked_at.isoformat(),
        "passed": verdict.word is VerdictWord.VALID,
        "word": verdict.word.value,
        "questions": {
            "genuine": _question(verdict.genuine),
            "in_force": _question(verdict.in_force),
        },
        "status_list": listed_as_json(verdict.status),
        "claim": verdict.claim and _claim(verdict.claim, verdict.origin),
    }


def _question(question: Question) -> dict[str, Any]:
    reasons = [{"code": one.code, "sentence": reason_sentence(one)} for one in question.reasons]
    return {"answer": question.answer.value, "reasons": reasons}


def _claim(claim: QrClaim, origin: str) -> dict[str, Any]:
    return {
        "signed_at": claim.signed_at.isoformat(),
        "origin": origin,
        "index": claim.index,
        "document_sha256": claim.document_sha256.hex(),
        "full_name": claim.full_name,
        "birth_date": claim.birth_date.isoformat(),
        "student_code": claim.student_code,
        "lookup_start": claim.lookup_start.hex(),
        "school_code": claim.school_code,
        "school_name": claim.school_name,
        "school_year": claim.school_year,
        "grade": claim.grade,
        "class_name": claim.class_name,
        "results": [
            {"subject": name_of(one.subject), "year": one.year, "reassessed": one.reassessed}
            for one in claim.results
        ],
        "learning": claim.learning,
        "conduct": claim.conduct,
        "promotion": claim.promotion,
        "learning_again": claim.learning_again,
        "conduct_again": claim.conduct_again,
        "completes_level": claim.completes_level,
    }


def _print(verdict: ClaimVerdict) -> None:
    out = Console(highlight=False, soft_wrap=True, markup=False)
    good = verdict.word is VerdictWord.VALID
    out.print(f"{'✓' if good else '✗'} {verdict_word(verdict.word)}", style="bold")
    out.print(f"  {claim_sentence(verdict.word)}")
    for title, question in (
        (GENUINE, verdict.genuine),
        (QUESTIONS["in_force"], verdict.in_force),
    ):
        out.print(f"  {title} {answer_word(question.answer)}")
        for reason in question.reasons:
            out.print(f"    - {reason_sentence(reason)}")
    if verdict.status is not None:
        out.print(f"  {listed_sentence(verdict.status)}")
    if verdict.claim is not None:
        _print_claim(out, verdict.claim)


def _print_claim(out: Console, claim: QrClaim) -> None:
    told = {
        "full_name": claim.full_name,
        "birth_date": claim.birth_date.strftime("%d/%m/%Y"),
        "student_code": claim.student_code,
        "lookup_start": claim.lookup_start.hex(),
        "school": f"{claim.school_name} ({claim.school_code})".strip(),
        "school_year": claim.school_year,
        "class_name": claim.class_name,
        "learning": claim.learning,
        "learning_again": claim.learning_again,
        "conduct": claim.conduct,
        "conduct_again": claim.conduct_again,
        "promotion": promotion_words(claim.promotion),
        "index": str(claim.index),
        "document_sha256": claim.document_sha256.hex(),
    }
    table = Table(box=None, show_header=False, padding=(0, 2))
    for name, value in told.items():
        if value:
            table.add_row(FIELDS[name], value)
    for one in claim.results:
        again = f" (đánh giá lại: {one.reassessed})" if one.reassessed else ""
        table.add_row(name_of(one.subject), f"{one.year}{again}".replace(".", ","))
    out.print(table)
