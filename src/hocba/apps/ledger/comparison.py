"""Whether database, public files and stored bytes tell one story; what differs, one by one.

Each of the three is trusted for nothing here: rows are hashed afresh, the files are recomputed as
an outsider would, and each issued document is read and must hash to its entry. Reading takes its
time and holds no transaction; what is issued meanwhile is beyond the size that was read first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings

from hocba.apps.blobs import blob_store
from hocba.apps.held_keys import log_keys
from hocba.apps.ledger.checkpoints import newest_checkpoint
from hocba.apps.ledger.models import Checkpoint, IssuedTranscript, LogCheck, LogEntry
from hocba.apps.ledger.queries import trust
from hocba.apps.ledger.stored import log_size
from hocba.apps.ledger.tree import require_not_behind, tile_store
from hocba.core.errors import HocbaError
from hocba.core.merkle import GrowingTree, leaf_hash
from hocba.core.registry.checkpoint import Checkpoint as TreeHead
from hocba.core.registry.checkpoint import open_checkpoint, vkey
from hocba.core.registry.entry import EntryKind, decode
from hocba.core.registry.log_files import LogTrust, check_log
from hocba.core.registry.lookup_code import lookup_digest
from hocba.core.registry.tiles import WIDTH, TiledTree, entries_in
from hocba.core.signing.keys import ed25519_verify

_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the stores do not agree: a code and what it is about."""

    code: str
    what: str


def require_reconciled() -> None:
    """Refuse to go on while the stores are known not to agree.

    The cheap sign (public files longer than the database) is looked at every time; the whole
    comparison is `manage check_log`, of which the newest result counts.

    Raises:
        HocbaError: "ledger.not_reconciled", "log.behind_published", "log.checkpoint_unreadable".
    """
    require_not_behind()
    newest = LogCheck.objects.order_by("-id").first()
    if newest is not None and not newest.passed:
        raise HocbaError("ledger.not_reconciled")


def differences(*, size: int) -> Iterator[Difference]:
    """Yield what differs in a log of `size` entries.

    (1) Entries: no gap, none beyond the head; each row says what its leaf says.
    (2) Checkpoints: each is signed, and its root is that of the rows.
    (3) Public files: recomputed from their bytes; their root is that of the rows at their size.
    (4) Issued versions: each has its entry, each entry its version; all bytes are there.
    """
    roots: dict[int, bytes] = {}
    published = _published()
    wanted = set(Checkpoint.objects.values_list("size", flat=True))
    if isinstance(published, TreeHead):
        wanted.add(published.size)
    yield from _entries(size, wanted, roots)  # (1)
    yield from _checkpoints(roots)  # (2)
    if isinstance(published, Difference):
        yield published
    else:
        yield from _files(published, roots)  # (3)
    yield from _versions(size)  # (4)


def _entries(size: int, wanted: set[int], roots: dict[int, bytes]) -> Iterator[Difference]:
    growing, expected = GrowingTree(), 0
    if 0 in wanted:
        roots[0] = growing.root()
    for row in LogEntry.objects.order_by("index").iterator(chunk_size=_CHUNK):
        if row.index >= size:
            break
        if row.index != expected:
            yield Difference("ledger.log_has_gap", f"{expected}–{row.index - 1}")
            return  # what comes after a gap has another place in the tree
        yield from _entry(row)
        growing.add(leaf_hash(bytes(row.leaf)))
        expected += 1
        if expected in wanted:
            roots[expected] = growing.root()
    if expected != size:
        yield Difference("ledger.log_has_gap", f"{expected}–{size - 1}")
    if log_size() == size and LogEntry.objects.filter(index__gte=size).exists():
        yield Difference("ledger.beyond_head", str(size))


def _entry(row: LogEntry) -> Iterator[Difference]:
    leaf = bytes(row.leaf)
    try:
        entry = decode(leaf)
    except HocbaError as refusal:
        yield Difference(refusal.code, str(row.index))
        return
    digest = lookup_digest(lookup_uuid=str(row.lookup_uuid), salt=bytes(row.salt))
    told = (entry.kind.value, entry.document_sha256.hex(), entry.version, entry.at)
    kept = (row.kind, row.document_sha256, row.version, row.at.replace(microsecond=0))
    if (leaf_hash(leaf), entry.lookup_digest) != (bytes(row.leaf_hash), digest) or told != kept:
        yield Difference("ledger.entry_altered", str(row.index))


