"""Saying inside a generated file for whom it was made, and reading that again at the door.

Under load another system handed out other schools' papers (NEIS 2023). Here every file that is made
in the background carries school, owner and request in its own bytes, and what does not say so is
not delivered.
"""

import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from hocba.core.errors import HocbaError

_KEYS = {"school": "/HocbaSchool", "request": "/HocbaRequest", "owner": "/HocbaOwner"}


@dataclass(frozen=True, slots=True)
class MadeFor:
    """School code, the print request's key, the key of the person who asked."""

    school: str
    request: str
    owner: str


def marked(pdf: bytes, *, made_for: MadeFor) -> bytes:
    """Return the PDF with the mark among its particulars; pages and attachments stay."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    return _written(writer, made_for)


def joined(pdfs: Iterable[bytes], *, made_for: MadeFor) -> bytes:
    """Return one PDF of several, each of which must carry this very mark.

    Raises:
        HocbaError: "print.not_yours" when one was made for somebody else.
    """
    writer = PdfWriter()
    for pdf in pdfs:
        require_made_for(pdf, made_for=made_for)
        writer.append(io.BytesIO(pdf), import_outline=False)
    writer.compress_identical_objects()
    return _written(writer, made_for)


def require_made_for(pdf: bytes, *, made_for: MadeFor) -> None:
    """Refuse a PDF whose own bytes do not say that it was made for this school and request.

    Raises:
        HocbaError: "print.not_yours".
    """
    try:
        told = PdfReader(io.BytesIO(pdf)).metadata
        found = {name: str(told.get(key, "")) if told else "" for name, key in _KEYS.items()}
    except (PyPdfError, ValueError, OSError) as error:
        raise HocbaError("print.not_yours") from error
    if found != asdict(made_for):
        raise HocbaError("print.not_yours")


def _written(writer: PdfWriter, made_for: MadeFor) -> bytes:
    writer.add_metadata({_KEYS[name]: value for name, value in asdict(made_for).items()})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
