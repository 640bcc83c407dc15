"""What the archive of a year costs, beside hashing the same bytes once.

    .venv/bin/python benchmarks/archive.py [leaves]

A list of a million digests (Hà Nội has 1.3 million students a year) is walked from its file: once
for the root, once more for the paths of a thousand transcripts. The peer is one SHA-256 over the
bytes of the same list: no archive can do with less. Limits: the root within 2 MB, the paths within
48 bytes a leaf (one level of the tree).
"""

import sys
import time
import tracemalloc
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from hocba.adapters.archives import list_items, write_list
from hocba.core.merkle import streamed_paths, streamed_root

LEAVES, WANTED = 1_000_000, 1000
ROOT_LIMIT, PATHS_LIMIT = 2 * 1024 * 1024, 48


def seconds(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak(work: Callable[[], object]) -> int:
    """Greatest memory that Python held for one run, in bytes; slows the run, so it is its own."""
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def main() -> int:
    """Print the table; 1 when a limit is passed."""
    leaves = int(sys.argv[1]) if len(sys.argv) > 1 else LEAVES
    wanted = range(0, leaves, max(1, leaves // WANTED))
    with TemporaryDirectory() as place:
        path = Path(place) / "year.list"
        digests = (sha256(number.to_bytes(8, "big")).digest() for number in range(leaves))
        write_list(path, algorithm="sha256", items=digests)

        def once() -> object:
            return sha256(path.read_bytes()).hexdigest()

        def root() -> object:
            return streamed_root(list_items(path))

        def paths() -> object:
            return streamed_paths(list_items(path), wanted)

        plain = seconds(once)
        print(f"{leaves} leaves, list of {path.stat().st_size / 1e6:.0f} MB")
        print(f"{'one SHA-256 over the list':<34} {plain:8.2f} s")
        held = {}
        for name, work in (("root (make)", root), (f"{len(wanted)} paths (prove)", paths)):
            took, held[name] = seconds(work), peak(work)
            print(
                f"{name:<34} {took:8.2f} s  {took / plain:6.1f} x   peak {held[name] / 1e6:7.2f} MB"
            )
    for_root, for_paths = held.values()
    good = for_root <= ROOT_LIMIT and for_paths <= PATHS_LIMIT * leaves + ROOT_LIMIT
    print("within the limits" if good else "LIMIT PASSED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
