"""`hocba verify --raw-xml FILE… [--json]`: any signed XML, each signature; no trust, no log.

--json prints {"files": [{"file", "accepted", "signatures": [{"id", "algorithm", "accepted",
"value_ok", "reason", "detail", "sentence", "references": [{"uri", "type", "ok", "reason",
"detail", "covers", "parts"}], "certificate": {"subject", "issuer", "serial", "sha256"} | null,
"remarks": [{"code", "sentence"}]}]} | {"file", "accepted": false, "error", "sentence"}]}.
`value_ok` and `ok` are true, false or null (not judged). A file is accepted when it has signatures
and each of them holds. Exit code: 0 when every file is accepted, else 1. More is told in
`docs/reading-others.md`.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.verdicts import REMARKS, reason_sentence
from hocba.cli.opening import bounded_bytes
from hocba.core.errors import HocbaError
from hocba.core.signing.foreign import ForeignSignature, verify_signed_xml

MAX_FILE_BYTES = 8 * 1024 * 1024


def run(paths: Sequence[Path], *, as_json: bool) -> int:
    """Judge the files and return the exit code."""
    files = [_file(path) for path in paths]
    if as_json:
        sys.stdout.write(json.dumps({"files": files}, ensure_ascii=False, indent=1) + "\n")
    else:
        _print(files)
    return 0 if all(file["accepted"] for file in files) else 1


def _file(path: Path) -> dict[str, Any]:
    try:
        found = verify_signed_xml(data=bounded_bytes(path, limit=MAX_FILE_BYTES))
    except HocbaError as refusal:
        sentence = refusal_sentence(refusal)
        return {
            "file": str(path),
            "accepted": False,
            "error": refusal.code,
            "sentence": sentence,
            "signatures": [],
        }
    return {
        "file": str(path),
        "accepted": all(one.accepted for one in found),
        "signatures": [_signature(one) for one in found],
    }


def _signature(one: ForeignSignature) -> dict[str, Any]:
    holder = one.certificate
    names = ("subject", "issuer", "serial", "sha256")
    return {
        "id": one.identifier,
        "algorithm": one.algorithm,
        "accepted": one.accepted,
        "value_ok": one.value_ok,
        "reason": one.reason.code if one.reason else "",
        "detail": one.reason.detail if one.reason else "",
        "sentence": reason_sentence(one.reason) if one.reason else "",
        "references": [asdict(reference) for reference in one.references],
        "certificate": {name: getattr(holder, name) for name in names} if holder else None,
        "remarks": [{"code": code, "sentence": REMARKS[code]} for code in one.remarks],
    }


def _print(files: Sequence[dict[str, Any]]) -> None:
    out = Console(highlight=False, soft_wrap=True, markup=False)
    for file in files:
        out.print(f"{'✓' if file['accepted'] else '✗'} {file['file']} {file.get('sentence', '')}")
        for one in file.get("signatures", ()):
            good = sum(reference["ok"] is True for reference in one["references"])
            out.print(
                f"    {'✓' if one['accepted'] else '✗'} {one['id'] or '(không tên)'}: "
                f"{good}/{len(one['references'])} phần nguyên vẹn. {one['sentence']}"
            )
            for remark in one["remarks"]:
                out.print(f"      - {remark['sentence']}")
