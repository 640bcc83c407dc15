"""Strangers' PDFs: every alteration is seen, a hostile file gets a verdict, never an exception."""

import time
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from hocba.adapters.pdf.examining import MAX_PDF_BYTES, examine_own_pdf, examine_pdf, is_pdf
from hocba.core.signing.pades import SLOT
from hocba.core.signing.verdict import Indication
from hocba.core.verification import Answer, VerdictWord, verify_pdf
from tests.adapters.pdf import sealed as alter
from tests.adapters.pdf.sealed import codes, hostile, judged, page, sealed
from tests.core.verification.issued import NOW, city, issued

pytestmark = pytest.mark.slow


def test_a_sealed_transcript_is_valid_and_its_seal_one_more_signature() -> None:
    verdict = judged(examine_pdf(sealed()))  # through the child process, as strangers come
    assert verdict.word is VerdictWord.VALID
    seal = verdict.signatures[-1]
    assert (seal.slot, seal.indication) == (SLOT, Indication.TOTAL_PASSED)
    assert seal.certificate_sha256 == verdict.signatures[-2].certificate_sha256


def test_pages_without_a_seal_are_not_called_valid() -> None:
    verdict = judged(page().pdf)
    assert verdict.word is VerdictWord.UNCHECKED
    assert codes(verdict) == {"pdf.not_sealed"}
    assert verdict.in_force.answer is verdict.rightly_signed.answer is Answer.PASSED
    assert verdict.transcript is not None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("changed_text", "pdf.changed"),
        ("written_over", "pdf.changed_later"),
        ("other_file_inside", "bundle"),
        ("with_script", "pdf.active_content"),
    ],
)
def test_an_altered_file_is_not_of_the_school(change: str, code: str) -> None:
    verdict = judged(getattr(alter, change)(sealed()))
    assert verdict.word is VerdictWord.NOT_OF_SCHOOL
    if code != "bundle":
        assert code in codes(verdict)


def test_another_file_inside_is_seen_without_a_proof_beside_it() -> None:
    pdf = alter.other_file_inside(sealed(page(bundled=False)))
    verdict = judged(pdf)
    assert verdict.word is VerdictWord.NOT_OF_SCHOOL
    assert judged(sealed(page(bundled=False))).word is VerdictWord.UNCHECKED  # no proof of the log


def test_two_documents_inside_are_none() -> None:
    assert "pdf.several_files" in codes(judged(alter.with_file(sealed(), "b.xml", b"<a/>")))


def test_the_seal_of_somebody_called_the_same_is_refused() -> None:
    verdict = judged(sealed(by="other"))
    assert verdict.word is VerdictWord.NOT_OF_SCHOOL
    assert "seal.not_approved" in codes(verdict)


def test_a_good_seal_does_not_save_a_forged_document() -> None:
    forged = issued().document.replace(b"Kinh", b"Kinx", 1)
    verdict = judged(sealed(page(document=forged, bundled=False)))
    assert verdict.word is VerdictWord.NOT_OF_SCHOOL


def test_what_stands_in_the_gap_beside_the_signature_is_seen() -> None:
    pdf = sealed()
    end = pdf.index(b">", pdf.index(b"/Contents <")) if b"/Contents <" in pdf else 0
    assert end
    verdict = judged(pdf[: end - 4] + b"beef" + pdf[end:])
    assert "pdf.not_covered" in codes(verdict)


def test_a_locked_file_is_not_judged() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(page().pdf)))
    writer.encrypt("mat khau", algorithm="AES-256")
    output = BytesIO()
    writer.write(output)
    verdict = judged(output.getvalue())
    assert (verdict.word, codes(verdict)) == (VerdictWord.UNCHECKED, {"pdf.encrypted"})


@pytest.mark.parametrize("kind", ["many", "circle"])
def test_a_crowd_of_attachments_is_refused_before_it_is_read(kind: str) -> None:
    assert examine_own_pdf(hostile(kind)).refusal == "pdf.too_many_files"


@pytest.mark.parametrize("kind", ["bomb", "deep", "loop", "cut", "no-xref", "noise"])
def test_a_hostile_file_gets_a_verdict_within_bounds(kind: str) -> None:
    began = time.process_time()
    contents = examine_pdf(hostile(kind))
    verdict = verify_pdf(pdf=contents, trust=city().trust, at=NOW)
    assert contents.refusal in ("pdf.unreadable", "pdf.too_heavy")
    assert verdict.word is VerdictWord.UNCHECKED
    assert time.process_time() - began < 5


def test_a_file_too_large_is_not_even_opened() -> None:
    assert examine_pdf(b"%PDF-1.7" + b" " * MAX_PDF_BYTES).refusal == "pdf.too_heavy"
    assert not is_pdf(b"<HOC_BA/>")
