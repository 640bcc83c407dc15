"""`hocba archive prove` and `verify`: one transcript's proof from the archive of its year."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from hocba.adapters.archives import list_hash, list_items
from hocba.adapters.wording.verdicts import reason_sentence
from hocba.cli.opening import bounded_bytes
from hocba.core.errors import HocbaError
from hocba.core.merkle import root_of_path, streamed_paths
from hocba.core.registry.bundle import Bundle, read_bundle, write_bundle
from hocba.core.signing.archive import Archive, ArchiveProof, digest, item_digest
from hocba.core.signing.archive_check import ArchiveVerdict, check_archive
from hocba.core.signing.archive_files import proof_before, read_archive, write_proof
from hocba.core.signing.trust import load_trust
from hocba.core.signing.verdict import Indication
from hocba.core.verification import evidence_of

MAX_FILE_BYTES = 64 * 1024 * 1024
BUNDLE_END, PROOF_END = ".hocba.json", ".archive.json"
_WORDS = {
    Indication.TOTAL_PASSED: "Đạt",
    Indication.TOTAL_FAILED: "Không đạt",
    Indication.INDETERMINATE: "Chưa đủ căn cứ",
}
Verbs = Any  # argparse's own type for a set of subcommands is private


def add_arguments(verbs: Verbs) -> None:
    """Declare what both take."""
    one = verbs.add_parser("prove", help="rút bằng chứng của từng học bạ")
    one.add_argument("archive", type=Path)
    one.add_argument("bundles", nargs="+", type=Path, metavar="TỆP")
    one.add_argument("--list", action="append", type=Path, required=True, help="một cho mỗi cây")
    one.add_argument("--out-dir", type=Path, required=True)
    one.add_argument("--bundles", action="store_true", dest="whole", help="ghi cả tệp kiểm tra")
    one = verbs.add_parser("verify", help="kiểm tra bằng chứng lưu trữ của một học bạ")
    one.add_argument("bundle", type=Path, metavar="TỆP")
    one.add_argument("--proof", type=Path, help="tệp bằng chứng nằm ngoài tệp kiểm tra")
    one.add_argument("--trust", type=Path, required=True)
    one.add_argument("--at", help="thời điểm kiểm tra (ISO 8601), mặc định là bây giờ")
    one.add_argument("--json", action="store_true")


def proof_name(bundle: Path) -> str:
    """Return the name of the proof that belongs to a bundle file."""
    return bundle.name.removesuffix(BUNDLE_END) + PROOF_END


def items(bundles: Sequence[Path], *, algorithm: str, proofs: Path | None) -> Iterator[bytes]:
    """Yield the list's digest of each bundle; `proofs` holds what was proven of them before."""
    for path in bundles:
        bundle = _bundle(path)
        previous = b""
        if proofs is not None:
            previous = bounded_bytes(proofs / proof_name(path), limit=MAX_FILE_BYTES)
        yield item_digest(
            algorithm=algorithm,
            document=bundle.document,
            evidence=evidence_of(bundle),
            previous=previous,
        )


def prove(options: argparse.Namespace) -> int:
    """Write the proofs; nothing is written unless every bundle stands in every tree."""
    archive = read_archive(bounded_bytes(options.archive, limit=MAX_FILE_BYTES))
    if len(options.list) != len(archive.trees):
        raise HocbaError("archive.other_list")
    wanted = [_Wanted(path, _bundle(path)) for path in options.bundles]
    for number, path in enumerate(options.list):
        _place(wanted, archive, number, path)
    options.out_dir.mkdir(parents=True, exist_ok=True)
    for one in wanted:
        proof = write_proof(ArchiveProof(archive, one.places))
        target = options.out_dir / proof_name(one.path)
        if options.whole:
            proof = write_bundle(replace(one.bundle, archive=proof))
            target = options.out_dir / one.path.name
        target.write_bytes(proof)
    Console(highlight=False, soft_wrap=True, markup=False).print(
        f"{len(wanted)} bằng chứng trong {options.out_dir}"
    )
    return 0


