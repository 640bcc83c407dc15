"""The manifest (`hocba-backup/1`): what a backup holds, how much, and what its log's root is.

Written last: a folder without one is no backup. In clear, since it names nobody.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from hocba.adapters.backups.sealed import Part
from hocba.adapters.durable import write_durably
from hocba.core.errors import HocbaError

FORMAT, FILE = "hocba-backup/1", "manifest.json"
DATABASE, FILES, NAMED = "database.age", "files.age", "named.age"


@dataclass(frozen=True, slots=True)
class LogState:
    """The log as the backup has it: entries, root (hex), the newest checkpoint ("" without one)."""

    size: int
    root: str
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a backup says of itself.

    `vendor` is the database's ("sqlite", "postgresql"); `migrations` its newest by office; `counts`
    its rows by table; `parts` the files of this backup alone, `packs` the shared ones; `missing`
    the blobs that the database names and nobody had any more.
    """

    made_at: datetime
    vendor: str
    migrations: Mapping[str, str]
    counts: Mapping[str, int]
    log: LogState
    parts: tuple[Part, ...]
    packs: tuple[Part, ...]
    named: int
    missing: tuple[str, ...]
    private_keys: bool

    def part(self, name: str) -> Part:
        """Return the part of this name.

        Raises:
            HocbaError: "backup.manifest_unreadable".
        """
        for one in self.parts:
            if one.name == name:
                return one
        raise HocbaError("backup.manifest_unreadable")


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Write the manifest and return its SHA-256 (hex).

    Raises:
        HocbaError: "storage.*".
    """
    data = _dump(manifest)
    write_durably(folder / FILE, data, below=folder.parent)
    return sha256(data).hexdigest()


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """Read a backup's manifest; return it with its SHA-256 (hex).

    Raises:
        HocbaError: "backup.none", "backup.manifest_unreadable".
    """
    try:
        data = (folder / FILE).read_bytes()
    except OSError as error:
        raise HocbaError("backup.none") from error
    try:
        manifest = _load(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HocbaError("backup.manifest_unreadable") from error
    return manifest, sha256(data).hexdigest()


def _dump(manifest: Manifest) -> bytes:
    values = {
        "format": FORMAT,
        "made_at": manifest.made_at.isoformat(),
        "database": manifest.vendor,
        "migrations": dict(manifest.migrations),
        "counts": dict(manifest.counts),
        "log": {
            "size": manifest.log.size,
            "root": manifest.log.root,
            "checkpoint": manifest.log.checkpoint,
        },
        "parts": [_part(one) for one in manifest.parts],
        "packs": [_part(one) for one in manifest.packs],
        "named_blobs": manifest.named,
        "missing_blobs": list(manifest.missing),
        "private_keys": manifest.private_keys,
    }
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()


def _load(values: Any) -> Manifest:
    if values["format"] != FORMAT:
        raise ValueError(values["format"])
    return Manifest(
        made_at=datetime.fromisoformat(values["made_at"]),
        vendor=str(values["database"]),
        migrations={str(key): str(value) for key, value in values["migrations"].items()},
        counts={str(key): int(value) for key, value in values["counts"].items()},
        log=LogState(
            size=int(values["log"]["size"]),
            root=str(values["log"]["root"]),
            checkpoint=str(values["log"]["checkpoint"]),
        ),
        parts=tuple(map(_read_part, values["parts"])),
        packs=tuple(map(_read_part, values["packs"])),
        named=int(values["named_blobs"]),
        missing=tuple(map(str, values["missing_blobs"])),
        private_keys=bool(values["private_keys"]),
    )


def _part(part: Part) -> dict[str, object]:
    return {"name": part.name, "size": part.size, "sha256": part.sha256}


def _read_part(values: Any) -> Part:
    name = str(values["name"])
    if "/" in name or name.startswith("."):
        raise ValueError(name)
    return Part(name, int(values["size"]), str(values["sha256"]))
