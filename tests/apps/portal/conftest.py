"""The portal's stories start with transcripts that were really issued."""

from collections.abc import Callable
from uuid import UUID

import pytest

from hocba.apps.ledger.models import IssuedTranscript
from hocba.apps.ledger.queries import bundle_of
from hocba.core.registry.bundle import read_bundle
from hocba.core.transcript.canonical import from_xml
from hocba.core.transcript.model import Transcript


@pytest.fixture
def bundle(walk: Callable[[str], UUID]) -> bytes:
    """The bundle of one issued transcript."""
    walk("issued")
    row = IssuedTranscript.objects.order_by("lookup_uuid").first()
    data = bundle_of(lookup_uuid=row.lookup_uuid)
    assert data is not None
    return data


@pytest.fixture
def document(bundle: bytes) -> bytes:
    """Its signed XML."""
    return read_bundle(bundle).document


@pytest.fixture
def transcript(document: bytes) -> Transcript:
    """What it says."""
    return from_xml(document)


@pytest.fixture(autouse=True)
def _patient(settings: object) -> None:
    """Small batches end within their request, however busy the machine is."""
    settings.HOCBA_API_SECONDS = 50
