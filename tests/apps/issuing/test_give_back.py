"""A later signer gives a transcript back: withdrawn, corrected, composed anew, signed afresh."""

import json
from collections.abc import Callable
from uuid import UUID

import pytest
from django.utils import timezone

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.models import AuditEvent
from hocba.apps.blobs import blob_store
from hocba.apps.gradebook.models import Lock
from hocba.apps.issuing.actions import (
    answer_return,
    complete_signatures,
    compose_class,
    return_transcripts,
)
from hocba.apps.issuing.actions.sign import Outcome
from hocba.apps.issuing.models import Draft, SigningSession, TranscriptReturn
from hocba.apps.issuing.returns import earlier_signers, returns_for
from hocba.core.errors import HocbaError
from hocba.web.demo.city import City
from tests.apps.issuing.signing import (
    SMALL,
    begin,
    delegate,
    deputy,
    drafts,
    look_and_sign,
    open_all,
    prepare,
    sign,
    signed_with_key,
    small_class,
    waiting,
)

Walk = Callable[[str], UUID]
REASON = "Điểm giữa kì II của em chưa khớp bài kiểm tra"


@pytest.fixture
def class_id(city: City, walk: Walk) -> UUID:
    """Class 9A1, signed by all its subject teachers."""
    found = small_class(city, walk("accepted"))
    for teacher in city.teachers:
        assert look_and_sign(city, teacher, found) == []
    return found


def give_back(
    city: City, person: Person, chosen: list[Draft], to: Person, reason: str = REASON
) -> list[Outcome]:
    return return_transcripts(
        school_id=city.school_id,
        draft_ids=[one.id for one in chosen],
        to_signer=to.citizen_id or "",
        reason=reason,
        actor=person.pk,
        at=timezone.now(),
    )


def locked(draft: Draft) -> bool:
    locks = Lock.objects.filter(
        school_id=draft.school_id,
        school_year=draft.school_year,
        enrolment_id=draft.enrolment_id,
        lifted_at__isnull=True,
    )
    return locks.exists()


def returns(city: City) -> list[TranscriptReturn]:
    return list(TranscriptReturn.objects.filter(school_id=city.school_id).order_by("id"))


def test_a_returned_transcript_is_withdrawn_as_it_was_and_open_to_correct(
    city: City, class_id: UUID
) -> None:
    chosen, teacher = drafts(city)[:2], city.teachers[0]
    for _ in range(2):  # the second time nothing changes
        outcomes = give_back(city, city.homeroom, chosen, teacher)
        assert [one.refusal for one in outcomes] == ["", ""]
    for before in chosen:
        draft = Draft.objects.get(school_id=city.school_id, id=before.id)
        assert (draft.state, draft.document_sha256, draft.version) == (
            "withdrawn",
            before.document_sha256,
            before.version,
        )
        assert b"<GVBM " in blob_store().get(draft.document_sha256)
        assert not locked(draft)
    assert all(locked(draft) for draft in drafts(city))
    (first, second) = returns(city)
    assert (first.reason, first.signer_id, first.returner_name, first.state) == (
        REASON,
        teacher.citizen_id,
        city.homeroom.full_name,
        "open",
    )
    assert first.subjects
    assert second.draft_id == chosen[1].id
    events = AuditEvent.objects.filter(school_id=city.school_id, action="issuing.draft_returned")
    assert [event.reason for event in events] == [REASON] * 2
    viewer = viewer_of(person_id=teacher.pk, at=timezone.now())
    assert [line.mine for line in returns_for(viewer=viewer, at=timezone.now())] == [True, True]


def test_the_rest_of_the_class_goes_on(city: City, class_id: UUID) -> None:
    chosen = drafts(city)[:1]
    session_id = begin(city, city.homeroom, class_id)
    open_all(city, city.homeroom, session_id)
    slots = waiting(city, city.homeroom)
    give_back(city, city.homeroom, chosen, city.teachers[0])
    assert sign(city, city.homeroom, slots) == ["issuing.returned"]
    assert len(waiting(city, city.principal)) == SMALL - 1


