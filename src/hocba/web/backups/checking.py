"""Checking an installation as it lies here: its log, its blobs, and that its documents verify.

After a restore, and whenever somebody asks (`manage check_store`). Nothing is changed but tiles
that are missing, which are made again from the entries.
"""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from hocba.adapters.backups.manifest import Manifest
from hocba.adapters.backups.packs import Names
from hocba.adapters.tile_store import CHECKPOINT
from hocba.apps.blobs import blob_store
from hocba.apps.ledger import stored
from hocba.apps.ledger.queries import bundle_for_document, entries_page, trust
from hocba.apps.ledger.tree import grow_tiles, tile_store
from hocba.core.errors import HocbaError
from hocba.core.merkle import streamed_root
from hocba.core.registry.bundle import read_bundle
from hocba.core.registry.checkpoint import Checkpoint, open_checkpoint
from hocba.core.signing.keys import ed25519_verify
from hocba.core.verification import VerdictWord, verify_bundle
from hocba.web.backups import contents

SAMPLE = 20


def check_installation(
    *, manifest: Manifest | None, published: bytes | None, at: datetime
) -> Iterator[HocbaError]:
    """Yield what is wrong here, against a backup's manifest and against outsiders' checkpoint.

    (1) Software that knows the tables, and all the rows that the manifest counts.
    (2) The log: no gap, the root of the manifest, tiles that are those of its entries.
    (3) Checkpoints: the newest row, the public file, the one that outsiders have.
    (4) Every blob that a row names is here and unaltered.
    (5) Documents taken by chance pass the verifier that the public has.
    """
    # (1)
    known = set(MigrationLoader(connection).disk_migrations)
    for app, name in contents.newest_migrations().items():
        if (app, name) not in known:
            yield HocbaError("backup.other_software", name=f"{app}.{name}")
    if manifest is not None:
        found = contents.row_counts()
        for table, count in manifest.counts.items():
            if found.get(table, -1) < count:
                yield HocbaError("backup.count_differs", table=table)
    # (2)
    yield from _refusals(partial(_check_log, manifest))
    # (3)
    row = stored.newest_checkpoint()
    if row is not None:
        yield from _refusals(partial(check_checkpoint, row.note.encode()))
    yield from _refusals(_check_public_file)
    if published is not None:
        yield from _refusals(partial(check_checkpoint, published))
    # (4)
    store = blob_store()
    for digest in Names(contents.blobs_named()):
        yield from _refusals(partial(store.get, digest))
    # (5)
    yield from _documents(at)


def check_checkpoint(note: bytes) -> None:
    """Refuse a checkpoint that this log does not bear out.

    Raises:
        HocbaError: "backup.checkpoint_unsigned", "backup.checkpoint_differs",
            "log.behind_published" when the log here ends before it.
    """
    head = _opened(note)
    size = stored.log_size()
    if head.size > size:
        raise HocbaError("log.behind_published", size=size, published=head.size)
    if streamed_root(stored.leaves(size=head.size))[1] != head.root:
        raise HocbaError("backup.checkpoint_differs", size=head.size)


def _opened(note: bytes) -> Checkpoint:
    text = note.decode("utf-8", "replace")
    head = open_checkpoint(note=text, keys=trust().log_keys, verify=ed25519_verify)
    if head is None:
        raise HocbaError("backup.checkpoint_unsigned")
    return head


def _check_log(manifest: Manifest | None) -> None:
    size = stored.log_size()
    _, root = streamed_root(stored.leaves(size=size))
    if manifest is not None and (size, root.hex()) != (manifest.log.size, manifest.log.root):
        raise HocbaError("backup.root_differs")
    row = stored.newest_checkpoint()
    if row is not None and grow_tiles(old_size=0, new_size=row.size).root() != bytes(row.root):
        raise HocbaError("backup.root_differs")


def _check_public_file() -> None:
    try:
        note = tile_store().read(CHECKPOINT)
    except HocbaError:
        return  # nothing was published as a file yet
    check_checkpoint(note)


def _documents(at: datetime) -> Iterator[HocbaError]:
    """Judge some issued documents with the public's verifier, as an outsider would."""
    size = stored.log_size()
    places = {secrets.randbelow(size) for _ in range(SAMPLE)} if size else set()
    for place in sorted(places):
        for entry in entries_page(after=place - 1, limit=1):
            yield from _refusals(partial(_judge, entry.document_sha256, at))


def _judge(document_sha256: str, at: datetime) -> None:
    data = bundle_for_document(document_sha256=document_sha256)
    if data is None:
        raise HocbaError("backup.document_fails", digest=document_sha256)
    verdict = verify_bundle(bundle=read_bundle(data), trust=trust(), at=at)
    if verdict.word is VerdictWord.NOT_OF_SCHOOL:
        raise HocbaError("backup.document_fails", digest=document_sha256)


def _refusals(check: Callable[[], object]) -> Iterator[HocbaError]:
    try:
        check()
    except HocbaError as refusal:
        yield refusal
