"""The PDF reader's cell: run as a script, it reads a PDF from standard input, tells what it holds.

It runs in a child process bounded in memory, time and output, imports nothing of the project, and
knows nobody to trust: whatever a hostile file provokes ends here (`examining` is the other side).
pyHanko reads the file, computes digests and compares revisions.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Iterator
from hashlib import new as new_hash
from io import BytesIO
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
SECONDS = 15
MAX_FILES, MAX_FILE_BYTES = 8, 8 * 1024 * 1024
MAX_SIGNATURES, MAX_REVISIONS, MAX_OBJECTS, MAX_PAGES = 16, 32, 50_000, 2_000
MAX_TEXT = 300
MEBIBYTE = 1024 * 1024

BROKEN, HEAVY = 3, 4
# Keys and action types by which a document acts by itself or reaches out of itself.
_ACTIVE_KEYS = ("/JS", "/JavaScript", "/AA", "/OpenAction", "/XFA", "/RichMediaContent", "/Movie")
_ACTIVE_ACTIONS = frozenset(
    (
        "/GoToE",
        "/GoToR",
        "/ImportData",
        "/JavaScript",
        "/Launch",
        "/Movie",
        "/Rendition",
        "/RichMediaExecute",
        "/Sound",
        "/SubmitForm",
    )
)
_HASHES = ("sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512")
_BROKEN_HASHES = ("md2", "md5", "sha1")
_SUBFILTERS = ("/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/ETSI.RFC3161")


class UnbelievablePdfError(Exception):
    """Nothing in this file may be believed; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def child() -> int:
    """Read standard input under the limits, write JSON; return the exit code."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        sys.stdout.write(json.dumps(answer(sys.stdin.buffer.read())))
    except (MemoryError, RecursionError):
        return HEAVY
    except Exception:  # noqa: BLE001 - whatever a hostile file provokes, the answer is "broken"
        return BROKEN
    return 0


def answer(data: bytes) -> dict[str, Any]:
    """Return what is in a PDF, or the refusal, as JSON values."""
    from pyhanko.pdf_utils.misc import PdfDecodeLimitError

    try:
        return _contents(data)
    except UnbelievablePdfError as refused:
        return {"refusal": refused.code, "detail": refused.detail}
    except PdfDecodeLimitError:
        return {"refusal": "pdf.too_heavy", "detail": ""}


def _contents(data: bytes) -> dict[str, Any]:
    """(1) open (2) active parts (3) attached files (4) signatures (5) answers kept inside."""
    reader = _open(data)
    root = reader.root
    pages = int(_at(root["/Pages"], "/Count") or 0)
    if not 0 < pages <= MAX_PAGES:
        raise UnbelievablePdfError("pdf.too_heavy" if pages > 0 else "pdf.unreadable")
    return {
        "refusal": "",
        "detail": "",
        "pages": pages,
        "active": sorted(_active(reader)),
        "files": [[name, _text(held)] for name, held in _files(root)],
        "signatures": _signatures(reader, data),
        "evidence": _evidence(reader),
    }


def _open(data: bytes) -> Any:
    from pyhanko.pdf_utils.decode_limits import (
        DEFAULT_PURPOSE_LIMITS,
        DecodeLimits,
        DocumentDecodeBudget,
        StreamDecodeLimits,
    )
    from pyhanko.pdf_utils.reader import PdfFileReader

    limits = DecodeLimits(
        StreamDecodeLimits(max_output_size=32 * MEBIBYTE),
        DEFAULT_PURPOSE_LIMITS,
        4096,
        DocumentDecodeBudget(128 * MEBIBYTE, 20),
    )
    if not data[:1024].lstrip().startswith(b"%PDF-"):
        raise UnbelievablePdfError("pdf.unreadable")
    reader = PdfFileReader(BytesIO(data), strict=True, decode_limits=limits)
    if reader.encrypted:
        raise UnbelievablePdfError("pdf.encrypted")
    if reader.xrefs.total_revisions > MAX_REVISIONS:
        raise UnbelievablePdfError("pdf.too_heavy")
    return reader


def _active(reader: Any) -> set[str]:
    """Look into every object of the file, reachable or not."""
    from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject

    found: set[str] = set()
    seen = 0
    for reference in _references(reader):
        waiting = [reader.get_object(reference)]
        while waiting:
            seen += 1
            if seen > 20 * MAX_OBJECTS:
                raise UnbelievablePdfError("pdf.too_heavy")
            one = waiting.pop()
            if isinstance(one, DictionaryObject):
                found.update(key for key in _ACTIVE_KEYS if key in one)
                action = one.raw_get("/S") if "/S" in one else None
                if isinstance(action, str) and action in _ACTIVE_ACTIONS:
                    found.add(str(action))
                waiting += [one.raw_get(key) for key in one]
            elif isinstance(one, ArrayObject):
                waiting += list.__iter__(one)
    return found


def _references(reader: Any) -> Iterator[Any]:
    references = reader.xrefs.explicit_refs_in_revision
    count = 0
    known: set[tuple[int, int]] = set()
    for revision in range(reader.xrefs.total_revisions):
        for reference in references(revision):
            key = (reference.idnum, reference.generation)
            count += 1
            if count > MAX_OBJECTS:
                raise UnbelievablePdfError("pdf.too_heavy")
            if key not in known:
                known.add(key)
                yield reference


def _at(holder: Any, key: str) -> Any:
    """Return a dictionary's value, looked up when it lies elsewhere; None when there is none."""
    return holder[key] if key in holder else None  # noqa: SIM401 - get() gives the reference


