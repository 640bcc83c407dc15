"""The blob store: kept once, named by digest, whole or not at all, and never trusted on reading."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import IO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hocba.adapters.blobstore import BlobStore
from hocba.core.errors import HocbaError

DATA = "Học bạ của em Đặng Thị Thuỳ Dương".encode()
DIGEST = sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    """An empty store whose folder nobody has made yet."""
    return BlobStore(tmp_path / "blobs")


def files(store: BlobStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


@given(st.binary(max_size=5000))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_kept_comes_back(store: BlobStore, data: bytes) -> None:
    digest = store.put(data)
    assert digest == sha256(data).hexdigest()
    assert store.get(digest) == data


def test_a_blob_lies_where_its_digest_says(store: BlobStore) -> None:
    assert store.put(DATA) == DIGEST
    assert files(store) == [store.root / DIGEST[:2] / DIGEST[2:4] / DIGEST]


def test_the_same_bytes_are_kept_once(store: BlobStore) -> None:
    store.put(DATA)
    (path,) = files(store)
    before = path.stat()
    assert store.put(DATA) == DIGEST
    assert files(store) == [path]
    assert path.stat() == before


@pytest.mark.parametrize("altered", [DATA[:-1], DATA + b".", b"", DATA.swapcase()])
def test_an_altered_blob_is_noticed_and_named(store: BlobStore, altered: bytes) -> None:
    store.put(DATA)
    (path,) = files(store)
    path.write_bytes(altered)
    with refused("blob.corrupt") as caught:
        store.get(DIGEST)
    assert caught.value.params == {"digest": DIGEST}


@pytest.mark.parametrize("altered", [DATA[:-1], b"", bytes(len(DATA)), DATA.swapcase()])
def test_keeping_again_mends_an_altered_blob(store: BlobStore, altered: bytes) -> None:
    store.put(DATA)
    (path,) = files(store)
    path.write_bytes(altered)
    assert store.put(DATA) == DIGEST
    assert store.get(DIGEST) == DATA


def test_a_missing_blob_is_named(store: BlobStore) -> None:
    with refused("blob.missing") as caught:
        store.get(DIGEST)
    assert caught.value.params == {"digest": DIGEST}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "../" * 21 + "a",
        DIGEST.upper(),
        DIGEST[:-1],
        DIGEST + "0",
        DIGEST[:-1] + "\n",
        DIGEST[:-2] + "/.",
        DIGEST[:-1] + "\x00",
        "\uff11" * 64,
    ],
)
def test_a_name_that_is_no_digest_leads_nowhere(store: BlobStore, name: str) -> None:
    store.put(DATA)
    with refused("blob.missing") as caught:
        store.get(name)
    assert len(str(caught.value.params["digest"])) <= 64


class FullDisk:
    """A file that takes half of the bytes and then fails."""

    def __init__(self, file: IO[bytes], fail: Callable[[], None]) -> None:
        self.file, self.fail = file, fail

    def __enter__(self) -> "FullDisk":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, data: bytes) -> None:
        """Write half, then fail."""
        self.file.write(data[: len(data) // 2])
        self.file.flush()
        self.fail()


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "đĩa đầy"), OSError(5, "EIO"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_nothing(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise error

    if step == "write":
        plain = os.fdopen
        monkeypatch.setattr(os, "fdopen", lambda handle, mode: FullDisk(plain(handle, mode), fail))
    else:
        monkeypatch.setattr(os, step, fail)
    told = HocbaError if isinstance(error, OSError) else type(error)
    with pytest.raises(told):
        store.put(DATA)
    monkeypatch.undo()
    assert files(store) == []
    with refused("blob.missing"):
        store.get(DIGEST)
    assert store.put(DATA) == DIGEST


def test_the_name_appears_only_when_all_bytes_are_on_disk(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, move = os.fsync, os.replace
    inodes: dict[int, str] = {}

    def note_sync(handle: int) -> None:
        steps.append(f"sync {inodes.get(os.fstat(handle).st_ino, 'file')}")
        sync(handle)

    def note_move(source: str, target: Path) -> None:
        assert Path(source).read_bytes() == DATA
        assert not target.exists()
        folders = (target.parent, target.parent.parent, store.root, store.root.parent)
        names = ("folder", "above", "root", "over the root")
        inodes.update(
            {folder.stat().st_ino: name for folder, name in zip(folders, names, strict=True)}
        )
        steps.append("rename")
        move(source, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "replace", note_move)
    store.put(DATA)
    assert steps == [
        "sync file",
        "rename",
        "sync folder",
        "sync above",
        "sync root",
        "sync over the root",
    ]


Told = list[tuple[str, str, bool]]


@pytest.fixture
def told() -> Told:
    """What a store with a second copy said of its troubles."""
    return []


@pytest.fixture
def doubled(tmp_path: Path, told: Told) -> BlobStore:
    """A store with a second copy."""
    return BlobStore(tmp_path / "a", BlobStore(tmp_path / "b"), lambda *said: told.append(said))


@pytest.mark.parametrize("damage", [None, b"", DATA[:-1], DATA.swapcase()])
def test_the_second_copy_serves_and_mends_the_first(
    doubled: BlobStore, told: Told, damage: bytes | None
) -> None:
    doubled.put(DATA)
    place = doubled.place(DIGEST)
    place.unlink()
    if damage is not None:
        place.write_bytes(damage)
    assert doubled.get(DIGEST) == DATA
    assert place.read_bytes() == DATA
    code = "blob.missing" if damage is None else "blob.corrupt"
    assert told == [(DIGEST, code, True)]
    assert doubled.get(DIGEST) == DATA
    assert len(told) == 1


def test_what_is_damaged_in_both_copies_is_refused(doubled: BlobStore, told: Told) -> None:
    doubled.put(DATA)
    for copy in (doubled, doubled.second):
        copy.place(DIGEST).write_bytes(b"x")
    with refused("blob.corrupt"):
        doubled.get(DIGEST)
    with refused("blob.corrupt"):
        doubled.mend(DIGEST)
    with refused("blob.missing"):
        doubled.get("../a")
    assert told == []


def test_mending_looks_at_both_copies(doubled: BlobStore, told: Told) -> None:
    doubled.put(DATA)
    assert doubled.mend(DIGEST) == ""
    doubled.second.place(DIGEST).write_bytes(b"x")
    assert doubled.mend(DIGEST) == "second.blob.corrupt"
    assert doubled.second.get(DIGEST) == DATA
    doubled.place(DIGEST).unlink()
    assert doubled.mend(DIGEST) == "blob.missing"
    assert doubled.place(DIGEST).read_bytes() == DATA
    assert [code for _, code, mended in told if mended] == ["second.blob.corrupt", "blob.missing"]


def test_a_second_copy_that_is_away_keeps_nobody_from_working(tmp_path: Path, told: Told) -> None:
    (tmp_path / "b").write_text("a file where the folder should be")
    store = BlobStore(tmp_path / "a", BlobStore(tmp_path / "b"), lambda *said: told.append(said))
    assert store.put(DATA) == DIGEST
    assert store.get(DIGEST) == DATA
    assert told == [(DIGEST, "second.storage.failed", False)]
