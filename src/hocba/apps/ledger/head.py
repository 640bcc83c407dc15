"""The log's head: held by whoever appends, in one transaction with the entries."""

from hocba.apps.ledger.models import LogHead
from hocba.core.errors import HocbaError


def take_head() -> int:
    """Lock the head and return the first free index; a second issuer waits here for the first."""
    LogHead.objects.get_or_create(id=1)
    return LogHead.objects.select_for_update().get(id=1).size


def move_head(*, size: int, by: int) -> None:
    """Move the head that is held beyond the entries about to be appended."""
    if not LogHead.objects.filter(id=1, size=size).update(size=size + by):
        raise HocbaError("ledger.head_moved")
