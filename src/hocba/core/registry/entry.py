"""One event of the public log as bytes: what happened to which document, without a name in it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from hocba.core.errors import HocbaError

FORMAT, FIRST_FORMAT = "hocba-entry/2", "hocba-entry/1"


class EntryKind(StrEnum):
    """Phát hành, thu hồi, thay thế; thay đổi hộ tịch; niêm phong theo quyết định, gỡ niêm phong."""

    ISSUED = "issued"
    RECALLED = "recalled"
    REPLACED = "replaced"
    CIVIL_STATUS = "civil_status"
    COURT_SEALED = "court_sealed"
    COURT_UNSEALED = "court_unsealed"


_FIRST_KINDS = (EntryKind.ISSUED, EntryKind.RECALLED, EntryKind.REPLACED)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A leaf of the log.

    `lookup_digest` is the salted digest of the lookup code (see `lookup_code`); for REPLACED,
    `replaces_digest` is that of the replacing document, for an ISSUED one that of the old one.
    `school_code` says which school's transcript it is, so that outsiders can count;
    `decision_digest` is the salted digest of the decision behind the event, kept elsewhere.
    """

    kind: EntryKind
    lookup_digest: bytes
    document_sha256: bytes
    version: int
    at: datetime
    replaces_digest: bytes | None = None
    school_code: str = ""
    decision_digest: bytes | None = None

    @property
    def format(self) -> str:
        """The first format that can tell it: what was written once is written so for ever."""
        newer = self.school_code or self.decision_digest or self.kind not in _FIRST_KINDS
        return FORMAT if newer else FIRST_FORMAT


def encode(entry: LogEntry) -> bytes:
    """Write a leaf; one entry, one sequence of bytes (sorted JSON, UTC seconds)."""
    values = {
        "format": entry.format,
        "kind": entry.kind.value,
        "lookup": entry.lookup_digest.hex(),
        "document": entry.document_sha256.hex(),
        "version": entry.version,
        "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if entry.replaces_digest is not None:
        values["replaces"] = entry.replaces_digest.hex()
    if entry.school_code:
        values["school"] = entry.school_code
    if entry.decision_digest is not None:
        values["decision"] = entry.decision_digest.hex()
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode("ascii")


def decode(leaf: bytes) -> LogEntry:
    """Read a leaf.

    Raises:
        HocbaError: "registry.entry_unreadable", also when the bytes are not what `encode` writes.
    """
    try:
        values = json.loads(leaf)
        entry = LogEntry(
            kind=EntryKind(values["kind"]),
            lookup_digest=bytes.fromhex(values["lookup"]),
            document_sha256=bytes.fromhex(values["document"]),
            version=int(values["version"]),
            at=datetime.strptime(values["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
            replaces_digest=bytes.fromhex(values["replaces"]) if "replaces" in values else None,
            school_code=str(values.get("school", "")),
            decision_digest=bytes.fromhex(values["decision"]) if "decision" in values else None,
        )
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise HocbaError("registry.entry_unreadable") from error
    if encode(entry) != leaf:
        raise HocbaError("registry.entry_unreadable")
    return entry
