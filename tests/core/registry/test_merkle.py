"""The log's tree: the reference vectors of certificate transparency, and proofs that must break."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.core.merkle import (
    consistency_proof,
    inclusion_proof,
    inclusion_proofs,
    leaf_hash,
    node_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ROOTS = [
    EMPTY,
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SECOND = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
THIRD_PAIR = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
LAST_FOUR = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
FIFTH = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
LAST_PAIR = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
SIXTH_PAIR = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"


def texts(nodes: Sequence[bytes]) -> list[str]:
    return [node.hex() for node in nodes]


def recursive_root(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1 word for word."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256().digest()
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(recursive_root(hashes[:split]), recursive_root(hashes[split:]))


def some_tree(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(size)]


def flipped(node: bytes) -> bytes:
    return bytes([node[0] ^ 1]) + node[1:]


@pytest.mark.parametrize("size", range(9))
def test_the_reference_roots(size: int) -> None:
    assert tree_root(HASHES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [SECOND, THIRD_PAIR, LAST_FOUR]),
        (5, 8, [FIFTH, LAST_PAIR, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], THIRD_PAIR, FIFTH]),
    ],
)
def test_the_reference_inclusion_proofs(index: int, size: int, path: list[str]) -> None:
    proof = inclusion_proof(HASHES[:size], index)
    assert texts(proof) == path
    root = bytes.fromhex(ROOTS[size])
    assert verify_inclusion(leaf=HASHES[index], index=index, size=size, proof=proof, root=root)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (1, 1, []),
        (1, 8, [SECOND, THIRD_PAIR, LAST_FOUR]),
        (6, 8, [SIXTH_PAIR, LAST_PAIR, ROOTS[4]]),
        (2, 5, [THIRD_PAIR, FIFTH]),
    ],
)
def test_the_reference_consistency_proofs(old: int, new: int, path: list[str]) -> None:
    proof = consistency_proof(HASHES[:new], old)
    assert texts(proof) == path
    assert verify_consistency(
        old_size=old,
        old_root=bytes.fromhex(ROOTS[old]),
        new_size=new,
        new_root=bytes.fromhex(ROOTS[new]),
        proof=proof,
    )


@pytest.mark.parametrize("size", range(34))
def test_level_by_level_gives_the_rfcs_recursive_root(size: int) -> None:
    assert tree_root(some_tree(size)) == recursive_root(some_tree(size))


def test_a_leaf_cannot_pass_for_an_inner_node() -> None:
    left, right = HASHES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize("index", [-1, 3, 4])
def test_no_proof_for_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(HASHES[:3], index)


@pytest.mark.parametrize("old", [-1, 0, 4])
def test_no_consistency_with_an_empty_or_larger_tree(old: int) -> None:
    with pytest.raises(IndexError):
        consistency_proof(HASHES[:3], old)
    root = tree_root(HASHES[:3])
    assert not verify_consistency(old_size=old, old_root=root, new_size=3, new_root=root, proof=[])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_an_inclusion_proof_holds_for_its_leaf_and_place_alone(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70), "size")
    index = data.draw(st.integers(0, size - 1), "index")
    hashes = some_tree(size)
    leaf, root, proof = hashes[index], tree_root(hashes), inclusion_proof(hashes, index)

    def holds(**other: object) -> bool:
        facts = {"leaf": leaf, "index": index, "size": size, "proof": proof, "root": root}
        return verify_inclusion(**(facts | other))  # type: ignore[arg-type]

    assert holds()
    assert not holds(leaf=flipped(leaf))
    assert not holds(root=flipped(root))
    assert not holds(proof=[*proof, root])
    assert not any(holds(index=other) for other in range(-1, size + 2) if other != index)
    for place in range(len(proof)):
        assert not holds(proof=proof[:place] + proof[place + 1 :])
        assert not holds(proof=[*proof[:place], flipped(proof[place]), *proof[place + 1 :]])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_consistency_proof_holds_for_its_two_trees_alone(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 70), "new")
    old = data.draw(st.integers(1, new), "old")
    hashes = some_tree(new)
    proof = consistency_proof(hashes, old)
    roots = {"old_root": tree_root(hashes[:old]), "new_root": tree_root(hashes)}

    def holds(**other: object) -> bool:
        facts = {"old_size": old, "new_size": new, "proof": proof, **roots}
        return verify_consistency(**(facts | other))  # type: ignore[arg-type]

    assert holds()
    assert not holds(old_root=flipped(roots["old_root"]))
    assert not holds(new_root=flipped(roots["new_root"]))
    assert not holds(old_size=old + 1)
    assert not holds(proof=[*proof, roots["new_root"]])
    for place in range(len(proof)):
        assert not holds(proof=proof[:place] + proof[place + 1 :])
        assert not holds(proof=[*proof[:place], flipped(proof[place]), *proof[place + 1 :]])


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_log_that_changed_its_past_proves_nothing(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 40), "new")
    old = data.draw(st.integers(1, new - 1), "old")
    changed = data.draw(st.integers(0, old - 1), "changed")
    promised = some_tree(old)
    rewritten = some_tree(new)
    rewritten[changed] = leaf_hash(b"mot muc khac")
    assert not verify_consistency(
        old_size=old,
        old_root=tree_root(promised),
        new_size=new,
        new_root=tree_root(rewritten),
        proof=consistency_proof(rewritten, old),
    )


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_another_tree_size_moves_a_leaf_off_its_path(size: int) -> None:
    """RFC 9162 binds the size through the path's shape: wrong lengths and turns are refused."""
    hashes = some_tree(size)
    proof = inclusion_proof(hashes, size - 1)
    for other in (0, size - 1, size * 2 + 1, size * 4):
        assert not verify_inclusion(
            leaf=hashes[-1], index=size - 1, size=other, proof=proof, root=tree_root(hashes)
        )


def test_a_longer_path_does_not_pass_for_a_smaller_tree() -> None:
    """The path of a larger tree, told with the sizes of a smaller one, ends beyond its root."""
    assert verify_inclusion(
        leaf=HASHES[1], index=1, size=2, proof=[HASHES[0]], root=bytes.fromhex(ROOTS[2])
    )
    assert not verify_inclusion(
        leaf=HASHES[1], index=0, size=1, proof=[HASHES[0]], root=bytes.fromhex(ROOTS[2])
    )
    roots = {"old_root": bytes.fromhex(ROOTS[7]), "new_root": bytes.fromhex(ROOTS[8])}
    proof = consistency_proof(HASHES, 7)
    assert verify_consistency(old_size=7, new_size=8, proof=proof, **roots)
    assert not verify_consistency(old_size=3, new_size=4, proof=proof, **roots)


@pytest.mark.parametrize("size", range(9))
def test_all_paths_at_once_are_the_paths_one_by_one(size: int) -> None:
    hashes = HASHES[:size]
    assert inclusion_proofs(hashes) == [inclusion_proof(hashes, index) for index in range(size)]
