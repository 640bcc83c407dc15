"""Publishing the log: its tiles first, then the signed checkpoint over them.

The order (why it can be cut anywhere, and run twice at once): (1) the size is read; entries below
it never change. (2) Tiles, functions of the entries alone, are made durable. (3) The head is
signed outside of any transaction, for a token that hangs must not hold the database. (4) One short
transaction keeps the row. (5) Under a lock in the log's folder, the file gets the newest row's
note. Whatever is missing after a cut is made by the next run.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.held_keys import log_keys
from hocba.apps.kill_points import reached
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.checkpoints import newest_checkpoint, newest_note
from hocba.apps.ledger.models import Checkpoint, LogHead
from hocba.apps.ledger.tree import grow_tiles, require_growth, tile_store
from hocba.core.registry.checkpoint import Checkpoint as TreeHead
from hocba.core.registry.checkpoint import add_signature, note_body


def publish_checkpoint(*, actor: UUID | None, at: datetime) -> str:
    """Sign and keep the checkpoint of the log as it stands; return the signed note.

    Publishing the same size again returns the note that is already public, and puts the file where
    a cut left it out.

    Raises:
        HocbaError: "ledger.log_has_gap", "ledger.entry_altered", "ledger.history_rewritten",
            "ledger.no_log_key", "token.*", "log.tile_conflict", "log.behind_published",
            "log.two_heads", "log.checkpoint_unreadable".
    """
    size = _size()  # (1)
    newest = newest_checkpoint()
    reached("publish.sized")
    if newest is None or newest.size < size:
        old_size = 0 if newest is None else newest.size
        tree = grow_tiles(old_size=old_size, new_size=size)  # (2)
        reached("publish.tiles_grown")
        require_growth(tree=tree, newest=newest)
        head = TreeHead(origin=settings.HOCBA_LOG_ORIGIN, size=size, root=tree.root())
        note = _signed(head)  # (3)
        reached("publish.signed")
        _keep(head, note, actor=actor, at=at)  # (4)
        reached("publish.row_kept")
    tile_store().put_checkpoint(newest_note)  # (5)
    reached("publish.file_put")
    return newest_note()


def _size() -> int:
    head = LogHead.objects.filter(id=1).first()
    return 0 if head is None else head.size


def _signed(head: TreeHead) -> str:
    """The note, with a line of each key that is in service."""
    note = f"{note_body(head)}\n"
    for key in log_keys():
        note = add_signature(
            note=note, key_name=head.origin, public_key=key.public_key, sign=key.sign
        )
    return note


def _keep(head: TreeHead, note: str, *, actor: UUID | None, at: datetime) -> None:
    """Keep the row, unless another sweep was quicker: the note that came first stays."""
    if Checkpoint.objects.filter(size=head.size).exists():
        return
    try:
        with transaction.atomic():
            Checkpoint.objects.create(size=head.size, root=head.root, note=note, at=at)
            record_event(
                school_id=CITY_WIDE,
                school_year=school_year_of(at),
                action="ledger.checkpoint_published",
                object_type="checkpoint",
                object_id=str(head.size),
                before=None,
                after={
                    "root": head.root.hex(),
                    "note_sha256": hashlib.sha256(note.encode()).hexdigest(),
                },
                actor=actor,
                at=at,
            )
    except IntegrityError:
        if not Checkpoint.objects.filter(size=head.size).exists():
            raise
