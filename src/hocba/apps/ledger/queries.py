"""Reading the ledger: bundles, the public log, and the trust file that verifiers use.

Everything here is meant for the public; nothing asks who is looking. Personal data leaves only
inside a document's own bytes, and who may have those is decided by the caller (`portal`).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef

from hocba.adapters.archives import list_items
from hocba.adapters.blobstore import BlobStore
from hocba.apps.blobs import blob_store
from hocba.apps.ledger.checkpoints import full_note, newest_checkpoint, newest_note
from hocba.apps.ledger.histories import LifeEvent as LifeEvent
from hocba.apps.ledger.histories import history_of as history_of
from hocba.apps.ledger.lookup_keys import digests
from hocba.apps.ledger.models import (
    Checkpoint,
    IssuedTranscript,
    LogEntry,
    LookupKey,
    PdfRequest,
    SealedPdf,
    WitnessedCheckpoint,
    WitnessedLog,
)
from hocba.apps.ledger.tree import log_tree, tile_store
from hocba.core.errors import HocbaError
from hocba.core.merkle import streamed_paths
from hocba.core.registry.bundle import Bundle, BundledEntry, write_bundle
from hocba.core.registry.tiles import tile_of_path
from hocba.core.registry.tlog_proof import TlogProof, write_tlog_proof
from hocba.core.signing.archive import Archive, ArchiveProof, item_digest
from hocba.core.signing.archive_files import write_proof
from hocba.core.signing.trust import Evidence, TrustStore, load_trust

_CHUNK = 10_000  # versions whose old paths are held at once


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """One log entry as the public page shows it."""

    index: int
    kind: str
    leaf_hash: str
    document_sha256: str
    at: datetime


def trust() -> TrustStore:
    """Return the trust list of this installation: roots, issuers, CRLs, seals, log keys.

    Raises:
        HocbaError: "ledger.no_trust_list" before the first one is published.
    """
    try:
        return _loaded(Path(settings.HOCBA_TRUST_FILE).read_bytes())
    except FileNotFoundError as error:
        raise HocbaError("ledger.no_trust_list") from error


@lru_cache(maxsize=2)
def _loaded(data: bytes) -> TrustStore:
    return load_trust(data)


def status_list_file() -> Path:
    """Return where the newest signed status list lies, beside the log's other public files."""
    return Path(settings.HOCBA_LOG_DIR) / "status-list"


def offline_page_file() -> Path:
    """Return where the page lies that checks paper without network."""
    return Path(settings.HOCBA_LOG_DIR) / "kiem-tra-ngoai-tuyen.html"


def status_list() -> bytes:
    """Return the published status list, empty before the first."""
    path = status_list_file()
    return path.read_bytes() if path.exists() else b""


def latest_checkpoint() -> str | None:
    """Return the newest published checkpoint as a signed note."""
    return newest_note() or None


def log_file(*, path: str) -> bytes | None:
    """Return a tile or a bundle of entries by its path below the log's address, or None."""
    if tile_of_path(path) is None:
        return None
    try:
        return tile_store().read(path)
    except HocbaError:
        return None


def entry_proof(*, index: int) -> str | None:
    """Return the `.tlog-proof` of an entry against the newest checkpoint, or None."""
    row = newest_checkpoint()
    if row is None or not 0 <= index < row.size:
        return None
    entry = LogEntry.objects.get(index=index)
    path = tuple(log_tree(size=row.size).inclusion(index))
    return write_tlog_proof(TlogProof(index, path, full_note(row), bytes(entry.leaf)))


def witnessed_note(*, origin_sha256: str) -> str | None:
    """Return the newest checkpoint of another log that we cosigned, or None."""
    log = WitnessedLog.objects.filter(origin_sha256=origin_sha256).first()
    if log is None:
        return None
    row = WitnessedCheckpoint.objects.filter(origin=log.origin).order_by("-size").first()
    return None if row is None else row.note


