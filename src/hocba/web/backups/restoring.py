"""Restoring into an empty installation, and checking a backup without restoring it.

What is wrong is told, each part and each blob by name, and does not end the work: what can be had
is had. Only when nothing is wrong is the installation ready; otherwise issuing stays stopped.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from hocba.adapters.backups.manifest import (
    DATABASE,
    FILE,
    FILES,
    NAMED,
    Manifest,
    read_manifest,
)
from hocba.adapters.backups.packs import Names, Packs, tar_files
from hocba.adapters.backups.sealed import Identity, Part, file_sha256, opened
from hocba.adapters.durable import flush_all, refusing, write_durably, write_quickly
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.blobs import blob_store
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.actions import stop_issuing
from hocba.core.errors import HocbaError
from hocba.core.merkle import streamed_root
from hocba.web.backups import contents, databases
from hocba.web.backups.checking import check_installation
from hocba.web.backups.making import BACKUPS, PACKS

MARKER = "restoring"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Source:
    """A backup that is read: where it lies, its manifest and that one's digest, the keys to it."""

    target: Path
    name: str
    manifest: Manifest
    manifest_sha256: str
    identities: Sequence[Identity]
    troubles: list[HocbaError] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where this backup's own parts lie."""
        return self.target / BACKUPS / self.name

    @property
    def packs(self) -> Packs:
        """The packs it shares with other backups."""
        return Packs(self.target / PACKS)


def open_backup(
    *, target: Path, name: str, identities: Sequence[Identity], manifest_sha256: str = ""
) -> Source:
    """Open a backup by name, the newest one for "".

    `manifest_sha256` is what was noted when it was made: with it, nobody can have put another
    backup in its place.

    Raises:
        HocbaError: "backup.none", "backup.manifest_unreadable", "backup.manifest_other".
    """
    names = sorted(path.parent.name for path in (target / BACKUPS).glob(f"*/{FILE}"))
    if not names or (name and name not in names):
        raise HocbaError("backup.none")
    chosen = name or names[-1]
    manifest, digest = read_manifest(target / BACKUPS / chosen)
    if manifest_sha256 and manifest_sha256 != digest:
        raise HocbaError("backup.manifest_other")
    return Source(target, chosen, manifest, digest, identities)


def check_backup(source: Source, *, tell: Tell) -> list[HocbaError]:
    """Read all of a backup and write nothing; return what is wrong with it.

    Raises:
        HocbaError: "backup.other_key".
    """
    _check_parts(source, tell)
    found = Names()
    for name, _data in _items(source, tell):
        found.add([name])
    for _name, _data in _files(source):
        pass
    _check_named(source, found)
    tell("Tính lại gốc của nhật ký")
    try:
        with opened(source.folder / DATABASE, by=source.identities) as stream:
            leaves = databases.dumped_leaves(stream, vendor=source.manifest.vendor)
            size, root = streamed_root(leaves)
        if (size, root.hex()) != (source.manifest.log.size, source.manifest.log.root):
            source.troubles.append(HocbaError("backup.root_differs"))
    except HocbaError as refusal:
        _keep(source, refusal)
    return source.troubles


def restore_backup(
    source: Source, *, published: bytes | None, at: datetime, tell: Tell
) -> list[HocbaError]:
    """Restore into this installation; return what is wrong. Cut and called again, it goes on.

    (1) Parts against the manifest. (2) Blobs and tiles, then the files that may change. (3) The
    database: all of it or nothing. (4) Everything is checked as it now lies here, against the
    manifest and the checkpoint that outsiders have. (5) Ready, or stopped with the reason.

    Raises:
        HocbaError: "backup.not_empty", "backup.other_database", "backup.other_key",
            "backup.dump_failed", "backup.no_program", "storage.*".
    """
    _refuse_other(source)
    marker = Path(settings.HOCBA_DATA_DIR) / MARKER
    write_durably(marker, f"{source.manifest_sha256}\n".encode(), below=marker.parent)
    # (1)
    _check_parts(source, tell)
    # (2)
    for name, data in _items(source, tell):
        _put(source, name, data)
    for name, data in _files(source):
        place = contents.place_of(name)
        if place is not None:
            write_durably(place, data, below=place.parent)
            place.chmod(0o600 if name == contents.LOG_KEY else 0o644)
    flush_all()
    # (3)
    tell("Nạp cơ sở dữ liệu")
    if not _tables():
        with opened(source.folder / DATABASE, by=source.identities) as stream:
            databases.load(stream)
        databases.settle()
    # (4)
    tell("Kiểm tra nơi vừa khôi phục")
    source.troubles.extend(check_installation(manifest=source.manifest, published=published, at=at))
    # (5)
    _record(source, at)
    if not source.troubles:
        with refusing():
            marker.unlink()
    return source.troubles


