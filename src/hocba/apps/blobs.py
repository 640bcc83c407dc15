"""The blob store as this installation is configured: where bytes lie, by digest."""

from pathlib import Path

from django.conf import settings

from hocba.adapters.blobstore import BlobStore


def blob_store() -> BlobStore:
    """Return the store under HOCBA_DATA_DIR; it holds no state of its own."""
    return BlobStore(Path(settings.HOCBA_DATA_DIR) / "blobs")
