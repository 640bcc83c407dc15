"""Publishing the log: its tiles first, then the signed checkpoint over them."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.held_keys import log_key
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.models import Checkpoint, LogHead
from hocba.apps.ledger.tree import grow_tiles
from hocba.core.registry.checkpoint import Checkpoint as TreeHead
from hocba.core.registry.checkpoint import sign_checkpoint


@transaction.atomic
def publish_checkpoint(*, actor: UUID | None, at: datetime) -> str:
    """Sign and keep the checkpoint of the log as it stands; return the signed note.

    Publishing the same size again returns the note that is already public.

    Raises:
        HocbaError: "ledger.log_has_gap", "ledger.no_log_key", "token.*".
    """
    size = LogHead.objects.get_or_create(id=1)[0].size
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is not None and newest.size == size:
        return newest.note
    key = log_key()
    root = grow_tiles(old_size=0 if newest is None else newest.size, new_size=size).root()
    note = sign_checkpoint(
        checkpoint=TreeHead(origin=settings.HOCBA_LOG_ORIGIN, size=size, root=root),
        key_name=settings.HOCBA_LOG_ORIGIN,
        public_key=key.public_key,
        sign=key.sign,
    )
    Checkpoint.objects.create(size=size, root=root, note=note, at=at)
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action="ledger.checkpoint_published",
        object_type="checkpoint",
        object_id=str(size),
        before=None,
        after={"root": root.hex(), "note_sha256": hashlib.sha256(note.encode()).hexdigest()},
        actor=actor,
        at=at,
    )
    return note