def entries_page(*, after: int, limit: int) -> list[PublicEntry]:
    """Return up to `limit` (at most 500) entries whose index is greater than `after`."""
    rows = LogEntry.objects.filter(index__gt=after).order_by("index")[: min(limit, 500)]
    return [_public(row) for row in rows]


def _public(row: LogEntry) -> PublicEntry:
    return PublicEntry(
        index=row.index,
        kind=row.kind,
        leaf_hash=bytes(row.leaf_hash).hex(),
        document_sha256=row.document_sha256,
        at=row.at,
    )


def bundle_of(*, lookup_uuid: UUID) -> bytes | None:
    """Return the self-contained bundle of an issued transcript, or None when there is none such."""
    row = IssuedTranscript.objects.filter(lookup_uuid=lookup_uuid).first()
    return None if row is None else next(bundles([row]))


def version_by_code(*, code: UUID, birth_date: date) -> IssuedTranscript | None:
    """Return the issued version that this code and this birth date lead to together, or None.

    One question for one digest of both: there is no way to be told of a half.
    """
    keys = LookupKey.objects.filter(digest__in=digests(code=code, birth_date=birth_date))
    rows = IssuedTranscript.objects.filter(lookup_uuid__in=keys.values("lookup_uuid"))
    return rows.first()


def version_of_document(*, document_sha256: str) -> IssuedTranscript | None:
    """Return the issued version whose file has this SHA-256 (hex), or None."""
    return IssuedTranscript.objects.filter(document_sha256=document_sha256).first()


def entries_of_document(*, document_sha256: str) -> list[PublicEntry]:
    """Return the log's entries about a file, by position; they are public."""
    rows = LogEntry.objects.filter(document_sha256=document_sha256).order_by("index")
    return [_public(row) for row in rows]


def log_size() -> int:
    """Return the size that the newest checkpoint proves."""
    return Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0


def bundle_for_document(*, document_sha256: str) -> bytes | None:
    """Return the bundle of the transcript whose file has this SHA-256 (hex), or None."""
    row = IssuedTranscript.objects.filter(document_sha256=document_sha256).first()
    return None if row is None else next(bundles([row]))


def sealed_pdf(*, lookup_uuid: UUID, certificate_sha256: str = "") -> bytes | None:
    """Return the sealed PDF of an issued version, the newest unless a seal is named, or None."""
    rows = SealedPdf.objects.filter(lookup_uuid=lookup_uuid).order_by("-at", "pdf_sha256")
    if certificate_sha256:
        rows = rows.filter(certificate_sha256=certificate_sha256)
    row = rows.first()
    return None if row is None else blob_store().get(row.pdf_sha256)


def pdfs_waiting(*, school_id: UUID) -> list[UUID]:
    """Return the lookup codes of a school's transcripts whose PDF waits for the seal.

    What was recalled or replaced waits no longer: its PDF may not be sealed.
    """
    done = SealedPdf.objects.filter(lookup_uuid=OuterRef("lookup_uuid"))
    gone = LogEntry.objects.filter(
        lookup_uuid=OuterRef("lookup_uuid"), kind__in=("recalled", "replaced")
    )
    rows = PdfRequest.objects.filter(~Exists(done), ~Exists(gone), school_id=school_id)
    return list(rows.order_by("asked_at", "lookup_uuid").values_list("lookup_uuid", flat=True))


def pdfs_sealed(*, school_id: UUID, lookup_uuids: Collection[UUID]) -> set[UUID]:
    """Return which of these lookup codes are a school's and have their sealed PDF."""
    here = IssuedTranscript.objects.filter(school_id=school_id, lookup_uuid__in=lookup_uuids)
    rows = SealedPdf.objects.filter(lookup_uuid__in=here.values("lookup_uuid"))
    return set(rows.values_list("lookup_uuid", flat=True))


def issued_of_school(*, school_id: UUID, school_year: str) -> list[IssuedTranscript]:
    """Return the issued versions of one school's year, oldest first."""
    return list(
        IssuedTranscript.objects.filter(school_id=school_id, school_year=school_year).order_by(
            "issued_at", "lookup_uuid"
        )
    )


