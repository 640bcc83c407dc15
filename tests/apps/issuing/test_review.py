"""Before bulk signing: what is shown is kept, what was not looked at is not signed."""

import json
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from hocba.apps.accounts.queries import person_by_username
from hocba.apps.audit.models import AuditEvent
from hocba.apps.blobs import blob_store
from hocba.apps.gradebook.models import Mark
from hocba.apps.issuing.actions import note_outcomes, open_page, open_signing_session
from hocba.apps.issuing.actions.sign import Outcome
from hocba.apps.issuing.desk import OWN
from hocba.apps.issuing.models import SessionItem, SigningSession, Slot
from hocba.apps.issuing.queries import pages_to_open
from hocba.apps.roster.models import TeachingAssignment
from hocba.core.errors import HocbaError
from hocba.core.signing.review import ReviewRule, review_rule
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE
from tests.apps.issuing.signing import begin, drafts, look_and_sign, open_all, sign, waiting

Walk = Callable[[str], UUID]


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


def test_nothing_is_signed_before_it_was_looked_at_and_opened(city: City, walk: Walk) -> None:
    class_id, teacher = walk("composed"), city.teachers[0]
    slots = waiting(city, teacher)
    assert set(sign(city, teacher, slots)) == {"issuing.not_reviewed"}
    session_id = begin(city, teacher, class_id)
    must = len(pages_to_open(school_id=city.school_id, session_id=session_id))
    assert must == review_rule().sample_per_class
    open_all(city, teacher, session_id, most=must - 1)
    assert set(sign(city, teacher, slots)) == {"issuing.pages_unopened"}
    assert open_all(city, teacher, session_id) == 1
    assert sign(city, teacher, slots) == []
    signed = Slot.objects.filter(school_id=city.school_id, state="signed")
    assert set(signed.values_list("session_id", flat=True)) == {session_id}


