"""The newest checkpoint as it is handed out: the log's own note with what witnesses signed."""

from hocba.apps.ledger.models import Checkpoint, WitnessCosignature
from hocba.core.registry.witness import with_cosignatures


def newest_checkpoint() -> Checkpoint | None:
    """Return the row of the newest checkpoint."""
    return Checkpoint.objects.order_by("-size").first()


def full_note(row: Checkpoint) -> str:
    """Return a checkpoint's note with the cosignatures that came for it."""
    lines = WitnessCosignature.objects.filter(size=row.size).order_by("id")
    return with_cosignatures(note=row.note, lines=list(lines.values_list("line", flat=True)))


def newest_note() -> str:
    """Return the note that is public now, "" before the first."""
    row = newest_checkpoint()
    return "" if row is None else full_note(row)