@dataclass(slots=True)
class _Wanted:
    """A bundle, and where it stands in the trees that were walked so far."""

    path: Path
    bundle: Bundle
    places: tuple[tuple[int, tuple[bytes, ...]], ...] = ()


def _place(wanted: Sequence[_Wanted], archive: Archive, number: int, path: Path) -> None:
    """Find every bundle in one tree; two passes over the list."""
    tree = archive.trees[number]
    if list_hash(path) != tree.algorithm:
        raise HocbaError("archive.other_list")
    leaves = [
        item_digest(
            algorithm=tree.algorithm,
            document=one.bundle.document,
            evidence=evidence_of(one.bundle),
            previous=proof_before(ArchiveProof(archive, one.places), number),
        )
        for one in wanted
    ]
    sought = set(leaves)
    found: Mapping[bytes, int] = {
        item: index for index, item in enumerate(list_items(path)) if item in sought
    }
    if sought - set(found):
        raise HocbaError("archive.not_listed")
    paths = streamed_paths(list_items(path), found.values(), algorithm=tree.algorithm)
    for one, leaf in zip(wanted, leaves, strict=True):
        index = found[leaf]
        root = root_of_path(
            leaf=digest(tree.algorithm, b"\x00" + leaf),
            index=index,
            size=tree.size,
            proof=paths[index],
            algorithm=tree.algorithm,
        )
        if root != tree.root:
            raise HocbaError("archive.other_list")
        one.places = (*one.places, (index, paths[index]))


def verify(options: argparse.Namespace) -> int:
    """Judge the archive proof alone; what it is good for in the whole is told by `hocba verify`."""
    bundle = _bundle(options.bundle)
    proof = bundle.archive
    if options.proof is not None:
        proof = bounded_bytes(options.proof, limit=MAX_FILE_BYTES)
    verdict = check_archive(
        proof=proof,
        document=bundle.document,
        evidence=evidence_of(bundle),
        trust=load_trust(bounded_bytes(options.trust, limit=MAX_FILE_BYTES)),
        at=_instant(options.at),
    )
    if options.json:
        sys.stdout.write(json.dumps(as_json(verdict), ensure_ascii=False, indent=1) + "\n")
    else:
        out = Console(highlight=False, soft_wrap=True, markup=False)
        out.print(f"{_WORDS[verdict.indication]} ({verdict.indication.value})")
        for line in _lines(verdict):
            out.print(f"  - {line}")
    return 0 if verdict.indication is Indication.TOTAL_PASSED else 1


def as_json(verdict: ArchiveVerdict) -> dict[str, Any]:
    """Return what the summaries print of an archive proof."""
    times = {
        "archived_at": verdict.archived_at,
        "renewed_at": verdict.renewed_at,
        "renew_before": verdict.renew_before,
    }
    return {
        "indication": verdict.indication.value,
        **{name: time.isoformat() if time else None for name, time in times.items()},
        "reasons": [
            {
                "code": one.code,
                "sub_indication": one.sub_indication,
                "detail": one.detail,
                "sentence": reason_sentence(one),
            }
            for one in verdict.reasons
        ],
    }


def _lines(verdict: ArchiveVerdict) -> Iterator[str]:
    for reason in verdict.reasons:
        yield reason_sentence(reason)
    if verdict.archived_at and verdict.renewed_at and verdict.renew_before:
        yield f"Đã có từ {verdict.archived_at.isoformat()}, nguyên vẹn đến nay."
        yield f"Dấu mới nhất {verdict.renewed_at.isoformat()}."
        yield f"Phải gia hạn trước {verdict.renew_before.isoformat()}."


def _bundle(path: Path) -> Bundle:
    return read_bundle(bounded_bytes(path, limit=MAX_FILE_BYTES))


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
