"""The stop switch of issuing: for when something is wrong and it is not yet known what."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.models import IssuingStop, LogHead
from hocba.core.errors import HocbaError


@transaction.atomic
def stop_issuing(*, reason: str, actor: UUID | None, at: datetime) -> None:
    """Stop issuing everywhere; looking up, verifying, entering marks and signing go on.

    Waits for whoever is just issuing; when this returns, nobody issues any more. Stopping again
    changes the reason.

    Raises:
        HocbaError: "ledger.stop_needs_reason".
    """
    if not reason.strip():
        raise HocbaError("ledger.stop_needs_reason")
    _wait_for_issuers()
    before = IssuingStop.objects.first()
    IssuingStop.objects.update_or_create(
        id=1, defaults={"reason": reason.strip()[:500], "since": at}
    )
    _record("ledger.issuing_stopped", before, reason.strip()[:500], actor=actor, at=at)


@transaction.atomic
def resume_issuing(*, actor: UUID | None, at: datetime) -> bool:
    """Let issuing go on; return whether it was stopped."""
    _wait_for_issuers()
    before = IssuingStop.objects.first()
    if before is None:
        return False
    IssuingStop.objects.filter(id=1).delete()
    _record("ledger.issuing_resumed", before, "", actor=actor, at=at)
    return True


def _wait_for_issuers() -> None:
    """Take the log's head as they do: they see the switch before it is turned, or after."""
    LogHead.objects.get_or_create(id=1)
    LogHead.objects.select_for_update().get(id=1)


def _record(
    action: str, before: IssuingStop | None, reason: str, *, actor: UUID | None, at: datetime
) -> None:
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action=action,
        object_type="log",
        object_id="1",
        before=None if before is None else {"reason": before.reason, "since": before.since},
        after={"reason": reason} if reason else None,
        reason=reason,
        actor=actor,
        at=at,
    )
