"""A sealed transcript, ways to alter it, and hostile PDFs written by hand."""

import zlib
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from io import BytesIO

from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from hocba.adapters.pdf import Rendition, set_transcript
from hocba.adapters.pdf.compiler import Typeset
from hocba.adapters.pdf.examining import examine_own_pdf
from hocba.adapters.pdf.sealing import seal_pdf
from hocba.core.registry.bundle import write_bundle
from hocba.core.signing.pades import PdfContents
from hocba.core.transcript.canonical import from_xml
from hocba.core.verification import PublicVerdict, verify_bundle, verify_pdf
from tests.adapters.pdf.samples import URL
from tests.core.verification.issued import IDENTITY, ISSUED_AT, NOW, City, city, issued

SEALED_AT = ISSUED_AT + timedelta(hours=1)
NAME = generic.pdf_name


@cache
def page(*, document: bytes | None = None, bundled: bool = True) -> Typeset:
    """The pages of the good transcript, its XML inside, a place kept for the seal."""
    verdict = verify_bundle(bundle=issued().bundle, trust=city().trust, at=NOW)
    return set_transcript(
        Rendition(
            from_xml(issued().document),
            verdict.signatures,
            URL,
            document=document or issued().document,
            bundle=write_bundle(issued().bundle) if bundled else b"",
            to_be_sealed=True,
        )
    )


@cache
def sealed(of: Typeset | None = None, *, by: str = "") -> bytes:
    """The pages under the school's seal, or under that of somebody called the same."""
    holder: City = city(by) if by else city()
    return seal_pdf(
        page=of or page(),
        signer=holder.signers[IDENTITY.school.code],
        chain=holder.trust.intermediates,
        at=SEALED_AT,
    )


def judged(pdf: bytes | PdfContents) -> PublicVerdict:
    """The public verdict, read without a child process: these files are all of our own making."""
    contents = pdf if isinstance(pdf, PdfContents) else examine_own_pdf(pdf)
    return verify_pdf(pdf=contents, trust=city().trust, at=NOW)


def codes(verdict: PublicVerdict) -> set[str]:
    """Every reason of a verdict."""
    questions = (verdict.unaltered, verdict.rightly_signed, verdict.in_force)
    return {reason.code for one in questions for reason in one.reasons}


def changed_text(pdf: bytes) -> bytes:
    """One byte of a page's content changed in place."""
    at = pdf.index(b"stream\n", pdf.index(b"/Type /Page")) + 40
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def written_over(pdf: bytes) -> bytes:
    """A second revision that paints over the last page."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    paint = generic.StreamObject(stream_data=b"1 0 0 rg 0 0 600 400 re f")
    writer.add_stream_to_page(3, writer.add_object(paint))
    return _written(writer)


def other_file_inside(pdf: bytes) -> bytes:
    """A second revision whose attached XML is another."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    tree = writer.root["/Names"]["/EmbeddedFiles"]
    names = tree["/Names"] if "/Names" in tree else tree["/Kids"][0]["/Names"]
    number = next(one for one in range(0, len(names), 2) if str(names[one]).endswith(".xml"))
    spec = names[number + 1]
    data = issued().document.replace(b"Kinh", b"Kinx", 1)
    other = embed.EmbeddedFileObject.from_file_data(writer, data, mime_type="application/xml")
    for key in ("/F", "/UF"):
        spec["/EF"][key] = other.ef_stream_ref
    writer.update_container(spec["/EF"])
    return _written(writer)


def with_file(pdf: bytes, name: str, data: bytes) -> bytes:
    """One more attached file, in a further revision."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    held = embed.EmbeddedFileObject.from_file_data(writer, data)
    names += [
        generic.pdf_string(name),
        writer.add_object(embed.FileSpec(name, name, held).as_pdf_object()),
    ]
    writer.update_container(names)
    return _written(writer)


def with_script(pdf: bytes) -> bytes:
    """A script that runs when the file is opened."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    action = {NAME("/S"): NAME("/JavaScript"), NAME("/JS"): generic.pdf_string("app.alert(1)")}
    writer.root["/OpenAction"] = generic.DictionaryObject(action)
    writer.update_root()
    return _written(writer)


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def by_hand(objects: Iterable[bytes], *, previous: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"/Size %d /Root 1 0 R %s" % (len(places) + 1, previous.replace(b"@", b"%d" % start))
    return out + b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer, start)


PAGES = (
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A compressed stream object."""
    packed = zlib.compress(data, 9)
    return b"<< /Length %d /Filter /FlateDecode %s >>\nstream\n%s\nendstream" % (
        len(packed),
        entries,
        packed,
    )


def hostile(kind: str) -> bytes:
    """A PDF made to hurt who reads it."""
    attached = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles %s >> >>"
    spec = b"<< /Type /Filespec /F (a.xml) /EF << /F 5 0 R >> >>"
    if kind == "bomb":
        names = attached % b"<< /Names [(a.xml) 4 0 R] >>"
        return by_hand([names, *PAGES, spec, stream(b"<" * 300_000_000)])
    if kind == "circle":
        tree = b"<< /Kids [4 0 R 4 0 R] >>"
        return by_hand([attached % b"4 0 R", *PAGES, tree])
    if kind == "deep":
        deep = b"[" * 200_000 + b"]" * 200_000
        return by_hand([b"<< /Type /Catalog /Pages 2 0 R >>", *PAGES, deep])
    if kind == "loop":
        return by_hand([b"<< /Type /Catalog /Pages 2 0 R >>", *PAGES], previous=b"/Prev @")
    if kind == "many":
        names = b" ".join(b"(%d.xml) 4 0 R" % number for number in range(10_000))
        tree = attached % (b"<< /Names [%s] >>" % names)
        return by_hand([tree, *PAGES, spec, stream(b"<a/>")])
    if kind == "cut":
        return sealed()[:-1000]
    if kind == "no-xref":
        return by_hand([b"<< /Type /Catalog /Pages 2 0 R >>", *PAGES]).replace(b"xref", b"xxxx")
    return b"%PDF-1.7\n" + bytes(range(256)) * 400
