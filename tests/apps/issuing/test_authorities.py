"""Authorities that are down, lie or revoke while a class is signed (RELIABILITY F8, F9, F10)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from hocba.adapters.software_signer import SoftwareSigner
from hocba.adapters.software_signer.demo_pki import revoked_list
from hocba.apps.accounts.models import Person
from hocba.apps.issuing.actions import (
    complete_signatures,
    issue_sealed,
    prepare_signatures,
    stamp_waiting,
)
from hocba.apps.issuing.actions.release import Released
from hocba.apps.issuing.actions.sign import Signed
from hocba.apps.issuing.models import Draft, Slot
from hocba.apps.issuing.queries import waiting_slots
from hocba.apps.ledger.actions import publish_checkpoint, publish_trust
from hocba.apps.ledger.queries import bundles, issued_of_school, trust
from hocba.core.registry.bundle import read_bundle
from hocba.core.signing.trust import TrustStore
from hocba.core.verification import VerdictWord, verify_bundle
from hocba.web.demo import road
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE, look, quiet_report
from tests.pki import pki

Walk = Callable[[str], Any]
NOBODY = "127.0.0.1:9"


def clock(settings: Any, url: str = "", *, city: City | None = None) -> None:
    """Use an authority at an address, or the demo's own."""
    settings.HOCBA_TIMESTAMP_URL = url
    settings.HOCBA_FETCH_HOSTS = frozenset({url.split("/")[2]} if url else ())
    settings.HOCBA_DEMO_TIMESTAMP_KEY = city.keys / "time-stamping.p12" if city else None


def issue(city: City, class_id: Any, at: datetime | None = None) -> Released:
    """The clerk issues."""
    return issue_sealed(
        school_id=city.school_id,
        class_id=class_id,
        actor=city.clerk_id,
        at=at or timezone.now(),
    )


def publish(city: City, *, crls: tuple[bytes, ...], more: TrustStore | None = None) -> None:
    """A new trust list with these lists."""
    known = trust()
    publish_trust(
        anchors=(*known.anchors, *(more.anchors if more else ())),
        intermediates=known.intermediates,
        crls=crls,
        actor=None,
        at=timezone.now(),
    )


def stamps(city: City, role: str) -> list[datetime | None]:
    """When the signatures of a role were stamped."""
    slots = Slot.objects.filter(school_id=city.school_id, role=role, state="signed")
    return [*slots.values_list("stamped_at", flat=True)]


@pytest.mark.slow
def test_a_clock_that_is_down_defers_stamps_and_pauses_the_issue(
    city: City, walk: Walk, settings: Any
) -> None:
    clock(settings, f"http://{NOBODY}/")
    class_id = walk("composed")
    road.sign(city, class_id, quiet_report())
    assert stamps(city, "CBQL") == [None] * CLASS_SIZE, "the principal could sign"
    assert stamps(city, "KY_PHAT_HANH") == [], "the seal must cover the principal's stamp"
    clock(settings, city=city)
    assert stamp_waiting(school_id=city.school_id, actor=None, at=timezone.now()) == {}
    clock(settings, f"http://{NOBODY}/")
    road.sign(city, class_id, quiet_report())
    assert stamps(city, "KY_PHAT_HANH") == [None] * CLASS_SIZE
    paused = issue(city, class_id)
    assert paused.positions == {}
    assert set(paused.refused.values()) == {("fetch.failed",)}
    clock(settings, city=city)
    assert len(issue(city, class_id).positions) == CLASS_SIZE
    publish_checkpoint(actor=None, at=timezone.now())
    rows = issued_of_school(school_id=city.school_id, school_year=city.school_year)
    verdict = verify_bundle(
        bundle=read_bundle(next(bundles(rows))), trust=trust(), at=timezone.now()
    )
    proven = {one.slot: one.proven_time for one in verdict.signatures}
    assert verdict.word is VerdictWord.VALID
    assert proven["CBQL"]
    assert proven["KY_PHAT_HANH"]


