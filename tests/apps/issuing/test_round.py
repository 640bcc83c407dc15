"""The signing round: whose turn, whose key, which bytes; and issue of nothing but the verified."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from hocba.adapters.software_signer import SoftwareSigner
from hocba.apps.accounts.models import Person
from hocba.apps.audit.models import AuditEvent
from hocba.apps.blobs import blob_store
from hocba.apps.issuing.actions import (
    complete_signatures,
    compose_class,
    issue_sealed,
    prepare_sheet,
    prepare_signatures,
)
from hocba.apps.issuing.actions.sign import Signed
from hocba.apps.issuing.models import Draft, Slot
from hocba.apps.issuing.queries import waiting_slots
from hocba.apps.ledger.models import IssuedTranscript
from hocba.apps.ledger.queries import bundles, issued_of_school, trust
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import read_bundle
from hocba.core.verification import VerdictWord, verify_bundle
from hocba.web.demo import road
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE, look, quiet_report

Walk = Callable[[str], UUID]


def first_slot(city: City) -> tuple[UUID, str]:
    teacher = city.teachers[0]
    return waiting_slots(school_id=city.school_id, signer_id=teacher.citizen_id or "")[0]


def prepared(city: City) -> Signed:
    """Prepare the first teacher's first slot and sign it with that teacher's key."""
    teacher = city.teachers[0]
    look(city, teacher.id)
    ready, _ = prepare_signatures(
        school_id=city.school_id, slots=[first_slot(city)], actor=teacher.id, at=timezone.now()
    )
    signer = SoftwareSigner.load(
        city.key_file(teacher.citizen_id or ""), city.key_password, demo=True
    )
    (value,) = signer.sign_digests((ready[0].digest,))
    return Signed(ready[0].draft_id, ready[0].slot_key, ready[0].token, value)


def complete(city: City, item: Signed, **changes: object) -> str:
    """Complete one item and return its refusal, "" when done."""
    outcomes = complete_signatures(
        school_id=city.school_id,
        items=[item],
        actor=changes.get("actor", city.teachers[0].id),
        at=changes.get("at", timezone.now()),
    )
    return outcomes[0].refusal


def test_composing_opens_a_slot_for_every_teacher_and_no_other_yet(city: City, walk: Walk) -> None:
    walk("composed")
    roles = Counter(Slot.objects.filter(school_id=city.school_id).values_list("role", flat=True))
    assert roles == {
        "GVBM": CLASS_SIZE * 12,
        "GVCN": CLASS_SIZE,
        "CBQL": CLASS_SIZE,
        "KY_PHAT_HANH": CLASS_SIZE,
    }
    assert waiting_slots(school_id=city.school_id, signer_id=city.homeroom.citizen_id) == []
    assert (
        len(waiting_slots(school_id=city.school_id, signer_id=city.teachers[0].citizen_id))
        == CLASS_SIZE
    )


def test_composing_again_composes_nothing_twice(city: City, walk: Walk) -> None:
    class_id = walk("composed")
    again = compose_class(class_id=class_id, actor=city.clerk_id, at=timezone.now())
    assert not again.drafts
    assert Draft.objects.filter(school_id=city.school_id).count() == CLASS_SIZE


def test_a_teacher_signs_the_own_slot(city: City, walk: Walk) -> None:
    walk("composed")
    item = prepared(city)
    assert complete(city, item) == ""
    slot = Slot.objects.get(school_id=city.school_id, draft_id=item.draft_id, key=item.slot_key)
    assert slot.state == "signed"
    assert complete(city, item) == "", "repeating changes nothing and says done"
    draft = Draft.objects.get(school_id=city.school_id, id=item.draft_id)
    assert draft.version == 2


def sign_sheet(city: City, person: Person, signer_id: str) -> set[bytes]:
    """Sign all that waits for a person with one sheet, and return the digests that were signed."""
    look(city, person.id)
    ready, refused = prepare_sheet(
        school_id=city.school_id,
        slots=waiting_slots(school_id=city.school_id, signer_id=signer_id),
        actor=person.id,
        at=timezone.now(),
    )
    assert refused == []
    digests = {item.digest for item in ready}
    signer = SoftwareSigner.load(city.key_file(signer_id), city.key_password, demo=True)
    (value,) = signer.sign_digests(tuple(digests))
    outcomes = complete_signatures(
        school_id=city.school_id,
        items=[Signed(one.draft_id, one.slot_key, one.token, value) for one in ready],
        actor=person.id,
        at=timezone.now(),
    )
    assert {one.refusal for one in outcomes} == {""}
    return digests


def test_a_teacher_signs_the_class_with_one_signature(city: City, walk: Walk) -> None:
    class_id = walk("composed")
    for person in (*city.teachers, city.homeroom):
        assert len(sign_sheet(city, person, person.citizen_id or "")) == 1
    report = quiet_report()
    road.sign(city, class_id, report)  # the principal and the seal sign each document
    road.release(city, class_id, report)
    verdicts = [
        verify_bundle(bundle=read_bundle(data), trust=trust(), at=timezone.now()).word
        for data in bundles(
            issued_of_school(school_id=city.school_id, school_year=city.school_year)
        )
    ]
    assert verdicts == [VerdictWord.VALID] * CLASS_SIZE


def test_a_sheet_leaves_out_what_cannot_be_signed_now(city: City, walk: Walk) -> None:
    walk("composed")
    signed = prepared(city)
    assert complete(city, signed) == ""
    teacher = city.teachers[0]
    waiting = waiting_slots(school_id=city.school_id, signer_id=teacher.citizen_id or "")
    ready, refused = prepare_sheet(
        school_id=city.school_id,
        slots=[*waiting, (signed.draft_id, signed.slot_key)],
        actor=teacher.id,
        at=timezone.now(),
    )
    assert (len(ready), len(refused)) == (CLASS_SIZE - 1, 1)


def test_the_principal_signs_no_sheet(city: City, walk: Walk) -> None:
    class_id = walk("composed")
    for person in (*city.teachers, city.homeroom):
        sign_sheet(city, person, person.citizen_id or "")
    assert class_id
    look(city, city.principal.id)
    with pytest.raises(HocbaError, match=r"sheet\.not_allowed"):
        prepare_sheet(
            school_id=city.school_id,
            slots=waiting_slots(
                school_id=city.school_id, signer_id=city.principal.citizen_id or ""
            ),
            actor=city.principal.id,
            at=timezone.now(),
        )


def test_nobody_signs_for_somebody_else(city: City, walk: Walk) -> None:
    walk("composed")
    _, refused = prepare_signatures(
        school_id=city.school_id,
        slots=[first_slot(city)],
        actor=city.principal.id,
        at=timezone.now(),
    )
    assert [one.refusal for one in refused] == ["issuing.not_the_signer"]


def test_the_principal_waits_for_those_before(city: City, walk: Walk) -> None:
    walk("composed")
    draft = Draft.objects.filter(school_id=city.school_id).first()
    _, refused = prepare_signatures(
        school_id=city.school_id,
        slots=[(draft.id, "CBQL")],
        actor=city.principal.id,
        at=timezone.now(),
    )
    assert [one.refusal for one in refused] == ["signing.order_not_reached"]


def test_a_strange_token_or_a_late_signature_is_refused(city: City, walk: Walk) -> None:
    walk("composed")
    item = prepared(city)
    strange = Signed(item.draft_id, item.slot_key, "x" * 32, item.signature)
    assert complete(city, strange) == "signing.token_unknown"
    late = timezone.now() + timedelta(hours=1)
    assert complete(city, item, at=late) == "signing.token_expired"
    assert complete(city, item, actor=city.principal.id) == "access.denied"


def test_a_wrong_signature_is_never_kept(city: City, walk: Walk) -> None:
    walk("composed")
    item = prepared(city)
    forged = Signed(item.draft_id, item.slot_key, item.token, bytes(256))
    assert complete(city, forged) == "signing.invalid_signature"
    draft = Draft.objects.get(school_id=city.school_id, id=item.draft_id)
    assert draft.version == 1
    assert b"<GVBM" not in blob_store().get(draft.document_sha256)


def test_issue_puts_every_sealed_draft_into_the_log_once(city: City, walk: Walk) -> None:
    class_id = walk("issued")
    again = issue_sealed(
        school_id=city.school_id, class_id=class_id, actor=city.clerk_id, at=timezone.now()
    )
    assert not again.positions
    assert IssuedTranscript.objects.count() == CLASS_SIZE
    assert not Draft.objects.filter(school_id=city.school_id).exclude(state="issued").exists()
    events = AuditEvent.objects.filter(school_id=city.school_id, action="ledger.transcript_issued")
    assert events.count() == CLASS_SIZE


def test_only_the_clerk_composes_and_issues(city: City, walk: Walk) -> None:
    class_id = walk("accepted")
    for person in (city.principal, city.homeroom, city.teachers[0]):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            compose_class(class_id=class_id, actor=person.id, at=timezone.now())
        with pytest.raises(HocbaError, match=r"access\.denied"):
            issue_sealed(
                school_id=city.school_id, class_id=class_id, actor=person.id, at=timezone.now()
            )


def test_a_draft_whose_bytes_were_doctored_is_not_issued(city: City, walk: Walk) -> None:
    class_id = walk("sealed")
    draft = Draft.objects.filter(school_id=city.school_id).first()
    document = blob_store().get(draft.document_sha256)
    doctored = blob_store().put(document.replace(b"Nam<", b"Nu<", 1).replace(b"7.3<", b"9.3<", 1))
    Draft.objects.filter(school_id=city.school_id, id=draft.id).update(document_sha256=doctored)
    released = issue_sealed(
        school_id=city.school_id, class_id=class_id, actor=city.clerk_id, at=timezone.now()
    )
    assert draft.id in released.refused
    assert len(released.positions) == CLASS_SIZE - 1
