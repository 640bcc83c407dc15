"""The log as tiles: C2SP's paths, and the same roots and proofs as the whole tree gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.core.errors import HocbaError
from hocba.core.merkle import consistency_proof, inclusion_proof, leaf_hash, tree_root
from hocba.core.registry.tiles import (
    WIDTH,
    Tile,
    TiledTree,
    entries_in,
    entry_bundle,
    tiles_of_growth,
)

LEAVES = [leaf_hash(b"%d" % number) for number in range(70_000)]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0, 256), "tile/0/000"),
        (Tile(0, 0, 1), "tile/0/000.p/1"),
        (Tile(3, 999, 255), "tile/3/999.p/255"),
        (Tile(0, 1000, 256), "tile/0/x001/000"),
        (Tile(0, 1234067, 256), "tile/0/x001/x234/067"),  # the example of the specification
        (Tile(1, 10_000_000, 8), "tile/1/x010/x000/000.p/8"),
    ],
)
def test_a_tile_lies_where_the_specification_says(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert tile.entries_path == path.replace(f"tile/{tile.level}/", "tile/entries/")


def grown(*sizes: int) -> dict[str, bytes]:
    """The files of a log that grew by these steps, each level made from the one below."""
    files: dict[str, bytes] = {}
    for old, new in zip((0, *sizes), sizes, strict=False):
        tree = TiledTree(new, lambda tile: files[tile.path])
        for tile in tiles_of_growth(old_size=old, new_size=new):
            first = tile.index * WIDTH
            hashes = LEAVES[first : first + tile.width]
            if tile.level:
                below = (tree.tile_at(tile.level - 1, first + n) for n in range(tile.width))
                hashes = [tree_root(tree.hashes(one)) for one in below]
            files[tile.path] = b"".join(hashes)
    return files


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 1500), min_size=1, max_size=4), st.data())
def test_tiles_give_the_roots_and_proofs_of_the_whole_tree(
    steps: list[int], data: st.DataObject
) -> None:
    sizes = sorted(steps)
    files = grown(*sizes)
    for size in sizes:
        tree = TiledTree(size, lambda tile: files[tile.path])
        whole = LEAVES[:size]
        assert tree.root() == tree_root(whole)
        index = data.draw(st.integers(0, size - 1))
        assert tree.inclusion(index) == inclusion_proof(whole, index)
        old = data.draw(st.integers(1, size))
        assert tree.consistency(old) == consistency_proof(whole, old)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000])
def test_tiles_of_three_levels_give_the_same_root(size: int) -> None:
    files = grown(size)
    read: list[str] = []

    def served(tile: Tile) -> bytes:
        read.append(tile.path)
        return files[tile.path]

    tree = TiledTree(size, served)
    assert tree.root() == tree_root(LEAVES[:size])
    read.clear()
    tree.inclusion(size // 2)
    assert len(set(read)) <= 5  # however long the log is


def test_growth_names_each_new_tile_once() -> None:
    assert list(tiles_of_growth(old_size=0, new_size=0)) == []
    assert list(tiles_of_growth(old_size=300, new_size=300)) == []
    assert list(tiles_of_growth(old_size=300, new_size=513)) == [
        Tile(0, 1, 256),
        Tile(0, 2, 1),
        Tile(1, 0, 2),
    ]


@given(st.lists(st.binary(max_size=400), max_size=20))
def test_a_bundle_of_entries_is_read_as_it_was_written(leaves: list[bytes]) -> None:
    assert entries_in(entry_bundle(leaves)) == leaves


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\x00\x01a\x00"])
def test_a_cut_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(HocbaError, match=r"registry\.tile_unreadable"):
        entries_in(data)


def test_a_tile_of_another_width_is_refused() -> None:
    with pytest.raises(HocbaError, match=r"registry\.tile_unreadable"):
        TiledTree(3, lambda _: b"\x00" * 64).root()


def test_an_entry_too_long_for_a_bundle_is_refused() -> None:
    with pytest.raises(HocbaError, match=r"registry\.entry_too_long"):
        entry_bundle([b"x" * 65_536])