def _refuse_other(source: Source) -> None:
    """Refuse another kind of database, and an installation that holds anything."""
    if source.manifest.vendor != connection.vendor:
        raise HocbaError("backup.other_database", vendor=source.manifest.vendor)
    marker = Path(settings.HOCBA_DATA_DIR) / MARKER
    if marker.exists() and marker.read_text(encoding="ascii").strip() == source.manifest_sha256:
        return
    holds = (
        any(blob_store().digests())
        or any(contents.log_folder().rglob("*"))
        or Path(settings.HOCBA_TRUST_FILE).exists()
        or bool(_tables())
    )
    if holds:
        raise HocbaError("backup.not_empty")


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


def _check_parts(source: Source, tell: Tell) -> None:
    """Compare every file of the backup with the manifest."""
    tell("So mã băm của từng phần")
    places = [(source.folder, part) for part in source.manifest.parts]
    places += [(source.packs.root, part) for part in source.manifest.packs]
    for folder, part in places:
        try:
            if file_sha256(folder / part.name) != (part.size, part.sha256):
                source.troubles.append(HocbaError("backup.part_altered", name=part.name))
        except HocbaError as refusal:
            source.troubles.append(refusal)


def _items(source: Source, tell: Tell) -> Iterator[tuple[str, bytes]]:
    """Yield all blobs and tiles; those that a damaged pack no longer gives are named."""
    for number, part in enumerate(source.manifest.packs, start=1):
        tell(f"Gói {number}/{len(source.manifest.packs)}")
        read: set[str] = set()
        try:
            for item, data in source.packs.read(part, by=source.identities):
                read.add(item.name)
                if item.name.startswith("blobs/") and item.name != f"blobs/{item.sha256}":
                    source.troubles.append(HocbaError("backup.item_altered", name=item.name))
                    continue
                yield item.name, data
        except HocbaError as refusal:
            _keep(source, refusal)
            _name_lost(source, part, read)


def _name_lost(source: Source, part: Part, read: set[str]) -> None:
    """Blobs are named with all others that are missing; here the tiles."""
    with suppress(HocbaError, OSError):
        for item in source.packs.items(part):
            if item.name not in read and not item.name.startswith("blobs/"):
                source.troubles.append(HocbaError("backup.item_altered", name=item.name))


def _files(source: Source) -> Iterator[tuple[str, bytes]]:
    try:
        with opened(source.folder / FILES, by=source.identities) as stream:
            yield from tar_files(stream, FILES)
    except HocbaError as refusal:
        _keep(source, refusal)


def _check_named(source: Source, found: Names) -> None:
    """Name every blob that the database names and the packs do not give."""
    try:
        with opened(source.folder / NAMED, by=source.identities) as stream:
            for line in stream:
                digest = line.decode("ascii").strip()
                if f"blobs/{digest}" not in found:
                    source.troubles.append(HocbaError("backup.blob_missing", digest=digest))
    except HocbaError as refusal:
        _keep(source, refusal)


def _keep(source: Source, refusal: HocbaError) -> None:
    """Keep what is wrong with a part; the wrong key opens none, so it ends the work."""
    if refusal.code == "backup.other_key":
        raise refusal
    source.troubles.append(refusal)


def _put(source: Source, name: str, data: bytes) -> None:
    """Put one immutable file where it belongs; what is already right is left alone."""
    if name.startswith("blobs/"):
        digest = sha256(data).hexdigest()
        if name != f"blobs/{digest}":
            source.troubles.append(HocbaError("backup.item_altered", name=name))
            return
        place: Path | None = blob_store().place(digest)
    else:
        place = contents.place_of(name)
    if place is not None and not (place.exists() and place.read_bytes() == data):
        write_quickly(place, data)


@transaction.atomic
def _record(source: Source, at: datetime) -> None:
    """Leave the event, and keep issuing stopped where something is wrong."""
    if source.troubles:
        reason = f"khôi phục từ bản sao lưu còn {len(source.troubles)} chỗ chưa khớp."
        stop_issuing(reason=reason, actor=None, at=at)
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action="system.restored",
        object_type="backup",
        object_id=source.name,
        before=None,
        after={"manifest_sha256": source.manifest_sha256, "troubles": len(source.troubles)},
        actor=None,
        at=at,
    )
