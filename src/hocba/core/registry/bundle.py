"""A transcript's self-contained proof as one JSON file (`hocba-bundle/1`, `/2` and `/3`).

Holds the document's exact bytes, its log entries with salts and inclusion proofs, the signed
checkpoint they are proven against and the signers' certificates; in format 2 also what authorities
said of certificates at the time of issue; in format 3 the certificates of those authorities, and
the proof from the archive of the year when there is one. A file is written in the lowest format
that can hold it, so that old files keep their bytes. Sizes are bounded before anything is decoded.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from hocba.core.errors import HocbaError

FORMAT, WITH_EVIDENCE = "hocba-bundle/1", "hocba-bundle/2"
WITH_ISSUERS = "hocba-bundle/3"
MAX_BYTES = 4 * 1024 * 1024
MAX_EVIDENCE_BYTES = 2 * 1024 * 1024  # leaves room for the rest, in base64
_MAX_ENTRIES, _MAX_PROOF, _MAX_CERTIFICATES, _MAX_ANSWERS = 64, 64, 64, 128
_MAX_ARCHIVE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BundledEntry:
    """One log entry with what proves it: its index, leaf bytes, salt, audit path."""

    index: int
    leaf: bytes
    salt: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A document with its proof; `checkpoint_note` is "" when none was published yet."""

    document: bytes
    entries: tuple[BundledEntry, ...]
    checkpoint_note: str
    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    issuers: tuple[bytes, ...] = ()  # certificates between the signers and the anchors
    archive: bytes = b""  # a proof file of `core.signing.archive_files`


def write_bundle(bundle: Bundle) -> bytes:
    """Write the file; the same bundle gives the same bytes."""
    answers = {
        "crls": [_text(der) for der in bundle.crls],
        "ocsps": [_text(der) for der in bundle.ocsps],
    }
    form = WITH_EVIDENCE if any(answers.values()) else FORMAT
    newest = {}
    if bundle.issuers or bundle.archive:
        form = WITH_ISSUERS
        issuers = [_text(der) for der in bundle.issuers]
        newest = {**answers, "issuers": issuers, "archive": _text(bundle.archive)}
    values = {
        "format": form,
        "document": _text(bundle.document),
        "entries": [
            {
                "index": entry.index,
                "leaf": _text(entry.leaf),
                "salt": _text(entry.salt),
                "proof": [_text(node) for node in entry.proof],
            }
            for entry in bundle.entries
        ],
        "checkpoint": bundle.checkpoint_note,
        "certificates": [_text(der) for der in bundle.certificates],
        **(newest or answers if form != FORMAT else {}),
    }
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def read_bundle(data: bytes) -> Bundle:
    """Read a file that `write_bundle` wrote; anything else is refused.

    Raises:
        HocbaError: "bundle.too_large", "bundle.unreadable".
    """
    if len(data) > MAX_BYTES:
        raise HocbaError("bundle.too_large", limit=MAX_BYTES)
    try:
        values = json.loads(data)
        bundle = Bundle(
            document=_bytes(values["document"]),
            entries=tuple(_entry(item) for item in values["entries"]),
            checkpoint_note=str(values["checkpoint"]),
            certificates=tuple(_bytes(item) for item in values["certificates"]),
            crls=tuple(_bytes(item) for item in values.get("crls", ())),
            ocsps=tuple(_bytes(item) for item in values.get("ocsps", ())),
            issuers=tuple(_bytes(item) for item in values.get("issuers", ())),
            archive=_bytes(values.get("archive", "")),
        )
        # One way to write it: nothing can hide in spaces, order or unknown fields.
        known = write_bundle(bundle) == data
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise HocbaError("bundle.unreadable") from error
    if (
        not known
        or len(bundle.entries) > _MAX_ENTRIES
        or len(bundle.certificates) + len(bundle.issuers) > _MAX_CERTIFICATES
        or len(bundle.archive) > _MAX_ARCHIVE
        or len(bundle.crls) + len(bundle.ocsps) > _MAX_ANSWERS
        or any(len(entry.proof) > _MAX_PROOF for entry in bundle.entries)
    ):
        raise HocbaError("bundle.unreadable")
    return bundle


def is_bundle(data: bytes) -> bool:
    """Whether a file looks like a bundle rather than XML."""
    return data[:256].lstrip().startswith(b"{")


def _entry(item: Any) -> BundledEntry:
    return BundledEntry(
        index=int(item["index"]),
        leaf=_bytes(item["leaf"]),
        salt=_bytes(item["salt"]),
        proof=tuple(_bytes(node) for node in item["proof"]),
    )


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _bytes(text: Any) -> bytes:
    return b64decode(text, validate=True)
