"""The log's tree: growing its tiles from the entries, and opening it at a published size.

Entries get their place when they are issued; the tiles are made afterwards, by whoever publishes
the next checkpoint. Tiles are functions of the entries alone, so making them again, twice at once
or after a cut at any point, gives the same files.
"""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from hocba.adapters.tile_store import TileStore
from hocba.apps.ledger.models import Checkpoint, LogEntry
from hocba.core.errors import HocbaError
from hocba.core.merkle import leaf_hash, tree_root, verify_consistency
from hocba.core.registry.tiles import WIDTH, Tile, TiledTree, entry_bundle, tiles_of_growth


def tile_store() -> TileStore:
    """Return where this installation keeps the log's public files."""
    return TileStore(Path(settings.HOCBA_LOG_DIR))


def log_tree(*, size: int) -> TiledTree:
    """Return the tree of a published size; each tile is read once."""
    store = tile_store()
    read: dict[Tile, bytes] = {}

    def tile_bytes(tile: Tile) -> bytes:
        if tile not in read:
            read[tile] = store.tile(tile)
        return read[tile]

    return TiledTree(size, tile_bytes)


def grow_tiles(*, old_size: int, new_size: int) -> TiledTree:
    """Make the files that the log of `new_size` has beyond those of `old_size`; return its tree.

    Raises:
        HocbaError: "ledger.log_has_gap", "ledger.entry_altered", "log.tile_conflict" when a file
            tells another history.
    """
    store, tree = tile_store(), log_tree(size=new_size)
    for tile in tiles_of_growth(old_size=old_size, new_size=new_size):
        if tile.level == 0:
            rows = _rows(tile)
            store.put(tile.entries_path, entry_bundle([leaf for leaf, _ in rows]))
            hashes = [leaf_hash for _, leaf_hash in rows]
        else:
            first = tile.index * WIDTH
            hashes = [
                tree_root(tree.hashes(Tile(tile.level - 1, index, WIDTH)))
                for index in range(first, first + tile.width)
            ]
        store.put(tile.path, b"".join(hashes))
    return tree


def require_growth(*, tree: TiledTree, newest: Checkpoint | None) -> None:
    """Refuse a tree that does not continue what was published; nothing else is ever signed.

    Both the newest row and the file count: after a restore they may differ.

    Raises:
        HocbaError: "log.behind_published", "ledger.history_rewritten", "log.checkpoint_unreadable".
    """
    published = tile_store().published()
    if published is not None and published.size > tree.size:
        raise HocbaError("log.behind_published", size=published.size)
    heads = [] if newest is None else [(newest.size, bytes(newest.root))]
    if published is not None:
        heads.append((published.size, published.root))
    for size, root in heads:
        if size and not verify_consistency(
            old_size=size,
            old_root=root,
            new_size=tree.size,
            new_root=tree.root(),
            proof=tree.consistency(size),
        ):
            raise HocbaError("ledger.history_rewritten", size=size)


def require_not_behind() -> None:
    """Refuse when the published files tell of entries that the database has lost.

    Raises:
        HocbaError: "log.behind_published", "log.checkpoint_unreadable".
    """
    published = tile_store().published()
    if published is None:
        return
    if not LogEntry.objects.filter(index=published.size - 1).exists() and published.size:
        raise HocbaError("log.behind_published", size=published.size)


def _rows(tile: Tile) -> Sequence[tuple[bytes, bytes]]:
    first = tile.index * WIDTH
    rows = (
        LogEntry.objects.filter(index__gte=first, index__lt=first + tile.width)
        .order_by("index")
        .values_list("leaf", "leaf_hash")
    )
    found = [(bytes(leaf), bytes(leaf_hash)) for leaf, leaf_hash in rows]
    if len(found) != tile.width:
        raise HocbaError("ledger.log_has_gap")
    if any(leaf_hash(leaf) != kept for leaf, kept in found):
        raise HocbaError("ledger.entry_altered")
    return found
