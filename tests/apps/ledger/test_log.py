"""The public log: append-only, provable, one entry per issued transcript."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from hocba.apps.ledger.actions import IssueRequest, issue, publish_checkpoint
from hocba.apps.ledger.models import Checkpoint, IssuedTranscript, LogEntry, LogHead
from hocba.apps.ledger.queries import bundle_of, entries_page, trust
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import read_bundle
from hocba.core.verification import VerdictWord, verify_bundle
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE

Walk = Callable[[str], UUID]


def request_for(document: bytes, lookup_uuid: UUID | None = None) -> IssueRequest:
    return IssueRequest(
        school_id=uuid4(),
        school_year="2024-2025",
        enrolment_id=uuid4(),
        lookup_uuid=lookup_uuid or uuid4(),
        school_code="01006501",
        document=document,
        certificates=(),
    )


def test_positions_have_no_gap_and_no_double(city: City) -> None:
    at = timezone.now()
    first = issue(requests=[request_for(b"a"), request_for(b"b")], actor=city.clerk_id, at=at)
    second = issue(requests=[request_for(b"c")], actor=city.clerk_id, at=at)
    assert (first, second) == ([0, 1], [2])
    assert LogHead.objects.get().size == LogEntry.objects.count() == 3


def test_the_same_document_again_keeps_its_position(city: City) -> None:
    request = request_for(b"a")
    at = timezone.now()
    assert issue(requests=[request], actor=city.clerk_id, at=at) == [0]
    assert issue(requests=[request], actor=city.clerk_id, at=at) == [0]
    assert LogEntry.objects.count() == 1


def test_other_bytes_under_a_used_lookup_code_are_refused(city: City) -> None:
    request = request_for(b"a")
    issue(requests=[request], actor=city.clerk_id, at=timezone.now())
    with pytest.raises(HocbaError, match=r"ledger\.lookup_code_used"):
        issue(
            requests=[request_for(b"b", request.lookup_uuid)],
            actor=city.clerk_id,
            at=timezone.now(),
        )


@pytest.mark.parametrize("model", [LogEntry, Checkpoint, IssuedTranscript])
def test_nobody_rewrites_the_log(city: City, model: type) -> None:
    issue(requests=[request_for(b"a")], actor=city.clerk_id, at=timezone.now())
    publish_checkpoint(actor=None, at=timezone.now())
    field = {LogEntry: "version", Checkpoint: "note", IssuedTranscript: "school_year"}[model]
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**{field: "2"})
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all()._raw_delete(model.objects.db)


def test_publishing_twice_gives_the_same_checkpoint(city: City) -> None:
    issue(requests=[request_for(b"a")], actor=city.clerk_id, at=timezone.now())
    note = publish_checkpoint(actor=None, at=timezone.now())
    assert publish_checkpoint(actor=None, at=timezone.now()) == note
    assert Checkpoint.objects.count() == 1


def test_a_bundle_proves_itself(city: City, walk: Walk) -> None:
    walk("issued")
    row = IssuedTranscript.objects.first()
    bundle = read_bundle(bundle_of(lookup_uuid=row.lookup_uuid))
    verdict = verify_bundle(bundle=bundle, trust=trust(), at=timezone.now())
    assert verdict.word is VerdictWord.VALID
    assert verdict.log_position.tree_size == CLASS_SIZE
    assert len(verdict.signatures) == 15


def test_the_public_page_of_entries_tells_nothing_personal(city: City, walk: Walk) -> None:
    walk("issued")
    page = entries_page(after=1, limit=3)
    assert [entry.index for entry in page] == [2, 3, 4]
    assert "Đoàn" not in repr(page)
    assert str(IssuedTranscript.objects.first().lookup_uuid) not in repr(page)
