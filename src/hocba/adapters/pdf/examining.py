"""Reading a stranger's PDF: in a child process, under bounds, into values that core can judge."""

import json
import subprocess
import sys
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

from hocba.adapters.pdf import cell
from hocba.core.signing.pades import PdfContents, PdfSignature
from hocba.core.signing.trust import Evidence

MAX_PDF_BYTES = 8 * 1024 * 1024
MAX_RAW_BYTES = 64 * 1024 * 1024  # strangers' files, on the machine of who asks
_CELL = Path(cell.__file__)


def examine_pdf(data: bytes, *, limit: int = MAX_PDF_BYTES) -> PdfContents:
    """Return what a PDF holds; never raises for a bad or hostile file.

    A file that cannot be read within the bounds comes back with the refusal "pdf.unreadable",
    "pdf.too_heavy", "pdf.encrypted", "pdf.too_many_files" or "pdf.too_many_signatures".
    """
    if len(data) > limit:
        return PdfContents(refusal="pdf.too_heavy")
    try:
        done = subprocess.run(  # noqa: S603 - our own file, the data on standard input
            [sys.executable, "-I", str(_CELL)],
            input=data,
            capture_output=True,
            timeout=3
            * cell.SECONDS,  # processor time is bounded inside; a busy machine may need longer
            env={"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return PdfContents(refusal="pdf.too_heavy")
    if done.returncode != 0:
        broken = done.returncode == cell.BROKEN
        return PdfContents(refusal="pdf.unreadable" if broken else "pdf.too_heavy")
    return _read(json.loads(done.stdout))


def examine_own_pdf(data: bytes) -> PdfContents:
    """Return what a PDF of our own making holds, without a child process; others may not come.

    Raises:
        Whatever pyHanko raises when the file is not as we made it, which is a bug.
    """
    return _read(cell.answer(data))


def _read(told: dict[str, Any]) -> PdfContents:
    if told["refusal"]:
        return PdfContents(refusal=told["refusal"], detail=told["detail"])
    return PdfContents(
        pages=told["pages"],
        files=tuple((name, b64decode(held)) for name, held in told["files"]),
        active=tuple(told["active"]),
        signatures=tuple(_signature(one) for one in told["signatures"]),
        evidence=Evidence(
            **{name: tuple(map(b64decode, held)) for name, held in told["evidence"].items()}
        ),
    )


def is_pdf(data: bytes) -> bool:
    """Whether a file says that it is a PDF."""
    return data[:1024].lstrip().startswith(b"%PDF-")


def _signature(told: dict[str, Any]) -> PdfSignature:
    time = told.get("signing_time")
    return PdfSignature(
        field=told["field"],
        kind=told["kind"],
        subfilter=told["subfilter"],
        refusal=told["refusal"],
        detail=told["detail"],
        intact=told.get("intact", False),
        valid=told.get("valid", False),
        coverage=told.get("coverage", ""),
        changes=told.get("changes", ""),
        digest_algorithm=told.get("digest_algorithm", ""),
        signature_algorithm=told.get("signature_algorithm", ""),
        certificate=b64decode(told.get("certificate", "")),
        chain=tuple(map(b64decode, told.get("chain", ()))),
        value=b64decode(told.get("value", "")),
        signing_time=datetime.fromisoformat(time) if time else None,
        stamp=b64decode(told.get("stamp", "")),
    )
