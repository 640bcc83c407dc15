"""The sealed PDF of an issued version: one file for a seal, made here or by the clerk's token."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from hocba.adapters.software_signer import SoftwareSigner
from hocba.apps.audit.models import AuditEvent
from hocba.apps.blobs import blob_store
from hocba.apps.ledger.actions import (
    PDF_TOKEN_LIFETIME,
    complete_pdf_seal,
    obtain_sealed_pdf,
    prepare_pdf_seal,
)
from hocba.apps.ledger.actions.pdf import _keep_sealed
from hocba.apps.ledger.models import IssuedTranscript, PdfRequest, SealedPdf
from hocba.apps.ledger.queries import pdfs_waiting, sealed_pdf
from hocba.apps.portal.queries import judge_file
from hocba.core.errors import HocbaError
from hocba.core.signing.pades import SLOT
from hocba.core.transcript.canonical import from_xml
from hocba.core.verification import VerdictWord
from hocba.web.demo.city import City

pytestmark = [pytest.mark.slow, pytest.mark.across_schools]
Walk = Callable[[str], UUID]


@pytest.fixture
def code(city: City, walk: Walk) -> UUID:
    """The lookup code of an issued transcript."""
    walk("issued")
    row = IssuedTranscript.objects.first()
    assert row is not None
    return row.lookup_uuid


@pytest.fixture
def key_here(code: UUID, data_dir: Path, settings: object) -> UUID:
    """The seal's key lies on this server, as in the demo."""
    settings.HOCBA_DEMO_SEAL_KEYS = data_dir / "demo-pki"  # type: ignore[attr-defined]
    return code


def ask(code: UUID) -> bytes | None:
    return obtain_sealed_pdf(lookup_uuid=code, actor=None, at=timezone.now())


def events(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


def sign(city: City, digest: bytes) -> bytes:
    """As the clerk's token does."""
    path = city.key_file(city.school_code)
    return SoftwareSigner.load(path, city.key_password, demo=True).sign_digests((digest,))[0]


def test_with_the_key_here_the_first_asker_gets_it_and_all_others_the_same(key_here: UUID) -> None:
    first = ask(key_here)
    assert first is not None
    assert ask(key_here) == first == sealed_pdf(lookup_uuid=key_here)
    assert (SealedPdf.objects.count(), events("ledger.pdf_sealed")) == (1, 1)
    verdict = judge_file(data=first, at=timezone.now()).verdict
    assert (verdict.word, verdict.signatures[-1].slot) == (VerdictWord.VALID, SLOT)


def test_without_the_key_it_waits_until_the_clerk_has_sealed_it(city: City, code: UUID) -> None:
    assert ask(code) is None
    assert ask(code) is None
    assert pdfs_waiting(school_id=city.school_id) == [code]
    assert (PdfRequest.objects.count(), events("ledger.pdf_wanted")) == (1, 1)
    at = timezone.now()
    ready = prepare_pdf_seal(lookup_uuid=code, actor=city.clerk_id, at=at)
    answer = {"lookup_uuid": code, "token": ready.token, "signature": sign(city, ready.digest)}
    done = complete_pdf_seal(**answer, actor=city.clerk_id, at=at)
    assert complete_pdf_seal(**answer, actor=city.clerk_id, at=at) == done == ask(code)
    assert pdfs_waiting(school_id=city.school_id) == []
    assert (events("ledger.pdf_seal_prepared"), events("ledger.pdf_sealed")) == (1, 1)


def test_only_the_clerk_who_prepared_it_may_complete_it(city: City, code: UUID) -> None:
    at = timezone.now()
    for stranger in (city.principal.id, uuid4()):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            prepare_pdf_seal(lookup_uuid=code, actor=stranger, at=at)
    ready = prepare_pdf_seal(lookup_uuid=code, actor=city.clerk_id, at=at)
    good = {"token": ready.token, "signature": sign(city, ready.digest), "actor": city.clerk_id}
    late = at + PDF_TOKEN_LIFETIME + timedelta(seconds=1)
    for change, refusal in (
        ({"token": "x"}, "signing.token_unknown"),
        ({"actor": city.principal.id}, "access.denied"),
        ({"at": late}, "signing.token_expired"),
        ({"signature": b"\0" * 256}, "signing.invalid_signature"),
    ):
        with pytest.raises(HocbaError, match=refusal):
            complete_pdf_seal(**({"lookup_uuid": code, "at": at} | good | change))
    assert not SealedPdf.objects.exists()


def test_of_two_made_at_once_the_first_is_kept_and_stays(code: UUID) -> None:
    with pytest.raises(HocbaError, match=r"ledger\.not_issued"):
        ask(uuid4())
    row = IssuedTranscript.objects.get(lookup_uuid=code)
    kept = [
        _keep_sealed(row, data, "ab" * 32, actor=None, at=timezone.now())
        for data in (b"%PDF first", b"%PDF second", b"%PDF first")
    ]
    assert kept == [b"%PDF first"] * 3
    assert SealedPdf.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        SealedPdf.objects.update(lookup_uuid=uuid4())


def test_the_portal_hands_it_out_and_judges_it(client: Client, key_here: UUID) -> None:
    document = blob_store().get(IssuedTranscript.objects.get(lookup_uuid=key_here).document_sha256)
    born = from_xml(document).student.birth_date.strftime("%d/%m/%Y")
    form = {"code": str(key_here), "birth_date": born, "kind": "pdf"}
    pdf = client.post("/xac-minh/tai-ve/", form).content
    assert pdf == sealed_pdf(lookup_uuid=key_here)
    file = SimpleUploadedFile("hoc-ba.pdf", pdf)
    page = client.post("/xac-minh/", {"cach": "tep", "document": file}).content.decode()
    assert "verdict--hop_le" in page
    assert "Con dấu trên các trang PDF" in page
