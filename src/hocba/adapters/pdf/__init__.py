"""The official form as PDF: a rendition for people, never the original, which is the signed XML.

Typst sets the pages from our own template and fonts; this room reads values that others judged.
"""

from collections.abc import Iterable, Iterator, Sequence

from hocba.adapters.pdf.class_results import class_results_pdf
from hocba.adapters.pdf.cleaning import printable, visible
from hocba.adapters.pdf.compiler import Sheet, Typeset, typeset
from hocba.adapters.pdf.form import Rendition, attached, document_date, form_values
from hocba.core.signing.verdict import SignatureVerdict
from hocba.core.transcript.model import Transcript

__all__ = [
    "Rendition",
    "class_results_pdf",
    "printable",
    "set_transcript",
    "transcript_pdf",
    "transcript_pdfs",
    "visible",
]


def transcript_pdf(
    *,
    transcript: Transcript,
    signatures: Sequence[SignatureVerdict],
    verify_url: str,
    request: str = "",
    notice: str = "",
) -> bytes:
    """Return the form of one year as PDF/A-2a, PDF/UA-1; same arguments, same bytes.

    `verify_url` is printed and carried by the QR code; `request` says who asked for the copy;
    `notice` stands in red on every page (a page without one is said to be a preview when a
    signature is missing or did not pass).

    Raises:
        HocbaError: "pdf.no_form" when the school level has no official form here.
    """
    item = Rendition(transcript, signatures, verify_url, request, notice)
    return next(transcript_pdfs([item]))


def transcript_pdfs(items: Iterable[Rendition]) -> Iterator[bytes]:
    """Yield the form of each item in turn, as `transcript_pdf` makes it; quicker for a class."""
    return (one.pdf for one in typeset(_sheet(item) for item in items))


def set_transcript(item: Rendition) -> Typeset:
    """Return one form with the place of its seal, PDF/A-3a when files are attached.

    Raises:
        HocbaError: "pdf.no_form", "pdf.attachment".
    """
    return next(typeset(iter((_sheet(item),))))


def _sheet(item: Rendition) -> Sheet:
    return Sheet(form_values(item), document_date(item), attached(item), item.to_be_sealed)
