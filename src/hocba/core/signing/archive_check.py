"""The verdict on an archive proof: since when has this transcript been there, unaltered?

 (1) Format: the proof is read whole, in its one spelling, within its bounds.
 (2) Item: in every tree the transcript with its evidence (and, after the first tree, with all that
     was proven of it before) is a leaf: its path leads to the root at its index and size.
 (3) Stamps: every tree is stamped; the first stamp is over the tree, each other one over the stamp
     before it, and the authorities' signatures hold.
 (4) Times: no stamp is earlier than the one before it, none lies after the instant of the verdict.
 (5) Authorities: each was trusted at its stamp, by the answers kept with the stamp or the document;
     and still valid and unrevoked when its stamp was renewed (RFC 4998 §5.3: valid relative to the
     time of the succeeding stamp). The newest may not have expired, nor be known as revoked, at the
     instant of the verdict; that nobody was asked again since then is no fault of it.
 (6) Algorithms: the authority's were not retired when its stamp was renewed, a tree's hash not when
     the next tree was stamped, the newest not at the instant of the verdict.
 (7) Then all was there at the time of the first stamp: TOTAL-PASSED.

Words are those of EN 319 102-1: TOTAL-FAILED when something does not fit, INDETERMINATE when it
fits and proves no time. A bad proof gives a verdict, never an exception.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from hocba.core.errors import HocbaError
from hocba.core.merkle import root_of_path
from hocba.core.signing.archive import (
    Archive,
    ArchiveProof,
    ArchiveStamp,
    ArchiveTree,
    digest,
    item_digest,
    renewal_statement,
    tree_statement,
)
from hocba.core.signing.archive_files import proof_before, read_proof
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.path import Usage
from hocba.core.signing.retirement import retired
from hocba.core.signing.timestamps import CLOCK_TOLERANCE, Stamp, read_stamp, used_by_stamp
from hocba.core.signing.trust import Evidence, TrustStore, check_certificate
from hocba.core.signing.verdict import Indication, Reason

PASSED, UNSURE, FAILED = (
    Indication.TOTAL_PASSED,
    Indication.INDETERMINATE,
    Indication.TOTAL_FAILED,
)
_NO_TIME = "OUT_OF_BOUNDS_NO_POE"


@dataclass(frozen=True, slots=True)
class ArchiveVerdict:
    """What an archive proof is worth; `archived_at` is None unless it passed."""

    indication: Indication
    reasons: tuple[Reason, ...]
    archived_at: datetime | None = None
    renewed_at: datetime | None = None  # the newest stamp
    renew_before: datetime | None = None  # the end of the newest authority's certificate


@dataclass(frozen=True, slots=True)
class _Link:
    """One stamp that holds, with what it is over and what was kept of its authority."""

    made: Stamp
    algorithm: str
    answers: Evidence


def check_archive(
    *, proof: bytes, document: bytes, evidence: Evidence, trust: TrustStore, at: datetime
) -> ArchiveVerdict:
    """Judge a proof file about a document and its evidence (the procedure above)."""
    # (1) Format
    try:
        read = read_proof(proof)
    except HocbaError as refusal:
        return _failed(refusal.code, "FORMAT_FAILURE")
    # (2) Item
    if not all(_stands(read, number, document, evidence) for number in range(len(read.places))):
        return _failed("archive.other_item", "HASH_FAILURE")
    # (3) Stamps
    if not read.archive.trees[-1].stamps:
        return ArchiveVerdict(UNSURE, (Reason("archive.not_stamped", "NO_POE"),))
    try:
        trees = [_links(read.archive, tree, evidence) for tree in read.archive.trees]
    except HocbaError as refusal:
        return _failed("archive.stamp", "SIG_CRYPTO_FAILURE", refusal.code)
    links = [link for tree in trees for link in tree]
    # (4) Times
    if any(one.made.time > then.made.time for one, then in pairwise(links)):
        return _failed("archive.time_order", "TIMESTAMP_ORDER_FAILURE")
    if links[-1].made.time - at > CLOCK_TOLERANCE:
        return _failed("archive.future", "TIMESTAMP_ORDER_FAILURE")
    # (5), (6)
    reasons = (*_authority_problems(links, trust, at), *_algorithm_problems(trees, trust, at))
    if reasons:
        return ArchiveVerdict(UNSURE, tuple(dict.fromkeys(reasons)))
    # (7)
    end = read_certificate(links[-1].made.authority).not_after
    return ArchiveVerdict(PASSED, (), links[0].made.time, links[-1].made.time, end)


def _failed(code: str, sub_indication: str, detail: str = "") -> ArchiveVerdict:
    return ArchiveVerdict(FAILED, (Reason(code, sub_indication, detail),))


def _stands(proof: ArchiveProof, number: int, document: bytes, evidence: Evidence) -> bool:
    tree, (index, path) = proof.archive.trees[number], proof.places[number]
    item = item_digest(
        algorithm=tree.algorithm,
        document=document,
        evidence=evidence,
        previous=proof_before(proof, number),
    )
    leaf = digest(tree.algorithm, b"\x00" + item)
    root = root_of_path(
        leaf=leaf, index=index, size=tree.size, proof=path, algorithm=tree.algorithm
    )
    return root == tree.root


def _links(archive: Archive, tree: ArchiveTree, evidence: Evidence) -> list[_Link]:
    """Read the stamps of a tree, each over what it must be over.

    Raises:
        HocbaError: "timestamp.*".
    """
    found = []
    before: ArchiveStamp | None = None
    for stamp in tree.stamps:
        says = (
            tree_statement(archive.name, tree)
            if before is None
            else renewal_statement(tree.algorithm, before)
        )
        imprint = digest(tree.algorithm, says)
        made = read_stamp(token=stamp.token, imprint=imprint, algorithm=tree.algorithm)
        answers = Evidence(
            stamp.answers.certificates + evidence.certificates + made.certificates,
            stamp.answers.crls + evidence.crls,
            stamp.answers.ocsps + evidence.ocsps,
        )
        found.append(_Link(made, tree.algorithm, answers))
        before = stamp
    return found


def _authority_problems(links: list[_Link], trust: TrustStore, at: datetime) -> Iterator[Reason]:
    """(5) At its own time, and when its stamp was renewed, or now."""
    for number, link in enumerate(links):
        own = _authority(link, trust, link.made.time)
        yield from (Reason("archive.authority", sub, code) for code, sub in own)
        if own:
            continue
        newest = number == len(links) - 1
        until = at if newest else links[number + 1].made.time
        # Expired by then: whether the key was still its owner's cannot be known any more.
        if read_certificate(link.made.authority).not_after < until:
            yield Reason("archive.overdue" if newest else "archive.renewed_late", _NO_TIME)
            continue
        for code, sub in _authority(link, trust, max(until, link.made.time)):
            if code == "certificate.revoked" or not newest:
                yield Reason("archive.authority", sub, code)


def _authority(link: _Link, trust: TrustStore, at: datetime) -> list[tuple[str, str]]:
    indication, reasons = check_certificate(
        certificate=link.made.authority,
        trust=trust,
        at=at,
        usage=Usage.TIMESTAMPING,
        evidence=link.answers,
    )
    return [] if indication is PASSED else [(one.code, one.sub_indication) for one in reasons]


def _algorithm_problems(
    trees: list[list[_Link]], trust: TrustStore, at: datetime
) -> Iterator[Reason]:
    """(6) Stamps until they are renewed, a tree's hash until the next tree is stamped."""
    if not trust.retired:
        return
    links = [link for tree in trees for link in tree]
    ends = [one.made.time for one in links[1:]] + [at]
    for link, until in zip(links, ends, strict=True):
        used = used_by_stamp(stamp=link.made, imprint_hash=link.algorithm, trust=trust)
        yield from _retired(retired(used=used, by=trust.retired, at=until))
    starts = [tree[0].made.time for tree in trees[1:]] + [at]
    for tree, until in zip(trees, starts, strict=True):
        used = frozenset({(tree[0].algorithm, 0)})
        yield from _retired(retired(used=used, by=trust.retired, at=until))


def _retired(name: str) -> Iterator[Reason]:
    if name:
        yield Reason("algorithm.retired", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", name)