def test_it_is_composed_anew_when_it_was_answered_and_shown_as_returned(
    city: City, class_id: UUID
) -> None:
    chosen, teacher = drafts(city)[:1], city.teachers[0]
    open_all(city, city.homeroom, begin(city, city.homeroom, class_id))
    give_back(city, city.homeroom, chosen, teacher)
    waits = compose_class(class_id=class_id, actor=city.clerk_id, at=timezone.now())
    assert not waits.drafts
    (finding,) = waits.left_out[chosen[0].enrolment_id]
    assert (finding.code, finding.found) == ("issuing.return_open", teacher.full_name)
    row = returns(city)[0]
    said = {"school_id": city.school_id, "return_id": row.id, "at": timezone.now()}
    for actor, answer, code in (
        (city.homeroom, "Đã sửa", "access.denied"),
        (teacher, " ", "issuing.return_answer"),
    ):
        with pytest.raises(HocbaError, check=lambda error, code=code: error.code == code):
            answer_return(answer=answer, actor=actor.pk, **said)
    for _ in range(2):
        answer_return(answer="Đã xem lại, điểm đúng", actor=teacher.pk, **said)
    new = compose_class(class_id=class_id, actor=city.clerk_id, at=timezone.now()).drafts
    (draft_id,) = new.values()
    assert locked(Draft.objects.get(school_id=city.school_id, id=draft_id))
    (row,) = returns(city)
    assert (row.state, row.new_draft_id) == ("closed", draft_id)
    assert look_and_sign(city, teacher, class_id) == []
    newest = SigningSession.objects.filter(school_id=city.school_id, person_id=teacher.pk)
    (page,) = json.loads(newest.latest("opened_at").shown)["pages"]
    assert page["must_open"] == ["returned"]
    for other in city.teachers[1:]:
        assert look_and_sign(city, other, class_id) == []
    assert look_and_sign(city, city.homeroom, class_id) == []
    assert len(waiting(city, city.principal)) == SMALL


def test_only_a_later_signer_in_office_returns_and_only_to_an_earlier_one(
    city: City, class_id: UUID
) -> None:
    chosen, (first, second) = drafts(city)[:1], city.teachers[:2]
    for who, to in (
        (first, second),
        (city.homeroom, city.homeroom),
        (city.homeroom, city.principal),
        (deputy(), first),
    ):
        (outcome,) = give_back(city, who, chosen, to)
        assert outcome.refusal == "issuing.not_a_later_signer"
    with pytest.raises(HocbaError, match=r"issuing\.return_reason"):
        give_back(city, city.homeroom, chosen, first, "  ")
    assert returns(city) == []
    delegate(city)
    (outcome,) = give_back(city, deputy(), chosen, city.homeroom)
    assert (outcome.refusal, returns(city)[0].returner_role) == ("", "CBQL")
    (outcome,) = give_back(city, city.principal, chosen, first)
    assert outcome.refusal == "issuing.returned", "somebody else was first"


def test_a_signature_prepared_before_the_return_is_not_embedded(city: City, class_id: UUID) -> None:
    open_all(city, city.homeroom, begin(city, city.homeroom, class_id))
    chosen = drafts(city)[:1]
    ready, _ = prepare(city, city.homeroom, [(chosen[0].id, "GVCN")])
    items = signed_with_key(city, city.homeroom, ready)
    give_back(city, city.principal, chosen, city.homeroom)
    (outcome,) = complete_signatures(
        school_id=city.school_id, items=items, actor=city.homeroom.pk, at=timezone.now()
    )
    assert outcome.refusal == "issuing.returned"
    draft = Draft.objects.get(school_id=city.school_id, id=chosen[0].id)
    assert draft.document_sha256 == chosen[0].document_sha256


def test_who_may_be_given_it_back_is_who_signs_before(city: City, class_id: UUID) -> None:
    ids = {one.id for one in drafts(city)}
    found = earlier_signers(school_id=city.school_id, draft_ids=ids, order=3)
    assert found[0].signer_id == city.homeroom.citizen_id
    assert len(found) == 1 + len(city.teachers)
    assert {one.drafts for one in found} == {SMALL}
