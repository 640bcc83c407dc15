"""Trees that are walked give what trees that are held give, in every size and hash."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.core.merkle import (
    HASHES,
    inclusion_proof,
    leaf_hash,
    root_of_path,
    streamed_paths,
    streamed_root,
    tree_root,
)

LEAVES = st.lists(st.binary(max_size=40), max_size=70)


@given(LEAVES)
@settings(max_examples=80, deadline=None)
def test_the_walked_tree_is_the_held_tree(leaves: list[bytes]) -> None:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    assert streamed_root(iter(leaves)) == (len(leaves), tree_root(hashes))
    paths = streamed_paths(iter(leaves), range(len(leaves)))
    assert all(list(paths[n]) == inclusion_proof(hashes, n) for n in range(len(leaves)))


@given(LEAVES.filter(bool), st.sampled_from(sorted(HASHES)), st.data())
@settings(max_examples=60, deadline=None)
def test_paths_lead_to_the_root_by_every_hash(
    leaves: list[bytes], algorithm: str, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    size, root = streamed_root(leaves, algorithm=algorithm)
    (path,) = streamed_paths(leaves, [index], algorithm=algorithm).values()
    name = algorithm.replace("-", "_")
    leaf = hashlib.new(name, b"\x00" + leaves[index]).digest()
    found = root_of_path(leaf=leaf, index=index, size=size, proof=path, algorithm=algorithm)
    assert found == root
    if path:
        bent = (bytes([path[0][0] ^ 1]) + path[0][1:], *path[1:])
        other = root_of_path(leaf=leaf, index=index, size=size, proof=bent, algorithm=algorithm)
        assert other != root


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_path_of_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        streamed_paths([b"a", b"b", b"c"], [index])
