"""Listing a year for its archive (`hocba archive make`)."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from hocba.adapters.archives import list_items, write_list
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.ledger.queries import ArchiveBefore, archive_items
from hocba.core.errors import HocbaError
from hocba.core.merkle import streamed_root


@transaction.atomic
def list_for_archive(
    *,
    school_year: str,
    algorithm: str,
    path: Path,
    before: ArchiveBefore | None = None,
    actor: UUID | None,
    at: datetime,
) -> tuple[int, bytes]:
    """Write the list of a year for `hocba archive make`, or `renew` when `before` is given.

    Returns size and root of the tree over it, which stay in the audit trail: whoever holds the list
    can be told from somebody who changed it.

    Raises:
        HocbaError: "archive.nothing_issued", "archive.other_list", "blob.*".
    """
    items = archive_items(school_year=school_year, algorithm=algorithm, before=before)
    write_list(path, algorithm=algorithm, items=items)
    size, root = streamed_root(list_items(path), algorithm=algorithm)
    if not size:
        path.unlink()
        raise HocbaError("archive.nothing_issued")
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year,
        action="ledger.archive_listed",
        object_type="archive",
        object_id=school_year,
        before=None,
        after={"algorithm": algorithm, "size": size, "root": root.hex()},
        actor=actor,
        at=at,
    )
    return size, root
