"""Files handed in as evidence: few, small, of three kinds known by their first bytes.

They are kept as bytes and handed out as downloads; nothing here or elsewhere opens them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from unicodedata import category, normalize

from hocba.core.errors import HocbaError

MAX_FILES, MAX_FILE_BYTES = 5, 10 * 1024 * 1024
_KINDS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file as it came; `media_type` is told by its bytes, never by its sender."""

    filename: str
    data: bytes
    media_type: str = ""


def checked_files(files: Sequence[EvidenceFile]) -> tuple[EvidenceFile, ...]:
    """Return the files with safe names and their kinds.

    Raises:
        HocbaError: "recall.evidence_count", "recall.evidence_size", "recall.evidence_type".
    """
    if len(files) > MAX_FILES:
        raise HocbaError("recall.evidence_count", limit=MAX_FILES)
    checked = []
    for file in files:
        if not 0 < len(file.data) <= MAX_FILE_BYTES:
            raise HocbaError("recall.evidence_size", limit=MAX_FILE_BYTES // (1024 * 1024))
        kinds = [kind for magic, kind in _KINDS if file.data.startswith(magic)]
        if not kinds:
            raise HocbaError("recall.evidence_type")
        checked.append(replace(file, filename=_safe(file.filename), media_type=kinds[0]))
    return tuple(checked)


def _safe(name: str) -> str:
    """Keep the last part of a path, without control and format characters, at most 120 long."""
    last = normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(one for one in last if not category(one).startswith("C"))
    return kept.strip(" .")[-120:] or "minh-chung"
