"""The QR code on the printed page: read by a camera's decoder, believed by the verifier."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from hocba.adapters.pdf import Rendition, set_transcript
from hocba.core.offline import claim_of, verify_claim
from tests.adapters.pdf import samples
from tests.core.offline import claims

MILLIMETRES_AN_INCH = 25.4
RESOLUTION = 150
pytestmark = pytest.mark.slow


def printed(folder: Path, claim: str) -> list[list[zxingcpp.Barcode]]:
    """The codes on each page of the form, as a scanner of 150 dpi sees it."""
    item = Rendition(
        samples.transcript(), samples.signatures(samples.transcript()), samples.URL, claim=claim
    )
    path = folder / "hoc-ba.pdf"
    path.write_bytes(set_transcript(item).pdf)
    line = ["pdftoppm", "-r", str(RESOLUTION), "-gray", str(path), str(folder / "page")]
    subprocess.run(line, check=True)
    return [zxingcpp.read_barcodes(Image.open(one)) for one in sorted(folder.glob("page*"))]


def width(code: zxingcpp.Barcode) -> float:
    """Millimetres on paper."""
    pixels = code.position.top_right.x - code.position.top_left.x
    return pixels / RESOLUTION * MILLIMETRES_AN_INCH


def test_cover_and_summary_carry_the_claim_and_the_address(tmp_path: Path) -> None:
    transcript = samples.transcript()
    claim = claim_of(
        transcript=transcript, document_sha256=sha256(b"").digest(), index=4, at=claims.NOW
    )
    text = claims.text(claim)
    pages = printed(tmp_path, text)
    assert [[one.text for one in page] for page in pages] == [
        [text, samples.URL],
        [],
        [],
        [text, samples.URL],
    ]
    for page in (pages[0], pages[3]):
        assert 29 <= width(page[0]) <= 31
    verdict = verify_claim(text=pages[0][0].text, trust=claims.trust(), listed=None, at=claims.NOW)
    assert verdict.claim == claim


def test_without_a_claim_the_code_leads_to_the_address(tmp_path: Path) -> None:
    pages = printed(tmp_path, "")
    assert [[one.text for one in page] for page in pages] == [[samples.URL], [], [], [samples.URL]]
    assert 29 <= width(pages[0][0]) <= 31
