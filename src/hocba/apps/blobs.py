"""The blob store as this installation is configured: where bytes lie, by digest."""

from contextlib import suppress
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from hocba.adapters.blobstore import BlobStore
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.leaf import school_year_of

_log = structlog.stdlib.get_logger("hocba.store")


def blob_store() -> BlobStore:
    """Return the store under HOCBA_DATA_DIR with its second copy; it holds no state of its own."""
    first, second = Path(settings.HOCBA_DATA_DIR) / "blobs", settings.HOCBA_SECOND_BLOB_DIR
    if second is None:
        return BlobStore(first)
    return BlobStore(first, BlobStore(second), _tell)


def _tell(digest: str, code: str, mended: bool) -> None:
    """Alert whoever watches the log, and leave a trace in the audit trail.

    Reading goes on without the trail: bytes are checked by themselves, and nothing is changed but
    a damaged copy.
    """
    _log.error("blob_mended" if mended else "blob_damaged", code=code, object_id=digest)
    now = timezone.now()
    with suppress(DatabaseError), transaction.atomic():
        record_event(
            school_id=CITY_WIDE,
            school_year=school_year_of(now),
            action="storage.blob_mended" if mended else "storage.blob_damaged",
            object_type="blob",
            object_id=digest,
            before={"found": code},
            after={"mended": mended},
            actor=None,
            at=now,
        )
