"""When nothing may be issued although every document is in order: the log itself must be sound."""

from datetime import datetime, timedelta

from hocba.apps.ledger.models import IssuingStop, LogEntry
from hocba.apps.ledger.tree import require_not_behind
from hocba.core.errors import HocbaError

CLOCK_MAY_LAG = timedelta(seconds=60)


def refuse_to_append(*, size: int, at: datetime) -> None:
    """Refuse to issue into a log of this size; called by whoever holds its head.

    The order of the log is that of its indices and asks no clock. But a clock far behind the newest
    entry would put times into the log that nobody can believe, and a database older than what is
    published would give places a second time that others have seen taken.

    Raises:
        HocbaError: "ledger.issuing_stopped", "ledger.clock_behind", "log.behind_published".
    """
    stopped = issuing_stopped()
    if stopped is not None:
        raise HocbaError("ledger.issuing_stopped", reason=stopped)
    newest = LogEntry.objects.filter(index=size - 1).values_list("at", flat=True).first()
    if newest is not None and newest - at > CLOCK_MAY_LAG:
        raise HocbaError("ledger.clock_behind", seconds=int((newest - at).total_seconds()))
    require_not_behind()


def issuing_stopped() -> str | None:
    """Return why issuing is stopped, None when it is not."""
    return IssuingStop.objects.values_list("reason", flat=True).first()
