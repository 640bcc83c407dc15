"""`hocba archive`: keep a year's transcripts provable for decades; offline but for the stamps.

    hocba archive list   BUNDLE… --out YEAR.list [--hash sha256] [--proofs FOLDER]
    hocba archive make   --list YEAR.list --name 2024-2025 --out YEAR.archive.json STAMP
    hocba archive answer YEAR.archive.json --out NEW.archive.json ANSWERS
    hocba archive renew  YEAR.archive.json --out NEW.archive.json [ANSWERS | --list NEW.list] STAMP
    hocba archive prove  YEAR.archive.json BUNDLE… --list YEAR.list [--list NEW.list]
                         --out-dir FOLDER [--bundles]
    hocba archive verify BUNDLE [--proof FILE] --trust TRUST [--at TIME] [--json]

STAMP is one of --tsa URL (asked only when its host is given too, --allow HOST), --request-out FILE
(writes the request, `.tsq`, for an authority elsewhere, and stops), --token-in FILE (its answer,
`.tsr`, or the bare token). --statement-out FILE writes the text that is stamped.

ANSWERS say that the authority of the newest stamp is still good: --answer FILE… (certificates,
revocation lists, OCSP answers) or --trust TRUST, which asks the addresses inside the certificates
as far as --allow goes, and else takes the lists of the trust file.

A list is a header line and one digest a line; the operator's `manage archive_list` writes the same.
`renew` stamps the newest stamp (RFC 4998 §5.2, time-stamp renewal); with --list it begins a tree by
the hash of that list, made with `list --proofs` (hash-tree renewal). Exit code: 0 done or passed,
1 not passed, 2 the command itself is wrong or nothing could be done.
"""

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from hocba.adapters.archives import (
    answers_in,
    list_hash,
    list_items,
    stamp_request,
    token_in,
    write_list,
)
from hocba.adapters.fetching import Fetcher
from hocba.adapters.revocation import RevocationSource
from hocba.adapters.timestamping import HttpTimeStamper
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.cli import archive_proofs
from hocba.cli.opening import bounded_bytes
from hocba.core.errors import HocbaError
from hocba.core.merkle import HASHES, streamed_root
from hocba.core.signing.archive import (
    Archive,
    digest,
    new_archive,
    newest_stamp,
    statement,
    with_answers,
    with_stamp,
    with_tree,
)
from hocba.core.signing.archive_files import read_archive, write_archive
from hocba.core.signing.timestamps import read_stamp
from hocba.core.signing.trust import NO_EVIDENCE, Evidence, load_trust

MAX_FILE_BYTES = 64 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands and what each takes."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("list", help="lập danh sách mục từ các tệp kiểm tra")
    one.add_argument("bundles", nargs="+", type=Path, metavar="TỆP")
    one.add_argument("--hash", choices=sorted(HASHES), default="sha256")
    one.add_argument("--proofs", type=Path, help="thư mục bằng chứng cũ, khi đổi hàm băm")
    one.add_argument("--out", type=Path, required=True)
    one = verbs.add_parser("make", help="lập lưu trữ của một năm từ danh sách")
    one.add_argument("--list", type=Path, required=True)
    one.add_argument("--name", required=True, help="tên, ví dụ 2024-2025")
    _add_stamp(one)
    one = verbs.add_parser("answer", help="kèm bằng chứng rằng nơi cấp dấu mới nhất còn tốt")
    one.add_argument("archive", type=Path)
    one.add_argument("--out", type=Path, required=True)
    _add_answers(one)
    one.add_argument("--allow", nargs="*", default=[], help="máy chủ được phép hỏi")
    one = verbs.add_parser("renew", help="đóng dấu mới lên dấu cũ, hoặc lập cây mới")
    one.add_argument("archive", type=Path)
    one.add_argument("--list", type=Path, help="danh sách theo hàm băm mới")
    _add_answers(one)
    _add_stamp(one)
    archive_proofs.add_arguments(verbs)


def _add_stamp(parser: argparse.ArgumentParser) -> None:
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--tsa", help="địa chỉ nơi cấp dấu thời gian (RFC 3161)")
    how.add_argument("--request-out", type=Path, help="ghi yêu cầu .tsq rồi dừng")
    how.add_argument("--token-in", type=Path, help="câu trả lời .tsr hoặc dấu thời gian")
    parser.add_argument("--allow", nargs="*", default=[], help="máy chủ được phép hỏi")
    parser.add_argument("--statement-out", type=Path, help="ghi văn bản được đóng dấu")
    parser.add_argument("--out", type=Path, help="tệp lưu trữ mới")