@pytest.mark.slow
def test_a_wrong_stamp_is_never_stored(city: City, walk: Walk, settings: Any) -> None:
    clock(settings, f"http://{NOBODY}/")
    road.sign(city, walk("composed"), quiet_report())
    held = dict(Draft.objects.filter(school_id=city.school_id).values_list("id", "document_sha256"))

    def refused(tsa: str) -> set[str]:
        clock(settings, pki().tsa(tsa))
        waiting = stamp_waiting(school_id=city.school_id, actor=None, at=timezone.now())
        return set(waiting.values())

    pki().reset()
    pki().now = timezone.now()
    assert refused("tsa") == {"timestamp.not_trusted"}, "of another root"
    root_list = pki().fetcher().get(f"{pki().url}/city/crls/root/latest.crl")
    publish(city, crls=(*trust().crls, root_list), more=pki().trust())
    assert refused("tsa-expired") == {"timestamp.not_trusted"}
    pki().now += timedelta(hours=1)
    assert refused("tsa") == {"timestamp.clocks_differ"}
    pki().reset()
    after = dict(
        Draft.objects.filter(school_id=city.school_id).values_list("id", "document_sha256")
    )
    assert after == held
    assert stamps(city, "CBQL") == [None] * CLASS_SIZE


@pytest.mark.slow
def test_without_a_fresh_list_nothing_is_issued(city: City, walk: Walk, settings: Any) -> None:
    """F9: whose status nobody tells is not issued, with the reason; nothing is lost by it."""
    class_id = walk("sealed")
    lists = trust().crls
    publish(city, crls=())
    paused = issue(city, class_id)
    assert paused.positions == {}
    assert {code for codes in paused.refused.values() for code in codes} == {
        "certificate.status_unknown"
    }
    assert not Draft.objects.filter(school_id=city.school_id).exclude(state="sealed").exists()
    publish(city, crls=lists)
    assert len(issue(city, class_id).positions) == CLASS_SIZE


def sign(city: City, person: Person, count: int, at: datetime, *, signer_id: str = "") -> list[str]:
    """Let somebody sign the first waiting slots; return the refusals."""
    holder = signer_id or person.citizen_id or ""
    if not signer_id:
        look(city, person.id)
    slots = waiting_slots(school_id=city.school_id, signer_id=holder)[:count]
    ready, refused = prepare_signatures(
        school_id=city.school_id, slots=slots, actor=person.id, at=at
    )
    signer = SoftwareSigner.load(city.key_file(holder), city.key_password, demo=True)
    values = signer.sign_digests(tuple(one.digest for one in ready))
    done = complete_signatures(
        school_id=city.school_id,
        items=[
            Signed(one.draft_id, one.slot_key, one.token, value)
            for one, value in zip(ready, values, strict=True)
        ],
        actor=person.id,
        at=at,
    )
    return [one.refusal for one in (*done, *refused)]


@pytest.mark.slow
def test_a_certificate_revoked_in_the_middle_spoils_what_came_later_only(
    city: City, walk: Walk
) -> None:
    class_id, start = walk("composed"), timezone.now()
    for person in (*city.teachers, city.homeroom):
        sign(city, person, 1000, start)
    revoked, late = start + timedelta(minutes=2), start + timedelta(minutes=4)
    assert sign(city, city.principal, 3, start + timedelta(minutes=1)) == [""] * 3
    assert sign(city, city.principal, 1, late) == [""], "nobody knows of it yet"
    crl = revoked_list(
        folder=city.keys,
        holder=city.principal.citizen_id or "",
        since=revoked,
        span=(late, late + timedelta(days=7)),
    )
    root_list = (city.keys / "root.crl").read_bytes()
    publish(city, crls=(root_list, crl))
    refused = sign(city, city.principal, 1000, late + timedelta(minutes=1))
    assert refused == ["signing.certificate_ended"] * (CLASS_SIZE - 4)
    clerk = Person.objects.get(id=city.clerk_id)
    at = late + timedelta(minutes=2)
    assert sign(city, clerk, 1000, at, signer_id=city.school_code) == [""] * 4
    released = issue(city, class_id, at)
    assert len(released.positions) == 3
    assert list(released.refused.values()) == [("certificate.revoked",)]
    publish_checkpoint(actor=None, at=at)
    rows = issued_of_school(school_id=city.school_id, school_year=city.school_year)
    # Whether RSA-2048 still proves anything in twenty years is the archive's question.
    alone = replace(trust(), crls=(), intermediates=(), retired=())
    for data in bundles(rows):
        bundle = read_bundle(data)
        assert crl in bundle.crls
        verdict = verify_bundle(bundle=bundle, trust=alone, at=at + timedelta(days=7000))
        assert verdict.word is VerdictWord.VALID, "the evidence travels with it"
