"""Making a backup into a folder: a disk, a share, or what another tool carries further."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from hocba.adapters.backups.manifest import (
    DATABASE,
    FILE,
    FILES,
    NAMED,
    LogState,
    Manifest,
    write_manifest,
)
from hocba.adapters.backups.packs import Names, Packs, tar_member
from hocba.adapters.backups.sealed import Part, Recipient, seal
from hocba.adapters.durable import refusing, stay
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.blobs import blob_store
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger import stored
from hocba.core.errors import HocbaError
from hocba.core.merkle import streamed_root
from hocba.web.backups import contents
from hocba.web.backups.databases import TEMPORARY, snapshot

PACKS, BACKUPS = "packs", "backups"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is whole: its name, manifest and the manifest's SHA-256; what was wrong.

    `altered` are blobs whose bytes here are no longer those that they were; when an older pack has
    them right, the backup has them right.
    """

    name: str
    manifest: Manifest
    manifest_sha256: str
    new_packs: int
    altered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was read at the instant of the snapshot."""

    parts: tuple[Part, ...]
    named: Names
    migrations: dict[str, str]
    counts: dict[str, int]
    log: LogState


def make_backup(
    *,
    target: Path,
    recipients: Sequence[Recipient],
    private_keys: bool,
    actor: UUID | None,
    at: datetime,
    tell: Tell,
) -> Made:
    """Back the installation up; started again after a cut, it goes on with what is whole.

    (1) The database, the list of blobs that it names, its log's root: at one instant.
    (2) Every blob and tile that no pack in the target has yet.
    (3) The files that may change.
    (4) The manifest, last; then the audit event.

    Raises:
        HocbaError: "backup.running", "backup.dump_failed", "backup.no_program", "storage.*",
            "backup.index_unreadable".
    """
    name = at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    with _alone(target):
        packs = Packs(target / PACKS)
        packs.clear()
        _remove_unfinished(target / BACKUPS)
        folder = target / BACKUPS / name
        with refusing():
            folder.mkdir(parents=True)
        # (1)
        tell("Chụp cơ sở dữ liệu")
        taken = _take(folder, recipients)
        # (2)
        tell("Chép tệp lưu trữ và nhật ký")
        known, altered, new = _pack(packs, recipients, tell)
        missing = tuple(one for one in taken.named if f"blobs/{one}" not in known)
        # (3)
        files = seal(folder / FILES, _tar(private_keys), to=recipients)
        for part in (*taken.parts, files):
            stay(folder / part.name, below=target)
        # (4)
        manifest = Manifest(
            made_at=at,
            vendor=connection.vendor,
            migrations=taken.migrations,
            counts=taken.counts,
            log=taken.log,
            parts=(*taken.parts, files),
            packs=tuple(packs.whole()),
            named=len(taken.named),
            missing=missing,
            private_keys=private_keys,
        )
        digest = write_manifest(folder, manifest)
        _record(name, digest, manifest, actor=actor, at=at)
    return Made(name, manifest, digest, new, tuple(altered))


def _take(folder: Path, recipients: Sequence[Recipient]) -> _Taken:
    with snapshot() as dump:
        database = seal(folder / DATABASE, dump, to=recipients)
        named = Names(contents.blobs_named())
        size, newest = stored.log_size(), stored.newest_checkpoint()
        _, root = streamed_root(stored.leaves(size=size))
        log = LogState(size, root.hex(), "" if newest is None else newest.note)
        counts, migrations = contents.row_counts(), contents.newest_migrations()
    lines = (f"{digest}\n".encode("ascii") for digest in named)
    listed = seal(folder / NAMED, lines, to=recipients)
    return _Taken((database, listed), named, migrations, counts, log)


def _pack(
    packs: Packs, recipients: Sequence[Recipient], tell: Tell
) -> tuple[Names, list[str], int]:
    """Pack what no pack has; return all that packs hold, what is altered here, how many are new."""
    known, altered, new = Names(), list[str](), 0
    for part in packs.whole():
        known.add(item.name for item in packs.items(part))
    for part in packs.add(_new_files(known, altered), to=recipients):
        known.add(item.name for item in packs.items(part))
        new += 1
        tell(f"Gói {part.sha256[:12]}: {part.size} byte")
    return known, altered, new


def _new_files(known: Names, altered: list[str]) -> Iterator[tuple[str, bytes]]:
    store = blob_store()
    for digest in store.digests():
        name = f"blobs/{digest}"
        if name in known:
            continue
        try:
            yield name, store.get(digest)
        except HocbaError:
            altered.append(digest)
    for name, path in contents.log_files(tiles=True):
        if name not in known:
            yield name, path.read_bytes()


def _tar(private_keys: bool) -> Iterator[bytes]:
    for name, data in contents.changing_files(private_keys=private_keys):
        yield from tar_member(name, data)
    yield bytes(1024)


def _remove_unfinished(backups: Path) -> None:
    for folder in backups.glob("*"):
        if not (folder / FILE).exists():
            shutil.rmtree(folder)
    for folder in Path(settings.HOCBA_DATA_DIR).glob(f"{TEMPORARY}*"):
        if folder.is_dir():
            shutil.rmtree(folder)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Let one backup run at a time; the lock goes with the process, however it ends."""
    with refusing():
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(Path(settings.HOCBA_DATA_DIR) / ".backup.lock", os.O_RDWR | os.O_CREAT)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HocbaError("backup.running") from None
        yield
    finally:
        os.close(handle)


@transaction.atomic
def _record(
    name: str, digest: str, manifest: Manifest, *, actor: UUID | None, at: datetime
) -> None:
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action="system.backup_made",
        object_type="backup",
        object_id=name,
        before=None,
        after={
            "manifest_sha256": digest,
            "log_size": manifest.log.size,
            "private_keys": manifest.private_keys,
        },
        actor=actor,
        at=at,
    )
