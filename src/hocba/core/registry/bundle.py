"""A transcript's self-contained proof as one JSON file (`hocba-bundle/1` to `/4`).

Holds the document's exact bytes, its log entries with salts and inclusion proofs, the signed
checkpoint they are proven against and the signers' certificates; in format 2 also what authorities
said of certificates at the time of issue; in format 3 the certificates of those authorities, and
the proof from the archive of the year when there is one; in format 4 each entry's proof stands as
the text of a `.tlog-proof`, which any tool for C2SP logs reads. A file is written in the lowest
format that can hold it, so that old files keep their bytes. Sizes are bounded before anything is
decoded. For outsiders: `docs/bundle.md`.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from hocba.core.errors import HocbaError
from hocba.core.registry.tlog_proof import TlogProof, read_tlog_proof, write_tlog_proof

FORMAT, WITH_EVIDENCE = "hocba-bundle/1", "hocba-bundle/2"
WITH_ISSUERS, WITH_PROOFS = "hocba-bundle/3", "hocba-bundle/4"
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
    tlog_proofs: bool = False  # proofs as `.tlog-proof` texts; counts where there are entries

    def tlog_proof(self, entry: BundledEntry) -> str:
        """Return the `.tlog-proof` of one of the entries; its leaf is the extra data."""
        return write_tlog_proof(
            TlogProof(entry.index, entry.proof, self.checkpoint_note, entry.leaf)
        )


def write_bundle(bundle: Bundle) -> bytes:
    """Write the file; the same bundle gives the same bytes."""
    answers = {
        "crls": [_text(der) for der in bundle.crls],
        "ocsps": [_text(der) for der in bundle.ocsps],
    }
    newest = {
        **answers,
        "issuers": [_text(der) for der in bundle.issuers],
        "archive": _text(bundle.archive),
    }
    certificates = [_text(der) for der in bundle.certificates]
    values: dict[str, Any] = {"format": _format(bundle), "document": _text(bundle.document)}
    if values["format"] == WITH_PROOFS:
        values["entries"] = [
            {"salt": _text(entry.salt), "tlog_proof": bundle.tlog_proof(entry)}
            for entry in bundle.entries
        ]
        values |= {"certificates": certificates, **newest}
    else:
        values["entries"] = [
            {
                "index": entry.index,
                "leaf": _text(entry.leaf),
                "salt": _text(entry.salt),
                "proof": [_text(node) for node in entry.proof],
            }
            for entry in bundle.entries
        ]
        values |= {"checkpoint": bundle.checkpoint_note, "certificates": certificates}
        more: dict[str, dict[str, Any]] = {WITH_ISSUERS: newest, WITH_EVIDENCE: {**answers}}
        values |= more.get(values["format"], {})
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _format(bundle: Bundle) -> str:
    if bundle.tlog_proofs and bundle.entries:
        return WITH_PROOFS
    if bundle.issuers or bundle.archive:
        return WITH_ISSUERS
    return WITH_EVIDENCE if bundle.crls or bundle.ocsps else FORMAT


def read_bundle(data: bytes) -> Bundle:
    """Read a file that `write_bundle` wrote; anything else is refused.

    Raises:
        HocbaError: "bundle.too_large", "bundle.unreadable".
    """
    if len(data) > MAX_BYTES:
        raise HocbaError("bundle.too_large", limit=MAX_BYTES)
    try:
        values = json.loads(data)
        proofs = values["format"] == WITH_PROOFS
        bundle = Bundle(
            document=_bytes(values["document"]),
            entries=tuple((_proven if proofs else _entry)(item) for item in values["entries"]),
            checkpoint_note=_note(values["entries"]) if proofs else str(values["checkpoint"]),
            certificates=tuple(_bytes(item) for item in values["certificates"]),
            crls=tuple(_bytes(item) for item in values.get("crls", ())),
            ocsps=tuple(_bytes(item) for item in values.get("ocsps", ())),
            issuers=tuple(_bytes(item) for item in values.get("issuers", ())),
            archive=_bytes(values.get("archive", "")),
            tlog_proofs=proofs,
        )
        # One way to write it: nothing can hide in spaces, order or unknown fields.
        known = write_bundle(bundle) == data
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        OverflowError,
        RecursionError,
        HocbaError,
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


def _proven(item: Any) -> BundledEntry:
    proof = read_tlog_proof(item["tlog_proof"])
    return BundledEntry(proof.index, proof.extra, _bytes(item["salt"]), proof.path)


def _note(items: Any) -> str:
    """One checkpoint proves all entries: where texts differ, writing them again tells."""
    return read_tlog_proof(items[0]["tlog_proof"]).note


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _bytes(text: Any) -> bytes:
    return b64decode(text, validate=True)
