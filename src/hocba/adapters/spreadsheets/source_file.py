"""The file before it is parsed: is it an .xlsx, is it bounded, does it carry what it should not?"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import unescape

from hocba.core.assessment.findings import Finding, Severity

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 30 * 1024 * 1024
MAX_RATIO = 100
MAX_ENTRIES = 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEET = re.compile(r'<sheet\b[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)"')
_RELATION = re.compile(r"<Relationship\b[^>]*>")
_FORMULA = re.compile(r'<c\b[^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*<f\b')


def file_problem(data: bytes) -> Finding | None:
    """Return why the file cannot be opened at all, or None."""
    if len(data) > MAX_FILE_BYTES:
        return _stop("workbook.too_large", found=f"{len(data) // (1024 * 1024)} MB")
    if data.startswith(_OLE):
        # Both an encrypted .xlsx and an old .xls lie in an OLE container.
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        return _stop("workbook.encrypted" if encrypted else "workbook.not_xlsx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _archive_problem(archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return _stop("workbook.not_xlsx")


def _archive_problem(archive: zipfile.ZipFile) -> Finding | None:
    entries = archive.infolist()
    names = {entry.filename.lower() for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or unpacked / packed > MAX_RATIO:
        return _stop("workbook.bomb", found=f"{unpacked // (1024 * 1024)} MB")
    if any(entry.flag_bits & 1 for entry in entries):
        return _stop("workbook.encrypted")
    if any(name.endswith("vbaproject.bin") for name in names):
        return _stop("workbook.macros")
    if "xl/workbook.xml" not in names:
        return _stop("workbook.not_xlsx")
    if any(name.startswith("xl/externallinks/") for name in names):
        return _stop("workbook.external_links")
    return None


def formula_cells(data: bytes) -> Mapping[str, frozenset[str]]:
    """Return the cells holding a formula, by sheet name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        known = set(archive.namelist())
        return {
            name: frozenset(_FORMULA.findall(_text(archive, path)))
            for name, path in _sheet_files(archive)
            if path in known
        }


def _sheet_files(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    relations = {}
    for tag in _RELATION.findall(_text(archive, "xl/_rels/workbook.xml.rels")):
        identifier = re.search(r'\bId="([^"]*)"', tag)
        target = re.search(r'\bTarget="([^"]*)"', tag)
        if identifier and target:
            relations[identifier[1]] = target[1]
    for name, identifier_text in _SHEET.findall(_text(archive, "xl/workbook.xml")):
        target_text = relations.get(identifier_text, "")
        path = target_text.lstrip("/")
        yield (
            unescape(name, {"&quot;": '"', "&apos;": "'"}),
            path if path.startswith("xl/") else f"xl/{path}",
        )


def _text(archive: zipfile.ZipFile, name: str) -> str:
    try:
        with archive.open(name) as file:
            return file.read(MAX_UNPACKED_BYTES).decode("utf-8", errors="replace")
    except (KeyError, zipfile.BadZipFile, OSError):
        return ""


def _stop(code: str, *, found: str = "") -> Finding:
    return Finding(code, Severity.BLOCK, found=found)