def _checkpoints(roots: dict[int, bytes]) -> Iterator[Difference]:
    keys = _keys()
    for row in Checkpoint.objects.order_by("size"):
        head = open_checkpoint(note=row.note, keys=keys, verify=ed25519_verify)
        if head is None or (head.size, head.root) != (row.size, bytes(row.root)):
            yield Difference("log.checkpoint", str(row.size))
        elif roots.get(row.size) != head.root:
            yield Difference("ledger.history_rewritten", str(row.size))


def _keys() -> tuple[str, ...]:
    """The log's keys: those published, and those that sign now."""
    own = tuple(vkey(settings.HOCBA_LOG_ORIGIN, key.public_key) for key in log_keys())
    try:
        return (*own, *trust().log_keys)
    except HocbaError:
        return own


def _published() -> TreeHead | Difference | None:
    try:
        return tile_store().published()
    except HocbaError as refusal:
        return Difference(refusal.code, "checkpoint")


def _files(published: TreeHead | None, roots: dict[int, bytes]) -> Iterator[Difference]:
    newest = newest_checkpoint()
    if published is None:
        if newest is not None:
            yield Difference("log.tile_missing", "checkpoint")
        return
    trusted = LogTrust(_keys(), (), 0, ed25519_verify)
    found = check_log(read=tile_store().read, trust=trusted).difference
    if found is not None:
        place = found.path if found.index is None else f"{found.path} ({found.index})"
        yield Difference(found.code, place)
    known = log_size()
    if published.size > known:
        yield from _lost(range(known, published.size), published.size)
    elif roots.get(published.size) != published.root:
        yield Difference("ledger.history_rewritten", f"checkpoint ({published.size})")
    if newest is not None and newest.size > published.size:
        yield Difference("ledger.file_late", f"{published.size} < {newest.size}")


def _lost(indices: range, size: int) -> Iterator[Difference]:
    """Entries that were published and that the database has no more, and whether bytes are left."""
    store, tree = tile_store(), TiledTree(size, tile_store().tile)
    for index in indices:
        tile = tree.tile_at(0, index // WIDTH)
        try:
            leaf = entries_in(store.read(tile.entries_path))[index % WIDTH]
            digest = decode(leaf).document_sha256.hex()
        except (HocbaError, IndexError):
            yield Difference("ledger.entry_lost", str(index))
            continue
        kept = not list(_bytes_of(digest))
        yield Difference("ledger.entry_lost_bytes_kept" if kept else "ledger.entry_lost", digest)


def _versions(size: int) -> Iterator[Difference]:
    issued = LogEntry.objects.filter(kind=EntryKind.ISSUED.value, index__lt=size)
    known = IssuedTranscript.objects.filter(lookup_uuid__in=issued.values("lookup_uuid"))
    for index in issued.exclude(lookup_uuid__in=known.values("lookup_uuid")).values_list(
        "index", flat=True
    ):
        yield Difference("ledger.version_missing", str(index))
    later = LogEntry.objects.filter(index__gte=size).values("lookup_uuid")
    rows = IssuedTranscript.objects.exclude(lookup_uuid__in=later).order_by("lookup_uuid")
    digests = dict(issued.values_list("lookup_uuid", "document_sha256"))
    for row in rows.iterator(chunk_size=_CHUNK):
        if digests.get(row.lookup_uuid) != row.document_sha256:
            yield Difference("ledger.version_without_entry", row.document_sha256)
        for digest in (
            row.document_sha256,
            *row.certificates,
            *(digest for _, digest in row.evidence),
        ):
            yield from _bytes_of(digest)


def _bytes_of(digest: str) -> Iterator[Difference]:
    try:
        if sha256(blob_store().get(digest)).hexdigest() != digest:
            yield Difference("blob.corrupt", digest)
    except HocbaError as refusal:
        yield Difference(refusal.code, digest)
