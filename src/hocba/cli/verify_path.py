"""`hocba verify-path`: judge a certificate path with given anchors and revocation answers, offline.

    hocba verify-path CERT… --anchor FILE… [--chain FILE…] [--crl FILE…] [--ocsp FILE…]
                      [--at TIME] [--signing] [--revocation require|if-given|none]
                      [--policy OID…] [--explicit-policy] [--no-policy-mapping] [--no-any-policy]
                      [--json]

The first CERT is judged, the others and those of --chain may stand between it and an anchor; files
are DER or PEM (PEM files may hold several). With "require" (the default, --require-revocation)
every certificate of the path must be shown unrevoked by a list or answer that is fresh at TIME;
"if-given" asks so only when one is given, "none" (--no-revocation) never. --signing also wants a
key usage for signing. The policy options are the inputs of RFC 5280 §6.1.1.

--json prints {"indication", "sub_indication", "reason", "reasons": [{"code", "sub_indication",
"detail", "sentence"}], "path": [{"subject", "issuer", "serial", "not_before", "not_after",
"sha256"}], "checked_at"}; the path goes from the certificate to the anchor. A file that cannot be
read is told in the same form, INDETERMINATE. Exit code: 0 TOTAL-PASSED, 1 otherwise, 2 when a file
cannot be read.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from rich.console import Console

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.verdicts import reason_sentence
from hocba.cli.opening import bounded_bytes
from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.path import (
    PathQuestion,
    PathVerdict,
    PolicyDemand,
    Usage,
    certificates_in,
    crls_in,
    judge_path,
    ocsps_in,
)
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
    for name, told, required in (
        ("--anchor", "chứng thư gốc", True),
        ("--chain", "chứng thư trung gian", False),
        ("--crl", "danh sách thu hồi", False),
        ("--ocsp", "câu trả lời OCSP", False),
    ):
        parser.add_argument(
            name, nargs="+", action="extend", type=Path, default=[], required=required, help=told
        )
    parser.add_argument("--at", help="thời điểm xét (ISO 8601), mặc định là bây giờ")
    parser.add_argument("--signing", action="store_true", help="chứng thư phải được ký văn bản")
    parser.add_argument("--revocation", choices=("require", "if-given", "none"), default="require")
    for name, value in (("--require-revocation", "require"), ("--no-revocation", "none")):
        parser.add_argument(
            name,
            dest="revocation",
            action="store_const",
            const=value,
            help=f"như --revocation {value}",
        )
    parser.add_argument(
        "--policy", nargs="+", action="extend", default=[], help="OID chính sách được chấp nhận"
    )
    for name, told in (
        ("--explicit-policy", "phải có chính sách hợp lệ"),
        ("--no-policy-mapping", "không ánh xạ chính sách"),
        ("--no-any-policy", "không xét anyPolicy"),
    ):
        parser.add_argument(name, action="store_true", help=told)
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")


def run(options: argparse.Namespace) -> int:
    """Judge the path and return the exit code."""
    try:
        question = _question(options)
    except HocbaError as refusal:
        if options.json:
            _write(_unread(refusal))
        errors = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
        errors.print(refusal_sentence(refusal))
        return 2
    verdict = judge_path(question=question)
    if options.json:
        _write(_told(verdict, question.at))
    else:
        out = Console(highlight=False, soft_wrap=True, markup=False)
        out.print(f"{_WORDS[verdict.indication]} ({verdict.indication.value})")
        for one in verdict.reasons:
            out.print(f"  - {reason_sentence(one)}")
    return 0 if verdict.indication is Indication.TOTAL_PASSED else 1


def _question(options: argparse.Namespace) -> PathQuestion:
    chain = _parts(options.certificates, certificates_in)
    crls, ocsps = _parts(options.crl, crls_in), _parts(options.ocsp, ocsps_in)
    given = bool(crls or ocsps)
    required = {"require": True, "if-given": given, "none": False}[options.revocation]
    ignored = options.revocation == "none"
    return PathQuestion(
        certificate=chain[0],
        intermediates=chain[1:] + _parts(options.chain, certificates_in),
        anchors=_parts(options.anchor, certificates_in),
        crls=() if ignored else crls,
        ocsps=() if ignored else ocsps,
        at=_instant(options.at),
        require_revocation=required,
        usage=Usage.SIGNING if options.signing else Usage.ANY,
        policy=PolicyDemand(
            acceptable=tuple(options.policy),
            explicit=options.explicit_policy,
            no_mapping=options.no_policy_mapping,
            no_any_policy=options.no_any_policy,
        ),
    )


def _unread(refusal: HocbaError) -> dict[str, Any]:
    """A file that could not be read, in the form of a verdict."""
    reason = {
        "code": refusal.code,
        "sub_indication": "",
        "detail": "",
        "sentence": refusal_sentence(refusal),
    }
    return _form(Indication.INDETERMINATE, [reason], [], None)


def _told(verdict: PathVerdict, at: datetime) -> dict[str, Any]:
    reasons = [_reason(one) for one in verdict.reasons]
    path = [_certificate(der) for der in verdict.path]
    return _form(verdict.indication, reasons, path, at)


def _form(
    indication: Indication,
    reasons: list[dict[str, str]],
    path: list[dict[str, str]],
    at: datetime | None,
) -> dict[str, Any]:
    return {
        "indication": indication.value,
        "sub_indication": reasons[0]["sub_indication"] if reasons else "",
        "reason": reasons[0]["code"] if reasons else "",
        "reasons": reasons,
        "path": path,
        "checked_at": None if at is None else at.isoformat(),
    }


def _reason(one: Reason) -> dict[str, str]:
    return {
        "code": one.code,
        "sub_indication": one.sub_indication,
        "detail": one.detail,
        "sentence": reason_sentence(one),
    }


def _certificate(der: bytes) -> dict[str, str]:
    try:
        holder = read_certificate(der)
    except HocbaError:  # the path is told whole, even where a certificate is not read
        return {"sha256": sha256(der).hexdigest()}
    return {
        "subject": holder.subject,
        "issuer": holder.issuer,
        "serial": holder.serial,
        "not_before": holder.not_before.isoformat(),
        "not_after": holder.not_after.isoformat(),
        "sha256": holder.sha256,
    }


def _write(told: dict[str, Any]) -> None:
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


def _parts(paths: Sequence[Path], read: Callable[[bytes], tuple[bytes, ...]]) -> tuple[bytes, ...]:
    return tuple(der for path in paths for der in read(bounded_bytes(path, limit=MAX_FILE_BYTES)))
