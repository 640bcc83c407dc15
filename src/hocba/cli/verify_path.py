"""`hocba verify-path`: judge a certificate path with given anchors and revocation lists, offline.

    hocba verify-path CERT… --anchor FILE… [--crl FILE…] [--at TIME] [--signing]
                      [--revocation require|if-given|none] [--json]

The first CERT is judged, the others may stand between it and an anchor; files are DER or PEM (PEM
files may hold several). With "require" (the default) every certificate of the path must be shown
unrevoked by a CRL that is fresh at TIME; "if-given" asks so only when a CRL is given. --signing
also wants a key usage for signing.

--json prints {"indication", "reasons": [{"code", "sub_indication", "detail", "sentence"}],
"checked_at"}. Exit code: 0 TOTAL-PASSED, 1 otherwise, 2 when a file cannot be read.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.verdicts import reason_sentence
from hocba.cli.opening import bounded_bytes
from hocba.core.errors import HocbaError
from hocba.core.signing.path import PathQuestion, Usage, certificates_in, check_path, crls_in
from hocba.core.signing.verdict import Indication, Reason

MAX_FILE_BYTES = 64 * 1024 * 1024
_WORDS = {
    Indication.TOTAL_PASSED: "Đạt",
    Indication.TOTAL_FAILED: "Không đạt",
    Indication.INDETERMINATE: "Chưa đủ căn cứ",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("certificates", nargs="+", type=Path, metavar="CHỨNG_THƯ")
    parser.add_argument("--anchor", nargs="+", type=Path, required=True, help="chứng thư gốc")
    parser.add_argument("--crl", nargs="*", type=Path, default=[], help="danh sách thu hồi")
    parser.add_argument("--at", help="thời điểm xét (ISO 8601), mặc định là bây giờ")
    parser.add_argument("--signing", action="store_true", help="chứng thư phải được ký văn bản")
    parser.add_argument("--revocation", choices=("require", "if-given", "none"), default="require")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")


def run(options: argparse.Namespace) -> int:
    """Judge the path and return the exit code."""
    try:
        question = _question(options)
    except HocbaError as refusal:
        errors = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
        errors.print(refusal_sentence(refusal))
        return 2
    indication, reasons = check_path(question=question)
    if options.json:
        _write(question, indication, reasons)
    else:
        out = Console(highlight=False, soft_wrap=True, markup=False)
        out.print(f"{_WORDS[indication]} ({indication.value})")
        for one in reasons:
            out.print(f"  - {reason_sentence(one)}")
    return 0 if indication is Indication.TOTAL_PASSED else 1


def _question(options: argparse.Namespace) -> PathQuestion:
    chain = _certificates(options.certificates)
    crls = tuple(der for path in options.crl for der in crls_in(_bytes(path)))
    required = {"require": True, "if-given": bool(crls), "none": False}[options.revocation]
    return PathQuestion(
        certificate=chain[0],
        intermediates=chain[1:],
        anchors=_certificates(options.anchor),
        crls=() if options.revocation == "none" else crls,
        at=_instant(options.at),
        require_revocation=required,
        usage=Usage.SIGNING if options.signing else Usage.ANY,
    )


def _write(question: PathQuestion, indication: Indication, reasons: tuple[Reason, ...]) -> None:
    told = {
        "indication": indication.value,
        "reasons": [
            {
                "code": one.code,
                "sub_indication": one.sub_indication,
                "detail": one.detail,
                "sentence": reason_sentence(one),
            }
            for one in reasons
        ],
        "checked_at": question.at.isoformat(),
    }
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def _instant(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)  # noqa: TID251 - the command line is an edge of its own
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise HocbaError("request.time") from error
    if at.tzinfo is None:
        raise HocbaError("request.time")
    return at


def _certificates(paths: Sequence[Path]) -> tuple[bytes, ...]:
    return tuple(der for path in paths for der in certificates_in(_bytes(path)))


def _bytes(path: Path) -> bytes:
    return bounded_bytes(path, limit=MAX_FILE_BYTES)
