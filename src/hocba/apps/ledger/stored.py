"""The ledger as a whole, walked and never held: what backups and checks of everything ask for."""

from collections.abc import Iterator
from uuid import UUID

from hocba.apps.ledger.models import (
    Checkpoint,
    IssuedTranscript,
    LogEntry,
    LogHead,
    MassRecall,
    RequestEvidence,
    SealedPdf,
)
from hocba.core.errors import HocbaError

_CHUNK = 2000


def log_size() -> int:
    """Return how many entries the log's head says there are."""
    return LogHead.objects.values_list("size", flat=True).first() or 0


def leaves(*, size: int) -> Iterator[bytes]:
    """Yield the first `size` leaves in order.

    Raises:
        HocbaError: "ledger.log_has_gap".
    """
    for first in range(0, size, _CHUNK):
        last = min(size, first + _CHUNK)
        rows = list(
            LogEntry.objects.filter(index__gte=first, index__lt=last)
            .order_by("index")
            .values_list("index", "leaf")
        )
        if [index for index, _ in rows] != list(range(first, last)):
            raise HocbaError("ledger.log_has_gap")
        yield from (bytes(leaf) for _, leaf in rows)


def newest_checkpoint() -> Checkpoint | None:
    """Return the newest checkpoint that was signed."""
    return Checkpoint.objects.order_by("-size").first()


def blobs_named() -> Iterator[str]:
    """Yield the digest of every blob that issued versions, their prints and requests need.

    Some come more than once.
    """
    yield from SealedPdf.objects.values_list("pdf_sha256", flat=True).iterator()
    yield from RequestEvidence.objects.values_list("sha256", flat=True).iterator()
    yield from MassRecall.objects.values_list("evidence_sha256", flat=True).iterator()
    last = UUID(int=0)
    while rows := list(
        IssuedTranscript.objects.filter(lookup_uuid__gt=last).order_by("lookup_uuid")[:_CHUNK]
    ):
        last = rows[-1].lookup_uuid
        for row in rows:
            yield row.document_sha256
            yield from row.certificates
            yield from (digest for _, digest in row.evidence)
