"""Which subjects a slot speaks for, as people read them."""

from hocba.apps.blobs import blob_store
from hocba.apps.issuing.models import Draft, Slot
from hocba.core.signing.standing import standing_in
from hocba.core.transcript.canonical import row_id


def subjects_of(*, draft: Draft, slot: Slot) -> str:
    """Return the names of the subjects that a slot signs, "" for one over the whole transcript."""
    transcript = standing_in(blob_store().get(draft.document_sha256)).transcript
    return ", ".join(row.name for row in transcript.subjects if row_id(row.key) in slot.targets)
