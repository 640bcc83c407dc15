"""Judges that know nothing of us accept every signature, and refuse what we refuse."""

from pathlib import Path

import pytest

from hocba.adapters.xmldsig_oracles import Oracle, available_oracles
from hocba.core.signing.verdict import Indication
from hocba.core.signing.verify import verify_document
from tests.core.verification.issued import NOW, city, compose, issued

pytestmark = pytest.mark.slow
ORACLES = available_oracles()


def accepted(oracle: Oracle, place: Path, document: bytes) -> bool:
    """Whether an oracle accepts every signature of a document."""
    file = place / "hoc-ba.xml"
    file.write_bytes(document)
    return oracle.accepted([file]) == {file}


def test_there_are_at_least_two_judges() -> None:
    assert len(ORACLES) >= 2


@pytest.mark.parametrize("oracle", ORACLES, ids=lambda oracle: type(oracle).__name__)
def test_every_signature_is_accepted_from_outside(oracle: Oracle, tmp_path: Path) -> None:
    assert accepted(oracle, tmp_path, issued().document)


@pytest.mark.parametrize("oracle", ORACLES, ids=lambda oracle: type(oracle).__name__)
def test_a_changed_mark_is_refused_from_outside_too(oracle: Oracle, tmp_path: Path) -> None:
    assert not accepted(oracle, tmp_path, issued().document.replace(b"9.3", b"9.8", 1))


def test_our_own_verdict_passes_every_slot() -> None:
    verdict = verify_document(document=issued().document, trust=city().trust, at=NOW)
    assert verdict.indication is Indication.TOTAL_PASSED
    assert [one.indication for one in verdict.signatures] == [Indication.TOTAL_PASSED] * 5
    assert verdict.lookup_uuid == compose().lookup_uuid
