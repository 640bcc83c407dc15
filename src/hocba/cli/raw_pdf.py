"""`hocba verify --raw-pdf FILE… [--json]`: any signed PDF, each signature; no trust, no log.

--json prints {"files": [{"file", "accepted", "pages", "attachments": [{"name", "bytes", "sha256"}],
"active": [names], "signatures": [{"field", "kind", "subfilter", "accepted", "intact", "valid",
"covers_whole_file", "coverage", "changes", "digest_algorithm", "signature_algorithm",
"signing_time", "stamped", "certificate": {"subject", "issuer", "serial", "sha256"} | null,
"reason", "detail", "sentence"}]} | {"file", "accepted": false, "error", "detail", "sentence"}]}.
`coverage` and `changes` are pyHanko's words (ENTIRE_FILE, ENTIRE_REVISION, …; NONE, LTA_UPDATES,
FORM_FILLING, ANNOTATIONS, OTHER). A file is accepted when it has signatures and each of them holds,
covers the whole file as it was then, and nothing was changed later that a signature does not allow.
Exit code: 0 when every file is accepted, else 1.
"""

import json
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from rich.console import Console

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.verdicts import reason_sentence
from hocba.cli.opening import bounded_bytes
from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.pades import PdfContents, PdfSignature
from hocba.core.signing.verdict import Reason


def run(paths: Sequence[Path], *, as_json: bool) -> int:
    """Judge the files and return the exit code."""
    files = [_file(path) for path in paths]
    if as_json:
        sys.stdout.write(json.dumps({"files": files}, ensure_ascii=False, indent=1) + "\n")
    else:
        _print(files)
    return 0 if all(file["accepted"] for file in files) else 1


def _file(path: Path) -> dict[str, Any]:
    from hocba.adapters.pdf.examining import MAX_RAW_BYTES, examine_pdf

    try:
        data = bounded_bytes(path, limit=MAX_RAW_BYTES)
        contents = examine_pdf(data, limit=MAX_RAW_BYTES)
    except HocbaError as refusal:
        return _refused(path, Reason(refusal.code), refusal_sentence(refusal))
    reason = Reason(contents.refusal, "", contents.detail) if contents.refusal else None
    if reason is None and not contents.signatures:
        reason = Reason("pdf.no_signature")
    if reason is not None:
        return _refused(path, reason, reason_sentence(reason))
    signatures = [_signature(one) for one in contents.signatures]
    return {
        "file": str(path),
        "accepted": all(one["accepted"] for one in signatures),
        "pages": contents.pages,
        "attachments": _attachments(contents),
        "active": list(contents.active),
        "signatures": signatures,
    }


def _refused(path: Path, reason: Reason, sentence: str) -> dict[str, Any]:
    return {
        "file": str(path),
        "accepted": False,
        "error": reason.code,
        "detail": reason.detail,
        "sentence": sentence,
    }


def _attachments(contents: PdfContents) -> list[dict[str, Any]]:
    return [
        {"name": name, "bytes": len(data), "sha256": sha256(data).hexdigest()}
        for name, data in contents.files
    ]


def _signature(one: PdfSignature) -> dict[str, Any]:
    problem = one.problem
    return {
        "field": one.field,
        "kind": one.kind,
        "subfilter": one.subfilter,
        "accepted": problem is None,
        "intact": one.intact,
        "valid": one.valid,
        "covers_whole_file": one.coverage == "ENTIRE_FILE",
        "coverage": one.coverage,
        "changes": one.changes,
        "digest_algorithm": one.digest_algorithm,
        "signature_algorithm": one.signature_algorithm,
        "signing_time": one.signing_time.isoformat() if one.signing_time else None,
        "stamped": bool(one.stamp),
        "certificate": _certificate(one.certificate),
        "reason": problem.code if problem else "",
        "detail": problem.detail if problem else "",
        "sentence": reason_sentence(problem) if problem else "",
    }


def _certificate(der: bytes) -> dict[str, str] | None:
    try:
        holder = read_certificate(der)
    except HocbaError:
        return None
    names = ("subject", "issuer", "serial", "sha256")
    return {name: getattr(holder, name) for name in names}


def _print(files: Sequence[dict[str, Any]]) -> None:
    out = Console(highlight=False, soft_wrap=True, markup=False)
    for file in files:
        out.print(f"{'✓' if file['accepted'] else '✗'} {file['file']} {file.get('sentence', '')}")
        for one in file.get("signatures", ()):
            holder = one["certificate"]
            name = holder["subject"] if holder else "(không có chứng thư)"
            whole = "phủ cả tệp" if one["covers_whole_file"] else "phủ một phần tệp"
            out.print(
                f"    {'✓' if one['accepted'] else '✗'} {one['field']}: {name}; {whole}. "
                f"{one['sentence']}"
            )
