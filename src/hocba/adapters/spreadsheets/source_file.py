"""The file before it is parsed: is it an .xlsx, is it bounded, does it carry what it should not?

Looks at names and declared sizes only; nothing is unpacked here except the list of content types.
"""

import zipfile
from collections.abc import Sequence
from io import BytesIO

from hocba.core.assessment.findings import Finding, Severity

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 30 * 1024 * 1024
MAX_RATIO = 100
MAX_ENTRIES = 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MEBIBYTE = 1024 * 1024
_OTHER_ENDINGS = (".xls", ".xlsb", ".xlsm", ".xltm", ".xlam", ".csv", ".ods", ".pdf", ".docx")
_MACRO_ENDINGS = (".xlsm", ".xltm", ".xlam", ".xlsb")
_FOREIGN_PARTS = {
    "workbook.external_links": ("xl/externallinks/", "xl/connections.xml", "xl/querytables/"),
    "workbook.embedded_objects": ("xl/embeddings/", "xl/activex/", "xl/ctrlprops/"),
}


def file_problem(data: bytes, *, filename: str = "") -> Finding | None:
    """Return why the file cannot be opened at all, or None."""
    if len(data) > MAX_FILE_BYTES:
        return _stop("workbook.too_large", found=_size(len(data)), expected=_size(MAX_FILE_BYTES))
    if not data:
        return _stop("workbook.empty_file")
    if data.startswith(_OLE):
        # Both an encrypted .xlsx and an old .xls lie in an OLE container.
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        return _stop("workbook.encrypted" if encrypted else "workbook.old_format")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _archive_problem(archive, len(data)) or _name_problem(filename)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return _stop("workbook.not_xlsx", found=_ending(filename))


def _archive_problem(archive: zipfile.ZipFile, size: int) -> Finding | None:
    entries = archive.infolist()
    names = [entry.filename.lower() for entry in entries]
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        return _stop("workbook.bomb", found=f"{len(entries)} phần", expected=f"≤ {MAX_ENTRIES}")
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * size:
        return _stop("workbook.bomb", found=_size(unpacked), expected=_size(MAX_UNPACKED_BYTES))
    if any(entry.flag_bits & 1 for entry in entries):
        return _stop("workbook.encrypted")
    if len(set(names)) != len(names) or any(_climbs(name) for name in names):
        return _stop("workbook.unreadable")
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        binary = "xl/workbook.bin" in names
        return _stop("workbook.macros" if binary else "workbook.not_xlsx")
    return _foreign_parts(archive, names)


def _foreign_parts(archive: zipfile.ZipFile, names: Sequence[str]) -> Finding | None:
    part = archive.infolist()[names.index("[content_types].xml")]
    content_types = archive.read(part).lower()
    if b"macroenabled" in content_types or any(name.endswith("vbaproject.bin") for name in names):
        return _stop("workbook.macros")
    for code, beginnings in _FOREIGN_PARTS.items():
        for name in names:
            if name.startswith(beginnings):
                return _stop(code, found=name.rpartition("/")[2])
    return None


def _name_problem(filename: str) -> Finding | None:
    """An .xlsx under another name was renamed by hand; ask rather than guess."""
    ending = _ending(filename)
    if ending in _OTHER_ENDINGS:
        code = "workbook.macros" if ending in _MACRO_ENDINGS else "workbook.not_xlsx"
        return _stop(code, found=ending)
    return None


def _climbs(name: str) -> bool:
    """Whether a part's name would leave its folder (nothing is ever written, yet it is a sign)."""
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/")


def _ending(filename: str) -> str:
    stem, dot, ending = filename.lower().rpartition(".")
    return f".{ending[:10]}" if dot and stem else ""


def _size(size: int) -> str:
    return f"{max(1, size // _MEBIBYTE)} MB"


def _stop(code: str, *, found: str = "", expected: str = "") -> Finding:
    return Finding(code, Severity.BLOCK, found=found, expected=expected)