def _add_answers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--answer", nargs="*", type=Path, default=[], help="chứng thư, CRL, OCSP")
    parser.add_argument("--trust", type=Path, help="hỏi theo danh sách tin cậy này")


def run(options: argparse.Namespace) -> int:
    """Do what is asked and return the exit code."""
    verbs: Mapping[str, Callable[[argparse.Namespace], int]] = {
        "list": _list,
        "make": _make,
        "answer": _answer,
        "renew": _renew,
        "prove": archive_proofs.prove,
        "verify": archive_proofs.verify,
    }
    try:
        return verbs[options.verb](options)
    except HocbaError as refusal:
        _say(refusal_sentence(refusal), error=True)
    except OSError as error:
        _say(f"Không ghi được {error.filename}.", error=True)
    return 2


def _say(text: str, *, error: bool = False) -> None:
    Console(stderr=error, highlight=False, soft_wrap=True, markup=False).print(text)


def _list(options: argparse.Namespace) -> int:
    items = archive_proofs.items(options.bundles, algorithm=options.hash, proofs=options.proofs)
    write_list(options.out, algorithm=options.hash, items=items)
    _say(f"{options.out}: {len(options.bundles)} mục ({options.hash})")
    return 0


def _make(options: argparse.Namespace) -> int:
    algorithm = list_hash(options.list)
    size, root = streamed_root(list_items(options.list), algorithm=algorithm)
    return _stamp(
        new_archive(name=options.name, algorithm=algorithm, size=size, root=root), options
    )


def _answer(options: argparse.Namespace) -> int:
    archive = with_answers(_archive(options.archive), _answers(options))
    options.out.write_bytes(write_archive(archive))
    return 0


def _renew(options: argparse.Namespace) -> int:
    archive = _archive(options.archive)
    if options.list is None:
        found = _answers(options)
        return _stamp(with_answers(archive, found) if found != NO_EVIDENCE else archive, options)
    if options.answer or options.trust:
        # The new tree is over the proofs as they are; what is added now would change them.
        raise HocbaError("archive.answers_first")
    algorithm = list_hash(options.list)
    size, root = streamed_root(list_items(options.list), algorithm=algorithm)
    if size != archive.trees[-1].size:
        raise HocbaError("archive.other_list")
    return _stamp(with_tree(archive, algorithm=algorithm, size=size, root=root), options)


def _archive(path: Path) -> Archive:
    archive = read_archive(bounded_bytes(path, limit=MAX_FILE_BYTES))
    if not archive.trees[-1].stamps:
        raise HocbaError("archive.unreadable")
    return archive


def _answers(options: argparse.Namespace) -> Evidence:
    found = answers_in(bounded_bytes(path, limit=MAX_FILE_BYTES) for path in options.answer)
    if options.trust is None:
        return found
    archive = _archive(options.archive)
    authority = newest_stamp(archive).authority
    asked = RevocationSource(Fetcher(frozenset(options.allow))).evidence(
        certificates=[authority],
        trust=load_trust(bounded_bytes(options.trust, limit=MAX_FILE_BYTES)),
        at=datetime.now(UTC),  # noqa: TID251 - the command line is an edge of its own
    )
    return Evidence(
        found.certificates + asked.certificates,
        found.crls + asked.crls,
        found.ocsps + asked.ocsps,
    )


def _stamp(archive: Archive, options: argparse.Namespace) -> int:
    """Write the request, or the archive with a new stamp."""
    text, algorithm = statement(archive), archive.trees[-1].algorithm
    imprint = digest(algorithm, text)
    if options.statement_out:
        options.statement_out.write_bytes(text)
    if options.request_out:
        options.request_out.write_bytes(stamp_request(imprint, algorithm=algorithm))
        _say(f"{options.request_out}: {algorithm} {imprint.hex()}")
        return 0
    if options.out is None:
        raise HocbaError("archive.no_out")
    if options.token_in:
        token = token_in(bounded_bytes(options.token_in, limit=MAX_FILE_BYTES))
    else:
        clock = HttpTimeStamper(options.tsa, Fetcher(frozenset(options.allow)))
        token = clock.stamp(imprint, algorithm=algorithm)
    options.out.write_bytes(write_archive(with_stamp(archive, token)))
    made = read_stamp(token=token, imprint=imprint, algorithm=algorithm)
    _say(f"{options.out}: {archive.trees[-1].size} mục, dấu thời gian {made.time.isoformat()}")
    return 0
