"""The printed year: what the official form must show, on its own pages, always the same."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader

from hocba.adapters.pdf import Rendition, transcript_pdf, transcript_pdfs
from hocba.core.errors import HocbaError
from hocba.core.signing.verdict import Indication
from hocba.core.transcript.model import Transcript
from tests.adapters.pdf.samples import (
    HOMEROOM,
    LONG,
    PRINCIPAL,
    SIGNED_AT,
    SUBJECTS,
    URL,
    UUID,
    signatures,
    transcript,
    with_text,
)

pytestmark = pytest.mark.slow
PREVIEW = "BẢN XEM TRƯỚC"


def printed(of: Transcript, **changes: object) -> bytes:
    """The form of a transcript whose signatures all passed."""
    values = {"signatures": signatures(of), "verify_url": URL} | changes
    return transcript_pdf(transcript=of, **values)  # type: ignore[arg-type]


def pages_of(data: bytes) -> list[str]:
    """The text of each page, spaces folded, without the breaks allowed inside long words."""
    texts = (page.extract_text() for page in PdfReader(BytesIO(data)).pages)
    return [" ".join(text.replace("\u200b", "").split()) for text in texts]


@cache
def plain_pages() -> tuple[str, ...]:
    """The pages of the plain sample."""
    return tuple(pages_of(printed(transcript())))


def test_a_year_is_cover_profile_results_and_summary() -> None:
    cover, profile, results, summary = plain_pages()
    assert "HỌC BẠ" in cover
    assert "HỒ SƠ HỌC SINH" in profile
    assert "KẾT QUẢ HỌC TẬP CÁC MÔN HỌC VÀ HOẠT ĐỘNG GIÁO DỤC" in results
    assert "TỔNG KẾT NĂM HỌC" in summary


def test_every_subject_shows_its_results_with_commas_and_who_signed() -> None:
    results = plain_pages()[2]
    for _, name, first, second, year, teacher in SUBJECTS:
        for text in (first, second, year):
            assert text.replace(".", ",") in results
        assert teacher in results
        assert name.split(" (")[0].split()[0] in results
    assert results.count("Đã ký số 28/05/2025") >= len(SUBJECTS)


def test_signers_seal_and_code_stand_where_people_look() -> None:
    summary = plain_pages()[3]
    for words in (HOMEROOM.full_name, PRINCIPAL.full_name, "CON DẤU SỐ CỦA NHÀ TRƯỜNG", UUID):
        assert words in summary
    assert all(UUID in page for page in plain_pages())


def test_the_same_year_gives_the_same_bytes_alone_and_in_a_class() -> None:
    one = printed(transcript())
    assert printed(transcript()) == one
    item = Rendition(transcript(), signatures(transcript()), URL)
    assert list(transcript_pdfs([item, item])) == [one, one]


def test_it_is_an_archive_pdf_with_its_fonts_inside() -> None:
    reader = PdfReader(BytesIO(printed(transcript())))
    assert reader.metadata is not None
    assert "pdfaid" in str(reader.xmp_metadata.rdf_root.toxml())  # type: ignore[union-attr]
    for page in reader.pages:
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert any("/FontFile" in key for key in descendant["/FontDescriptor"])


@pytest.mark.parametrize("missing", [0, -1])
def test_without_a_signature_it_is_a_preview_on_every_page(missing: int) -> None:
    signed = list(signatures(transcript()))
    del signed[missing]
    pages = pages_of(printed(transcript(), signatures=signed))
    assert all(PREVIEW in page for page in pages)
    assert not any(PREVIEW in page for page in plain_pages())


def test_a_failed_signature_is_never_shown_as_signed() -> None:
    signed = [replace(one, indication=Indication.TOTAL_FAILED) for one in signatures(transcript())]
    pages = pages_of(printed(transcript(), signatures=signed))
    assert not any("Đã ký số" in page for page in pages)


def test_a_notice_and_a_request_stand_on_every_page() -> None:
    pages = pages_of(
        printed(transcript(), notice="Đã thu hồi ngày 01/07/2025", request="YC-17, phụ huynh")
    )
    assert all("ĐÃ THU HỒI NGÀY 01/07/2025" in page for page in pages)
    assert all("YC-17, phụ huynh" in page for page in pages)


def test_long_remarks_flow_and_keep_every_word() -> None:
    whole = pages_of(printed(with_text(transcript(), LONG * 3)))
    assert len(whole) >= 4
    assert "".join(whole).count("luyện viết mỗi ngày") >= 3 * 10


@pytest.mark.parametrize(
    "text",
    [
        "#panic()",
        "*đậm* _nghiêng_ $x$ `mã`",
        '#import "a": *',
        "<script>alert(1)</script>",
        "\\u{202e}đảo",
        "“” … – — ½ ≤ ₫",
        "\u202eđảo",
        "a\u0000b",
        "👩‍🏫",
    ],
)
def test_text_is_text_and_never_markup(text: str) -> None:
    pages = pages_of(printed(with_text(transcript(), text)))
    assert len(pages) in (4, 5)
    if text.startswith("#"):
        assert any(text in page for page in pages)


def test_a_level_without_a_form_is_refused() -> None:
    with pytest.raises(HocbaError, match=r"pdf\.no_form"):
        printed(replace(transcript(), school_level="TH"))


def test_times_are_those_of_the_signatures() -> None:
    later = [
        replace(one, signing_time=SIGNED_AT + timedelta(days=1)) for one in signatures(transcript())
    ]
    assert "29/05/2025 14:05" in pages_of(printed(transcript(), signatures=later))[3]
