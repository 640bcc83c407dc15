"""Merkle trees as log, signed sheets and archives use them: RFC 6962 §2.1, RFC 9162 §2.1.

The log and the sheets hash with SHA-256; an archive names its hash, and its trees are so large that
they are walked without being held.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha3_256, sha256, sha384, sha512
from typing import Any

HASHES: Mapping[str, Callable[[bytes], Any]] = {
    "sha256": sha256,
    "sha384": sha384,
    "sha512": sha512,
    "sha3-256": sha3_256,
}


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of one leaf: SHA-256(0x00 ‖ leaf)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def tree_root(hashes: Sequence[bytes]) -> bytes:
    """Root over leaf hashes; the empty tree has SHA-256 of nothing."""
    if not hashes:
        return sha256().digest()
    level = list(hashes)
    while len(level) > 1:
        level = _next_level(level)
    return level[0]


def _next_level(level: Sequence[bytes]) -> list[bytes]:
    above = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    if len(level) % 2:
        above.append(level[-1])  # a lone last node rises unchanged, as the RFC's split gives
    return above


Subtree = Callable[[int, int], bytes]
"""Root over the leaves from the first number up to, without, the second."""


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Audit path of the leaf at `index` (RFC 9162 §2.1.3.1), from the leaf upwards.

    Raises:
        IndexError: when there is no such leaf.
    """
    return inclusion_path(index=index, size=len(hashes), subtree=_over(hashes))


def inclusion_path(*, index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The same over a tree of which only roots of subtrees are at hand.

    Raises:
        IndexError: when there is no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    path, low, high = [], 0, size
    while high - low > 1:
        split = low + split_of(high - low)
        if index < split:
            path.append(subtree(split, high))
            high = split
        else:
            path.append(subtree(low, split))
            low = split
    return path[::-1]


def split_of(size: int) -> int:
    """Leaves on the left of the root: the largest power of two below `size` (§2.1.1)."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proofs(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """Audit paths of all leaves, the tree made once."""
    size, subtree = len(hashes), _over(hashes)
    return [inclusion_path(index=index, size=size, subtree=subtree) for index in range(size)]


def _over(hashes: Sequence[bytes]) -> Subtree:
    """Make the tree, whose nodes are the only subtrees that paths ask for."""
    levels = [list(hashes)]
    while len(levels[-1]) > 1:
        levels.append(_next_level(levels[-1]))

    def subtree(low: int, high: int) -> bytes:
        height = (high - low - 1).bit_length()
        return levels[height][low >> height]

    return subtree


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether the leaf hash stands at `index` in the tree of `size` with that root (§2.1.3.2)."""
    return root_of_path(leaf=leaf, index=index, size=size, proof=proof) == root


def root_of_path(
    *, leaf: bytes, index: int, size: int, proof: Sequence[bytes], algorithm: str = "sha256"
) -> bytes | None:
    """Root that a leaf and its audit path give; None when the path does not fit index and size."""
    if not 0 <= index < size:
        return None
    make = HASHES[algorithm]
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if node % 2 or node == last:
            computed = make(b"\x01" + sibling + computed).digest()
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            computed = make(b"\x01" + computed + sibling).digest()
        node, last = node // 2, last // 2
    return computed if last == 0 else None


class GrowingTree:
    """A tree to which leaves are added at its right end, holding one hash for each level."""

    def __init__(self, full: Iterable[tuple[int, bytes]] = ()) -> None:
        """Begin with the full subtrees that a tree consists of: size and root, largest first."""
        self._full = list(full)
        self.size = sum(size for size, _ in self._full)

    def add(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        size, node = 1, leaf
        while self._full and self._full[-1][0] == size:
            size, node = 2 * size, node_hash(self._full.pop()[1], node)
        self._full.append((size, node))
        self.size += 1

    def root(self) -> bytes:
        """Return the root over what was added."""
        if not self._full:
            return tree_root(())
        root = self._full[-1][1]
        for _, node in reversed(self._full[:-1]):
            root = node_hash(node, root)
        return root


def streamed_root(leaves: Iterable[bytes], *, algorithm: str = "sha256") -> tuple[int, bytes]:
    """Return size and root over leaves that come once, holding one hash for each level."""
    make, waiting, size = HASHES[algorithm], list[bytes](), 0
    for leaf in leaves:
        node, size = make(b"\x00" + leaf).digest(), size + 1
        complete = size
        while complete % 2 == 0:  # two subtrees of one height are full: they are one now
            node, complete = make(b"\x01" + waiting.pop() + node).digest(), complete // 2
        waiting.append(node)
    if not waiting:
        return 0, bytes(make(b"").digest())
    root = waiting.pop()
    while waiting:
        root = make(b"\x01" + waiting.pop() + root).digest()
    return size, root


def streamed_paths(
    leaves: Iterable[bytes], indices: Iterable[int], *, algorithm: str = "sha256"
) -> dict[int, tuple[bytes, ...]]:
    """Return the audit paths of some leaves, holding one level of the tree in one buffer.

    Raises:
        IndexError: when there is no such leaf.
    """
    make = HASHES[algorithm]
    level = bytearray()
    for leaf in leaves:
        level += make(b"\x00" + leaf).digest()
    width = make(b"").digest_size
    places = {index: index for index in indices}
    if any(not 0 <= index < len(level) // width for index in places):
        raise IndexError(max(places))
    paths: dict[int, list[bytes]] = {index: [] for index in places}
    while (count := len(level) // width) > 1:
        for index, place in places.items():
            sibling = (place ^ 1) * width
            if sibling < len(level):
                paths[index].append(bytes(level[sibling : sibling + width]))
            places[index] = place // 2
        for place in range(count // 2):  # each level is written over the one below
            pair = bytes(level[2 * place * width : 2 * (place + 1) * width])
            level[place * width : (place + 1) * width] = make(b"\x01" + pair).digest()
        if count % 2:
            level[(count // 2) * width : (count // 2 + 1) * width] = level[(count - 1) * width :]
        del level[(count + 1) // 2 * width :]
    return {index: tuple(path) for index, path in paths.items()}


def consistency_proof(hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Proof that the tree of `old_size` is a prefix of this one (§2.1.4.1).

    Raises:
        IndexError: when the old tree is empty or larger.
    """
    return consistency_path(old_size=old_size, size=len(hashes), subtree=_over(hashes))


def consistency_path(*, old_size: int, size: int, subtree: Subtree) -> list[bytes]:
    """The same over a tree of which only roots of subtrees are at hand.

    Raises:
        IndexError: when the old tree is empty or larger.
    """
    if not 0 < old_size <= size:
        raise IndexError(old_size)
    path, low, high = [], 0, size
    while old_size != high:
        split = low + split_of(high - low)
        if old_size <= split:
            path.append(subtree(split, high))
            high = split
        else:
            path.append(subtree(low, split))
            low = split
    # The old tree's own root need not be told, unless it is only a part of the old tree.
    return [*([subtree(low, high)] if low else []), *path[::-1]]


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the old tree is a prefix of the new one (§2.1.4.2)."""
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    node, last = old_size - 1, new_size - 1
    while node % 2:
        node, last = node // 2, last // 2
    old, new = path[0], path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            new = node_hash(new, sibling)
        node, last = node // 2, last // 2
    return last == 0 and old == old_root and new == new_root
