"""The seal on the pages: made in two phases, accepted by pyHanko and Poppler, and looking right."""

import subprocess
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from hocba.adapters.pdf.compiler import Typeset
from hocba.adapters.pdf.examining import examine_own_pdf
from hocba.adapters.pdf.sealing import PreparedSeal, complete_pdf, prepare_pdf
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import write_bundle
from tests.adapters.pdf import sealed as alter
from tests.adapters.pdf.sealed import SEALED_AT, page, sealed
from tests.core.verification.issued import IDENTITY, NOW, city, issued

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Picture:
    """A page as Poppler paints it, 100 dots an inch: three bytes a pixel, line by line."""

    width: int
    height: int
    pixels: bytes

    def red(self) -> list[tuple[int, int]]:
        """Where the seal's red is."""
        colours = zip(self.pixels[::3], self.pixels[1::3], self.pixels[2::3], strict=True)
        return [
            (number % self.width, number // self.width)
            for number, (r, g, b) in enumerate(colours)
            if r > 150 and g < 90 and b < 90
        ]


def rendered(pdf: bytes, folder: Path, number: int) -> Picture:
    """Paint one page."""
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    where = ["-f", str(number), "-l", str(number), "-singlefile"]
    line = ["pdftoppm", "-r", "100", *where, str(path), str(folder / "page")]
    subprocess.run(line, check=True, capture_output=True)
    _, size, _, pixels = (folder / "page.ppm").read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    return Picture(width, height, pixels)


def test_the_seal_is_one_update_over_an_untouched_file() -> None:
    pdf = sealed()
    assert pdf.startswith(page().pdf)
    assert pdf.count(b"/ETSI.CAdES.detached") == 1
    assert len(PdfReader(BytesIO(pdf)).pages) == len(PdfReader(BytesIO(page().pdf)).pages) == 4


def test_document_and_proof_travel_inside_byte_for_byte() -> None:
    reader = PdfReader(BytesIO(sealed()))
    assert reader.attachments["hoc-ba.xml"] == [issued().document]
    assert reader.attachments["hoc-ba.hocba.json"] == [write_bundle(issued().bundle)]
    kinds = {one["/AFRelationship"] for one in (x.get_object() for x in reader.root_object["/AF"])}
    assert kinds == {"/Source", "/Data"}
    described = reader.xmp_metadata.stream.get_data()
    assert b'pdfaid:part="3" pdfaid:conformance="A"' in described


def test_pyhanko_believes_it() -> None:
    trust = city().trust
    (signature,) = PdfFileReader(BytesIO(sealed())).embedded_signatures
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(der) for der in trust.anchors],
        crls=list(trust.crls),
        moment=NOW,
        allow_fetching=False,
        revocation_mode="require",
        retroactive_revinfo=True,
    )
    status = validate_pdf_signature(signature, context)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.signer_reported_dt == SEALED_AT


def nss(place: Path) -> str:
    """A certificate store that trusts our root."""
    subprocess.run(["certutil", "-N", "-d", f"sql:{place}", "--empty-password"], check=True)
    for number, der in enumerate((*city().trust.anchors, *city().trust.intermediates)):
        file = place / f"{number}.der"
        file.write_bytes(der)
        name = ["-n", f"goc{number}", "-t", "CT,CT,CT", "-i", str(file)]
        subprocess.run(["certutil", "-A", "-d", f"sql:{place}", *name], check=True)
    return f"sql:{place}"


def poppler(pdf: bytes, folder: Path) -> str:
    """What `pdfsig` says of a file."""
    store = folder / "nss"
    store.mkdir(exist_ok=True)
    path = folder / "hoc-ba.pdf"
    path.write_bytes(pdf)
    line = ["pdfsig", "-nssdir", nss(store), str(path)]
    return subprocess.run(line, capture_output=True, text=True, check=False).stdout


def test_poppler_believes_it_and_trusts_the_certificate(tmp_path: Path) -> None:
    said = poppler(sealed(), tmp_path)
    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    assert "Certificate Validation: Certificate is Trusted." in said


@pytest.mark.parametrize("change", ["changed_text", "written_over", "other_file_inside"])
def test_poppler_sees_each_alteration(tmp_path: Path, change: str) -> None:
    said = poppler(getattr(alter, change)(sealed()), tmp_path)
    assert "Signature is Valid." not in said or "Total document signed" not in said


def test_the_seal_lies_over_a_third_of_the_heads_mark(tmp_path: Path) -> None:
    before, after = (rendered(one, tmp_path, 4) for one in (page().pdf, sealed()))
    painted = after.red()
    assert not before.red()
    place = page().seal_place
    assert place is not None
    scale = 100 / 72
    left, right = min(x for x, _ in painted), max(x for x, _ in painted)
    top, bottom = min(y for _, y in painted), max(y for _, y in painted)
    height = after.height
    assert abs(left - place.box[0] * scale) < 3
    assert abs(right - place.box[2] * scale) < 3
    assert abs(top - (height - place.box[3] * scale)) < 3
    assert abs(bottom - (height - place.box[1] * scale)) < 3
    assert len(painted) > 1500  # frame and words, not a frame alone


def test_the_other_pages_look_as_before(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        before, after = (rendered(one, tmp_path, number) for one in (page().pdf, sealed()))
        assert before == after


def test_signing_elsewhere_and_later_gives_a_seal_that_holds() -> None:
    signer = city().signers[IDENTITY.school.code]
    prepared = prepare_pdf(page=page(), certificate=signer.certificate, at=SEALED_AT)
    kept = prepared.to_json()
    again = PreparedSeal.from_json(kept, pdf=prepared.pdf)
    (value,) = signer.sign_digests((again.digest,))
    (found,) = examine_own_pdf(complete_pdf(prepared=again, signature=value)).signatures
    assert (found.problem, found.coverage) == (None, "ENTIRE_FILE")


def test_a_value_of_another_key_is_not_put_in() -> None:
    signer, other = (one.signers[IDENTITY.school.code] for one in (city(), city("other")))
    prepared = prepare_pdf(page=page(), certificate=signer.certificate, at=SEALED_AT)
    for value in (other.sign_digests((prepared.digest,))[0], b"", b"\0" * 256):
        with pytest.raises(HocbaError, match=r"signing\.invalid_signature"):
            complete_pdf(prepared=prepared, signature=value)


def test_a_page_without_a_place_takes_no_seal() -> None:
    signer = city().signers[IDENTITY.school.code]
    for one, code in (
        (Typeset(page().pdf), "pdf.no_seal_place"),
        (replace(page(), pdf=b"%PDF-1.7\n"), "pdf.cannot_seal"),
    ):
        with pytest.raises(HocbaError, match=code):
            prepare_pdf(page=one, certificate=signer.certificate, at=SEALED_AT)
