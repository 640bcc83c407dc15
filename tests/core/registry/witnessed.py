"""A small log in memory with its key, and witnesses with theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hocba.core.errors import HocbaError
from hocba.core.merkle import leaf_hash, tree_root
from hocba.core.registry.checkpoint import COSIGNATURE, Checkpoint, sign_checkpoint, vkey
from hocba.core.registry.entry import EntryKind, LogEntry, encode
from hocba.core.registry.log_files import LogTrust
from hocba.core.registry.tiles import WIDTH, Tile, TiledTree, entry_bundle, tiles_of_growth
from hocba.core.registry.witness import cosign, with_cosignatures
from hocba.core.signing.keys import ed25519_verify

ORIGIN = "nhat-ky.hocba.vn"
AT = datetime(2025, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Key:
    """An Ed25519 key with a name."""

    name: str
    seed: str

    @property
    def private(self) -> Ed25519PrivateKey:
        """The key itself."""
        return Ed25519PrivateKey.from_private_bytes(sha256(self.seed.encode()).digest())

    @property
    def public(self) -> bytes:
        """Its public half."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def log_vkey(self) -> str:
        """As a log's key."""
        return vkey(self.name, self.public)

    @property
    def witness_vkey(self) -> str:
        """As a witness's key."""
        return vkey(self.name, self.public, kind=COSIGNATURE)

    def cosign(self, note: str, at: datetime = AT) -> str:
        """The note with this witness's line."""
        body = note.rpartition("\n\n")[0] + "\n"
        line = cosign(
            checkpoint_body=body,
            key_name=self.name,
            public_key=self.public,
            sign=self.private.sign,
            at=at,
        )
        return with_cosignatures(note=note, lines=[line])


LOG = Key(ORIGIN, "log")
WITNESS, SECOND = Key("nhan-chung.truong-a.vn", "w1"), Key("nhan-chung.bo.vn", "w2")


def entry(number: int, kind: EntryKind = EntryKind.ISSUED, *, at: datetime | None = None) -> bytes:
    """A leaf about document `number`, an hour after that of the number before."""
    return encode(
        LogEntry(
            kind=kind,
            lookup_digest=sha256(b"lookup %d" % number).digest(),
            document_sha256=sha256(b"document %d" % number).digest(),
            version=1,
            at=at or AT + timedelta(hours=number),
            school_code=f"0100{number % 3}",
        )
    )


@dataclass
class MemoryLog:
    """Files of a log that grows; each checkpoint is put as the newest."""

    leaves: list[bytes] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    key: Key = LOG
    published: int = 0

    def grow(self, *leaves: bytes) -> "MemoryLog":
        """Add leaves, their tiles and the checkpoint over them."""
        self.leaves += leaves
        hashes = [leaf_hash(leaf) for leaf in self.leaves]
        tree = TiledTree(len(hashes), lambda tile: self.files[tile.path])
        for tile in tiles_of_growth(old_size=self.published, new_size=len(hashes)):
            first = tile.index * WIDTH
            own: Sequence[bytes] = hashes[first : first + tile.width]
            if tile.level == 0:
                bundle = entry_bundle(self.leaves[first : first + tile.width])
                self.files[tile.entries_path] = bundle
            else:
                below = (Tile(tile.level - 1, first + n, WIDTH) for n in range(tile.width))
                own = [tree_root(tree.hashes(one)) for one in below]
            self.files[tile.path] = b"".join(own)
        self.published = len(hashes)
        self.files["checkpoint"] = self.note().encode()
        return self

    def head(self, size: int | None = None) -> Checkpoint:
        """The log's head at a size."""
        hashes = [leaf_hash(leaf) for leaf in self.leaves[:size]]
        return Checkpoint(ORIGIN, len(hashes), tree_root(hashes))

    def note(self, size: int | None = None) -> str:
        """The signed head."""
        return sign_checkpoint(
            checkpoint=self.head(size),
            key_name=self.key.name,
            public_key=self.key.public,
            sign=self.key.private.sign,
        )

    def tree(self, size: int) -> TiledTree:
        """The tree over the files."""
        return TiledTree(size, lambda tile: self.files[tile.path])

    def read(self, path: str) -> bytes:
        """A file, as a source gives it."""
        if path not in self.files:
            raise HocbaError("log.tile_missing", path=path)
        return self.files[path]


def log_of(count: int, make: Callable[[int], bytes] = entry) -> MemoryLog:
    """A published log of so many entries."""
    return MemoryLog().grow(*(make(number) for number in range(count)))


def trusted(*witnesses: Key, quorum: int = 0, key: Key = LOG) -> LogTrust:
    """Trust in the log's key and these witnesses."""
    names = tuple(one.witness_vkey for one in witnesses)
    return LogTrust((key.log_vkey,), names, quorum, ed25519_verify)
