"""A small year in an archive: made in 2025, its stamp renewed in 2029, its hash in 2036."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from hocba.adapters.timestamping import HttpTimeStamper
from hocba.core.merkle import streamed_paths, streamed_root
from hocba.core.signing.archive import (
    Archive,
    ArchiveProof,
    digest,
    item_digest,
    new_archive,
    newest_stamp,
    statement,
    with_answers,
    with_stamp,
    with_tree,
)
from hocba.core.signing.archive_files import proof_before
from hocba.core.signing.trust import Evidence
from tests.pki import pki

MADE = datetime(2025, 7, 1, tzinfo=UTC)
RENEWED = datetime(2029, 6, 1, tzinfo=UTC)
REHASHED = datetime(2036, 6, 1, tzinfo=UTC)
LATER = datetime(2040, 1, 1, tzinfo=UTC)
OWN = 3
ROOTS = ("root", "strong-root")


@dataclass(frozen=True)
class Year:
    """Seven documents; `proof` is the fourth's."""

    archive: Archive
    documents: tuple[bytes, ...]
    evidence: Evidence
    places: tuple[tuple[tuple[int, tuple[bytes, ...]], ...], ...]  # by document

    @property
    def proof(self) -> ArchiveProof:
        """The proof of the own document."""
        return ArchiveProof(self.archive, self.places[OWN])


def clock(label: str, at: datetime) -> HttpTimeStamper:
    """A time-stamping authority on a day."""
    pki().reset()
    pki().now = at
    return HttpTimeStamper(pki().tsa(label), pki().fetcher())


def stamped(archive: Archive, label: str, at: datetime) -> Archive:
    """The archive with one more stamp."""
    algorithm = archive.trees[-1].algorithm
    imprint = digest(algorithm, statement(archive))
    return with_stamp(archive, clock(label, at).stamp(imprint, algorithm=algorithm))


def answered(archive: Archive, at: datetime) -> Archive:
    """The archive with what is known of its newest authority on a day."""
    pki().reset()
    pki().now = at
    # The clocks name no address: the list of their root is brought by hand.
    strong = pki().certificate("tsa-until-2044") == newest_stamp(archive).authority
    return with_answers(archive, Evidence(crls=(list_of("strong-root" if strong else "root", at),)))


def list_of(root: str, at: datetime) -> bytes:
    """The revocation list of a root on a day."""
    pki().now = at
    return pki().fetcher().get(f"{pki().url}/city/crls/{root}/latest.crl")


def made(
    documents: Iterable[bytes],
    evidence: Evidence,
    *,
    algorithm: str = "sha256",
    tsa: str = "tsa-until-2030",
    at: datetime = MADE,
) -> Year:
    """The first generation."""
    held = tuple(documents)
    leaves = [item_digest(algorithm=algorithm, document=one, evidence=evidence) for one in held]
    size, root = streamed_root(leaves, algorithm=algorithm)
    archive = new_archive(name="2024-2025", algorithm=algorithm, size=size, root=root)
    archive = answered(stamped(archive, tsa, at), at)
    paths = streamed_paths(leaves, range(size), algorithm=algorithm)
    return Year(archive, held, evidence, tuple(((n, paths[n]),) for n in range(size)))


def renewed(
    year: Year, *, tsa: str = "tsa-until-2037", at: datetime = RENEWED, asked: bool = True
) -> Year:
    """The next stamp over the newest."""
    archive = answered(year.archive, at) if asked else year.archive
    archive = answered(stamped(archive, tsa, at), at)
    return Year(archive, year.documents, year.evidence, year.places)


def rehashed(
    year: Year,
    *,
    algorithm: str = "sha512",
    tsa: str = "tsa-until-2044",
    at: datetime = REHASHED,
) -> Year:
    """A new tree by a new hash over all that was proven."""
    before, count = answered(year.archive, at), len(year.archive.trees)
    leaves = [
        item_digest(
            algorithm=algorithm,
            document=document,
            evidence=year.evidence,
            previous=proof_before(ArchiveProof(before, places), count),
        )
        for document, places in zip(year.documents, year.places, strict=True)
    ]
    size, root = streamed_root(leaves, algorithm=algorithm)
    archive = with_tree(before, algorithm=algorithm, size=size, root=root)
    archive = answered(stamped(archive, tsa, at), at + timedelta(days=1))
    paths = streamed_paths(leaves, range(size), algorithm=algorithm)
    places = tuple((*own, (n, paths[n])) for n, own in enumerate(year.places))
    return Year(archive, year.documents, year.evidence, places)


@cache
def three_generations() -> Year:
    """Made in 2025, renewed in 2029 before the first clock ended, rehashed in 2036."""
    documents = [b"hoc ba %d" % number for number in range(7)]
    return rehashed(renewed(made(documents, some_evidence())))


def some_evidence() -> Evidence:
    """What was kept beside each document."""
    issuers = (pki().certificate("issuing"), pki().certificate("issuing-crossed"))
    return Evidence(certificates=issuers, crls=(list_of("root", MADE),))