def _files(root: Any) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the name tree; a tree too deep, wide or circular is refused."""
    names = _at(root, "/Names")
    tree = None if names is None else _at(names, "/EmbeddedFiles")
    if tree is None:
        return
    waiting, nodes, left, count = [tree], 0, MAX_FILE_BYTES, 0
    while waiting:
        node = waiting.pop()
        nodes += 1
        if nodes > 4 * MAX_FILES:
            raise UnbelievablePdfError("pdf.too_many_files")
        kids, pairs = _at(node, "/Kids") or (), _at(node, "/Names") or ()
        if len(kids) > 4 * MAX_FILES or len(pairs) > 2 * MAX_FILES:
            raise UnbelievablePdfError("pdf.too_many_files")
        waiting += [kids[number] for number in range(len(kids))]
        for number in range(1, len(pairs), 2):
            count += 1
            if count > MAX_FILES:
                raise UnbelievablePdfError("pdf.too_many_files")
            spec = pairs[number]
            held = spec["/EF"]
            data = held["/UF" if "/UF" in held else "/F"].data
            left -= len(data)
            if left < 0:
                raise UnbelievablePdfError("pdf.too_heavy")
            yield str(_at(spec, "/UF") or _at(spec, "/F") or "")[:MAX_TEXT], data


def _signatures(reader: Any, data: bytes) -> list[dict[str, Any]]:
    from pyhanko.sign.fields import enumerate_sig_fields
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    found: list[dict[str, Any]] = []
    for name, held, reference in enumerate_sig_fields(reader, filled_status=True):
        if len(found) >= MAX_SIGNATURES:
            raise UnbelievablePdfError("pdf.too_many_signatures")
        facts: dict[str, Any] = {"field": str(name)[:MAX_TEXT], "refusal": "", "detail": ""}
        value = held.get_object()
        facts["subfilter"] = str(_at(value, "/SubFilter") or "").lstrip("/")
        facts["kind"] = str(_at(value, "/Type") or "/Sig").lstrip("/")
        try:
            signature = EmbeddedPdfSignature(reader, reference.get_object(), name)
            _tell_signature(signature, data, facts)
        except UnbelievablePdfError as refused:
            facts["refusal"], facts["detail"] = refused.code, refused.detail
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # noqa: BLE001 - one unreadable signature is told as such
            problem = UnbelievablePdfError(
                "signature.unreadable", f"{type(error).__name__}: {error}"
            )
            facts["refusal"], facts["detail"] = problem.code, problem.detail[:MAX_TEXT]
        found.append(facts)
    return found


def _tell_signature(signature: Any, data: bytes, facts: dict[str, Any]) -> None:
    """Put down everything that can be said of one signature without knowing whom to trust."""
    facts.update(_about(signature))
    _refuse_algorithms(signature, facts)
    signature.compute_integrity_info()
    facts["coverage"] = signature.coverage.name
    changes = getattr(signature.diff_result, "modification_level", None)
    facts["changes"] = "OTHER" if changes is None else changes.name
    facts["intact"], facts["valid"] = _holds(signature)
    if not facts["intact"] or not facts["valid"]:
        return
    whole = facts["coverage"] in ("ENTIRE_FILE", "ENTIRE_REVISION")
    if not whole or not _gap_is_the_signature(signature, data):
        raise UnbelievablePdfError("pdf.not_covered")
    if signature.summarise_integrity_info()["docmdp_ok"] is False:
        raise UnbelievablePdfError(
            "pdf.changed_later", str(signature.diff_result)[:MAX_TEXT] * (not changes)
        )


def _about(signature: Any) -> dict[str, Any]:
    from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

    info = signature.signer_info
    stamps = list(extract_tst_data_iter(info, signed=False))
    time = signature.self_reported_timestamp
    return {
        "digest_algorithm": signature.md_algorithm,
        "signature_algorithm": str(info["signature_algorithm"]["algorithm"].native),
        "certificate": _text(signature.signer_cert.dump()),
        "chain": [_text(one.dump()) for one in signature.other_embedded_certs[:16]],
        "value": _text(info["signature"].native),
        "signing_time": time.isoformat() if time is not None and time.tzinfo else None,
        "stamp": _text(_as_token(stamps[0])) if stamps else "",
    }


def _as_token(signed: Any) -> bytes:
    from asn1crypto import cms

    wrapped = cms.ContentInfo({"content_type": "signed_data", "content": signed})
    return bytes(wrapped.dump())


def _refuse_algorithms(signature: Any, facts: dict[str, Any]) -> None:
    if f"/{facts['subfilter']}" not in _SUBFILTERS:
        raise UnbelievablePdfError("pdf.kind_unknown", facts["subfilter"][:MAX_TEXT])
    if len(signature.signed_data["signer_infos"]) != 1:
        raise UnbelievablePdfError("signature.unreadable", "SignerInfo")
    named = facts["signature_algorithm"].partition("_")[0]
    for name in (facts["digest_algorithm"], signature.external_md_algorithm, named):
        if name in _BROKEN_HASHES:
            raise UnbelievablePdfError("pdf.weak_hash", str(name))
    for name in (facts["digest_algorithm"], signature.external_md_algorithm):
        if name not in _HASHES:
            raise UnbelievablePdfError("algorithm.not_accepted", str(name))
    key = signature.signer_cert.public_key
    if key.algorithm in ("rsa", "rsassa_pss", "dsa") and key.bit_size < 2048:
        raise UnbelievablePdfError("algorithm.weak_key", f"{key.bit_size} bit")


def _holds(signature: Any) -> tuple[bool, bool]:
    """Whether the digest is the signed one, and the value is right; attributes are checked too."""
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    digest = signature.compute_digest()
    content = signature.signed_data["encap_content_info"]
    kind = content["content_type"].native
    if kind == "tst_info":
        imprint = content["content"].parsed["message_imprint"]["hashed_message"].native
        if imprint != digest:
            return False, False
        digest = new_hash(signature.md_algorithm, bytes(content["content"])).digest()
    intact, valid = validate_sig_integrity(
        signature.signer_info, signature.signer_cert, kind, digest
    )
    return bool(intact), bool(valid)


def _gap_is_the_signature(signature: Any, data: bytes) -> bool:
    """What the ranges leave out must be the signature in hexadecimal, zeros, and nothing else."""
    from asn1crypto import cms

    ranges = [int(one) for one in signature.byte_range]
    if len(ranges) != 4 or ranges[0] != 0 or min(ranges) < 0:
        return False
    gap = data[ranges[1] : ranges[2]]
    if gap[:1] != b"<" or gap[-1:] != b">" or set(gap[1:-1]) - set(b"0123456789abcdefABCDEF"):
        return False
    written = bytes.fromhex(gap[1:-1].decode())
    message = cms.ContentInfo.load(written).dump()
    return written == bytes(signature.pkcs7_content) and not written[len(message) :].strip(b"\0")


def _evidence(reader: Any) -> dict[str, list[str]]:
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    from pyhanko.sign.validation.errors import NoDSSFoundError

    found: dict[str, list[str]] = {"certificates": [], "crls": [], "ocsps": []}
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return found
    for name, references in (
        ("certificates", list(store.certs.values())),
        ("crls", store.crls),
        ("ocsps", store.ocsps),
    ):
        if len(references) > 64:
            raise UnbelievablePdfError("pdf.too_heavy")
        found[name] = [_text(one.get_object().data) for one in references]
    return found


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


if __name__ == "__main__":
    sys.exit(child())
