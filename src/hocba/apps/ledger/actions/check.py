"""Keeping the result of a comparison; issuing stops while the newest one failed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.comparison import Difference, differences
from hocba.apps.ledger.models import LogCheck
from hocba.apps.ledger.stored import log_size

_MOST_KEPT = 100


def check_stores(*, accept: str = "", actor: UUID | None, at: datetime) -> Sequence[Difference]:
    """Compare database, public files and stored bytes; keep and return what differs.

    `accept` is the reason for which somebody answers for the differences: issuing goes on, and the
    reason stays in the records.
    """
    size = log_size()
    found = list(differences(size=size))
    with transaction.atomic():
        row = LogCheck.objects.create(
            size=size,
            passed=not found or bool(accept),
            differences=[[one.code, one.what] for one in found[:_MOST_KEPT]],
            accepted_because=accept,
            at=at,
        )
        record_event(
            school_id=CITY_WIDE,
            school_year=school_year_of(at),
            action="ledger.stores_compared",
            object_type="log",
            object_id=str(size),
            before=None,
            after={"passed": row.passed, "differences": len(found), "accepted_because": accept},
            actor=actor,
            at=at,
        )
    return found