def bundles(rows: Sequence[IssuedTranscript]) -> Iterator[bytes]:
    """Yield the bundle file of each row, all proven against the newest checkpoint."""
    return map(write_bundle, read_bundles(rows))


def read_bundles(rows: Sequence[IssuedTranscript]) -> Iterator[Bundle]:
    """Yield the bundle of each row, all proven against the newest checkpoint."""
    checkpoint = newest_checkpoint()
    note = "" if checkpoint is None else full_note(checkpoint)
    tree = log_tree(size=0 if checkpoint is None else checkpoint.size)
    store = blob_store()
    for row in rows:
        proven = LogEntry.objects.filter(lookup_uuid=row.lookup_uuid, index__lt=tree.size)
        yield Bundle(
            document=store.get(row.document_sha256),
            entries=tuple(
                BundledEntry(
                    index=item.index,
                    leaf=bytes(item.leaf),
                    salt=bytes(item.salt),
                    proof=tuple(tree.inclusion(item.index)),
                )
                for item in proven.order_by("index")
            ),
            checkpoint_note=note,
            certificates=tuple(store.get(digest) for digest in row.certificates),
            crls=_answers(store, row, "crl"),
            ocsps=_answers(store, row, "ocsp"),
            issuers=_answers(store, row, "issuer"),
            tlog_proofs=True,
        )


@dataclass(frozen=True, slots=True)
class ArchiveBefore:
    """The archive that a new tree continues, with the list of each of its trees, in order."""

    archive: Archive
    lists: tuple[Path, ...]


def archive_items(
    *, school_year: str, algorithm: str, before: ArchiveBefore | None = None
) -> Iterator[bytes]:
    """Yield the archive's digest of every version issued for a year, in the order of the log.

    Recalled and replaced versions are among them: that they once were issued must stay provable.
    After a first tree only what that holds is listed, so that every tree has the same items.

    Raises:
        HocbaError: "blob.*", "archive.other_list" when the lists are not of that archive.
    """
    indices = LogEntry.objects.filter(
        kind="issued",
        lookup_uuid__in=IssuedTranscript.objects.filter(school_year=school_year).values(
            "lookup_uuid"
        ),
    ).order_by("index")
    codes = indices.values_list("lookup_uuid", flat=True).iterator(chunk_size=_CHUNK)
    size = None if before is None else before.archive.trees[-1].size
    first = 0
    while chunk := list(islice(codes, _CHUNK)):
        chunk = chunk if size is None else chunk[: size - first]
        rows = IssuedTranscript.objects.in_bulk(chunk)
        places = _places(before, range(first, first + len(chunk)))
        for index, code in enumerate(chunk, start=first):
            yield _item(rows[code], algorithm, places.get(index, b""))
        first += len(chunk)
        if first == size:
            return
    if size is not None:
        raise HocbaError("archive.other_list")


def _places(before: ArchiveBefore | None, indices: range) -> dict[int, bytes]:
    """Return the proof files by the trees that were; each list is walked once for a chunk."""
    if before is None:
        return {}
    if len(before.lists) != len(before.archive.trees):
        raise HocbaError("archive.other_list")
    paths = [
        streamed_paths(list_items(path), indices, algorithm=tree.algorithm)
        for path, tree in zip(before.lists, before.archive.trees, strict=True)
    ]
    return {
        index: write_proof(
            ArchiveProof(before.archive, tuple((index, found[index]) for found in paths))
        )
        for index in indices
    }


def _item(row: IssuedTranscript, algorithm: str, previous: bytes) -> bytes:
    store = blob_store()
    return item_digest(
        algorithm=algorithm,
        document=store.get(row.document_sha256),
        evidence=Evidence(
            _answers(store, row, "issuer"),
            _answers(store, row, "crl"),
            _answers(store, row, "ocsp"),
        ),
        previous=previous,
    )


def _answers(store: BlobStore, row: IssuedTranscript, kind: str) -> tuple[bytes, ...]:
    return tuple(store.get(digest) for found, digest in row.evidence if found == kind)
