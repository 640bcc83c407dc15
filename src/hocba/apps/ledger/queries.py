"""Reading the ledger: bundles, the public log, and the trust file that verifiers use.

Everything here is meant for the public; nothing asks who is looking. Personal data leaves only
inside a document's own bytes, and who may have those is decided by the caller (`portal`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef

from hocba.adapters.blobstore import BlobStore
from hocba.apps.blobs import blob_store
from hocba.apps.ledger.models import Checkpoint, IssuedTranscript, LogEntry, PdfRequest, SealedPdf
from hocba.core.errors import HocbaError
from hocba.core.merkle import inclusion_proof
from hocba.core.registry.bundle import Bundle, BundledEntry, write_bundle
from hocba.core.signing.trust import TrustStore, load_trust


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
        return load_trust(Path(settings.HOCBA_TRUST_FILE).read_bytes())
    except FileNotFoundError as error:
        raise HocbaError("ledger.no_trust_list") from error


def latest_checkpoint() -> str | None:
    """Return the newest published checkpoint as a signed note."""
    row = Checkpoint.objects.order_by("-size").first()
    return None if row is None else row.note


def entries_page(*, after: int, limit: int) -> list[PublicEntry]:
    """Return up to `limit` (at most 500) entries whose index is greater than `after`."""
    rows = LogEntry.objects.filter(index__gt=after).order_by("index")[: min(limit, 500)]
    return [
        PublicEntry(
            index=row.index,
            kind=row.kind,
            leaf_hash=bytes(row.leaf_hash).hex(),
            document_sha256=row.document_sha256,
            at=row.at,
        )
        for row in rows
    ]


def bundle_of(*, lookup_uuid: UUID) -> bytes | None:
    """Return the self-contained bundle of an issued transcript, or None when there is none such."""
    row = IssuedTranscript.objects.filter(lookup_uuid=lookup_uuid).first()
    return None if row is None else next(bundles([row]))


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
    """Return the lookup codes of a school's transcripts whose PDF waits for the seal."""
    done = SealedPdf.objects.filter(lookup_uuid=OuterRef("lookup_uuid"))
    rows = PdfRequest.objects.filter(~Exists(done), school_id=school_id)
    return list(rows.order_by("asked_at", "lookup_uuid").values_list("lookup_uuid", flat=True))


def issued_of_school(*, school_id: UUID, school_year: str) -> list[IssuedTranscript]:
    """Return the issued versions of one school's year, oldest first."""
    return list(
        IssuedTranscript.objects.filter(school_id=school_id, school_year=school_year).order_by(
            "issued_at", "lookup_uuid"
        )
    )


def bundles(rows: Sequence[IssuedTranscript]) -> Iterator[bytes]:
    """Yield the bundle of each row, all proven against the newest checkpoint."""
    checkpoint = Checkpoint.objects.order_by("-size").first()
    size = 0 if checkpoint is None else checkpoint.size
    hashes = [
        bytes(item)
        for item in LogEntry.objects.filter(index__lt=size)
        .order_by("index")
        .values_list("leaf_hash", flat=True)
    ]
    store = blob_store()
    for row in rows:
        proven = LogEntry.objects.filter(lookup_uuid=row.lookup_uuid, index__lt=size)
        yield write_bundle(
            Bundle(
                document=store.get(row.document_sha256),
                entries=tuple(
                    BundledEntry(
                        index=item.index,
                        leaf=bytes(item.leaf),
                        salt=bytes(item.salt),
                        proof=tuple(inclusion_proof(hashes, item.index)),
                    )
                    for item in proven.order_by("index")
                ),
                checkpoint_note="" if checkpoint is None else checkpoint.note,
                certificates=tuple(store.get(digest) for digest in row.certificates),
                crls=_answers(store, row, "crl"),
                ocsps=_answers(store, row, "ocsp"),
            )
        )


def _answers(store: BlobStore, row: IssuedTranscript, kind: str) -> tuple[bytes, ...]:
    return tuple(store.get(digest) for found, digest in row.evidence if found == kind)
