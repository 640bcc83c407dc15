"""The portal signs for paper: one claim a version, for ever, by a key that verifiers know."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from hocba.adapters.software_signer.demo_pki import write_portal_key
from hocba.apps.audit.models import AuditEvent
from hocba.apps.ledger.actions import claim, claim_for_paper, publish_trust
from hocba.apps.ledger.models import IssuedTranscript, PaperClaim
from hocba.apps.ledger.queries import bundle_of, status_list, trust
from hocba.core.errors import HocbaError
from hocba.core.offline import open_list, verify_claim
from hocba.core.registry.bundle import read_bundle
from hocba.core.transcript.canonical import from_xml
from hocba.web.demo.city import City

Walk = Callable[[str], UUID]


def a_code() -> UUID:
    """The lookup code of one issued version."""
    row = IssuedTranscript.objects.order_by("lookup_uuid").first()
    assert row is not None
    return row.lookup_uuid


def printed(code: UUID) -> str:
    return claim_for_paper(lookup_uuid=code, actor=None, at=timezone.now())


def publish_again() -> None:
    known = trust()
    publish_trust(
        anchors=known.anchors,
        intermediates=known.intermediates,
        crls=known.crls,
        actor=None,
        at=timezone.now(),
    )


def test_every_print_carries_the_same_claim(city: City, walk: Walk) -> None:
    walk("issued")
    code = a_code()
    first = printed(code)
    assert printed(code) == first
    events = AuditEvent.objects.filter(school_id=city.school_id, action="ledger.claim_signed")
    assert events.count() == 1
    at = timezone.now()
    listed = open_list(data=status_list(), trust=trust(), at=at)
    verdict = verify_claim(text=first, trust=trust(), listed=listed, at=at)
    assert verdict.word.value == "hop_le"
    bundle = read_bundle(bundle_of(lookup_uuid=code) or b"")
    transcript = from_xml(bundle.document)
    assert verdict.claim is not None
    assert verdict.claim.index == bundle.entries[0].index
    assert verdict.claim.full_name == transcript.student.full_name


def test_of_two_made_at_once_the_first_is_kept_and_stays(walk: Walk) -> None:
    walk("issued")
    row = IssuedTranscript.objects.get(lookup_uuid=a_code())
    kept = [
        claim._keep(row, signed, actor=None, at=timezone.now()).signed
        for signed in (b"first", b"second", b"first")
    ]
    assert [bytes(one) for one in kept] == [b"first"] * 3
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperClaim.objects.update(signed=b"other")


def test_without_a_key_there_is_no_claim_and_nothing_is_kept(walk: Walk, data_dir: Path) -> None:
    walk("issued")
    (data_dir / "portal-key.pem").unlink()
    assert printed(a_code()) == ""
    assert not PaperClaim.objects.exists()
    with pytest.raises(HocbaError, match=r"ledger\.not_issued"):
        printed(uuid4())


def test_a_new_key_must_be_published_first_and_the_old_one_stays(
    walk: Walk, data_dir: Path
) -> None:
    walk("issued")
    codes = list(IssuedTranscript.objects.values_list("lookup_uuid", flat=True)[:2])
    old = printed(codes[0])
    write_portal_key(data_dir / "portal-key.pem")
    with pytest.raises(HocbaError, match=r"ledger\.portal_key_unknown"):
        printed(codes[1])
    publish_again()
    publish_again()
    first, second = trust().portal_keys
    assert first.valid_to == second.valid_from + timedelta(seconds=1)
    assert second.valid_to is None
    later = timezone.now() + timedelta(days=300)
    for text in (old, printed(codes[0]), printed(codes[1])):
        verdict = verify_claim(text=text, trust=trust(), listed=None, at=later)
        assert verdict.genuine.answer.value == "passed"


def test_a_city_without_a_portals_key_publishes_as_before(city: City, data_dir: Path) -> None:
    (data_dir / "portal-key.pem").unlink()
    (data_dir / "trust.json").unlink()
    publish_trust(anchors=(), intermediates=(), crls=(), actor=None, at=timezone.now())
    assert trust().portal_keys == ()