def test_what_was_shown_is_kept_with_its_digest_and_never_changes(city: City, walk: Walk) -> None:
    class_id, teacher = walk("composed"), city.teachers[0]
    session_id = begin(city, teacher, class_id)
    row = SigningSession.objects.get(school_id=city.school_id, id=session_id)
    assert row.shown_sha256 == sha256(row.shown.encode()).hexdigest()
    assert (row.person_id, row.signer_id, row.kind) == (teacher.pk, teacher.citizen_id, OWN)
    shown = json.loads(row.shown)
    stored = {str(one.id): one for one in drafts(city)}
    assert {page["draft"] for page in shown["pages"]} == set(stored)
    for page in shown["pages"]:
        draft = stored[page["draft"]]
        assert (page["version"], page["document_sha256"]) == (1, draft.document_sha256)
    (figures,) = shown["classes"]
    assert (figures["students"], figures["subjects"], figures["without_transcript"]) == (
        CLASS_SIZE,
        1,
        0,
    )
    (bands,) = figures["spread"].values()
    assert sum(bands.values()) == CLASS_SIZE
    for student in ("full_name", "student_code"):  # figures and identifiers, no names
        assert student not in row.shown
    for change in ({"shown": "{}"}, {"signer_id": "1"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            SigningSession.objects.filter(school_id=city.school_id, id=session_id).update(**change)
    events = AuditEvent.objects.filter(school_id=city.school_id, action="issuing.session_opened")
    assert events.get(object_id=str(session_id)).after["shown_sha256"] == row.shown_sha256


def test_the_same_request_is_the_same_session_and_nobody_elses(city: City, walk: Walk) -> None:
    class_id, teacher = walk("composed"), city.teachers[0]
    asked = {
        "school_id": city.school_id,
        "session_id": uuid4(),
        "kind": OWN,
        "class_ids": [class_id],
        "at": timezone.now(),
    }
    for _ in range(2):
        open_signing_session(**asked, actor=teacher.pk)
    assert SigningSession.objects.filter(school_id=city.school_id).count() == 1
    with refused("access.denied"):
        open_signing_session(**asked, actor=city.teachers[1].pk)
    other = {"school_id": city.school_id, "session_id": asked["session_id"], "at": timezone.now()}
    with refused("issuing.session_unknown"):
        open_page(draft_id=drafts(city)[0].id, actor=city.teachers[1].pk, **other)
    with refused("issuing.session_unknown"):
        note_outcomes(outcomes=[], actor=city.teachers[1].pk, **other)
    with refused("issuing.nothing_waits"):
        begin(city, city.homeroom, class_id)
    it_officer, stranger = (person_by_username(username=one) for one in ("cntt", "hieutruong2"))
    assert it_officer
    assert stranger
    with refused("issuing.nothing_waits"):
        begin(city, it_officer, class_id)
    with refused("access.denied"):
        begin(city, stranger, class_id)


def test_the_sample_is_the_same_for_the_same_signer(city: City, walk: Walk) -> None:
    class_id, (first, second) = walk("composed"), city.teachers[:2]

    def sample(person: object) -> list[UUID]:
        return pages_to_open(school_id=city.school_id, session_id=begin(city, person, class_id))

    assert sample(first) == sample(first)
    assert len(sample(second)) == review_rule().sample_per_class


def test_a_mark_changed_at_night_must_be_looked_at(city: City, walk: Walk) -> None:
    class_id = walk("composed")
    mark = Mark.objects.filter(school_id=city.school_id, tenths__isnull=False).first()
    assert mark
    night = timezone.now().replace(hour=17, minute=5)  # after midnight in Hà Nội
    Mark.objects.create(
        **{
            field.attname: getattr(mark, field.attname)
            for field in mark._meta.concrete_fields
            if field.attname not in ("id", "version", "tenths", "written_at", "remark_level")
        },
        id=uuid4(),
        version=mark.version + 1,
        tenths=81,
        remark_level="",
        written_at=night,
    )
    for person in city.teachers:
        page = _why(city, begin(city, person, class_id), mark.enrolment_id)
        own = person.pk == _teacher_of(city, mark.subject_key)
        assert ("signal" in page) is own, "whose subject it is, and nobody else"


def _teacher_of(city: City, subject_key: str) -> UUID:
    return TeachingAssignment.objects.get(
        class_group__school_id=city.school_id, subject_key=subject_key
    ).teacher_id


def _why(city: City, session_id: UUID, enrolment_id: UUID) -> list[str]:
    row = SigningSession.objects.get(school_id=city.school_id, id=session_id)
    (draft,) = [one for one in drafts(city) if one.enrolment_id == enrolment_id]
    pages = json.loads(row.shown)["pages"]
    return next(page["must_open"] for page in pages if page["draft"] == str(draft.id))


def test_a_version_that_was_not_shown_is_refused(city: City, walk: Walk) -> None:
    class_id = walk("composed")
    for teacher in city.teachers:
        assert look_and_sign(city, teacher, class_id) == []
    session_id = begin(city, city.homeroom, class_id)
    open_all(city, city.homeroom, session_id)
    draft = drafts(city)[0]
    item = SessionItem.objects.filter(school_id=city.school_id, session_id=session_id)
    item.filter(draft_id=draft.id).update(covered_sha256="0" * 64)  # as if it had been another
    slots = waiting(city, city.homeroom)
    assert sign(city, city.homeroom, slots) == ["issuing.review_outdated"]
    assert b"<GVCN " not in blob_store().get(drafts(city)[0].document_sha256)
    assert look_and_sign(city, city.homeroom, class_id) == []


def test_refusals_are_kept_and_cleared(city: City, walk: Walk) -> None:
    class_id, teacher = walk("composed"), city.teachers[0]
    session_id, (draft_id, key) = begin(city, teacher, class_id), waiting(city, teacher)[0]
    for code in ("signing.invalid_signature", ""):
        note_outcomes(
            school_id=city.school_id,
            session_id=session_id,
            outcomes=[Outcome(draft_id, key, code)],
            actor=teacher.pk,
            at=timezone.now(),
        )
        item = SessionItem.objects.get(
            school_id=city.school_id, session_id=session_id, draft_id=draft_id
        )
        assert item.refusal == code


def test_the_rule_is_data() -> None:
    rule = review_rule()
    assert rule == ReviewRule(
        "xem-truoc/1", 2, frozenset({"changed", "returned", "signal", "missing"})
    )
