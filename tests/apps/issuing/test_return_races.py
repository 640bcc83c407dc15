"""F16: giving back against signing at the same instant: one order, the loser told why."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from hocba.apps.blobs import blob_store
from hocba.apps.issuing.actions import complete_signatures, return_transcripts
from hocba.apps.issuing.actions.sign import Outcome, Signed
from hocba.apps.issuing.models import Draft, TranscriptReturn
from hocba.core.errors import HocbaError
from hocba.web.demo import road
from hocba.web.demo.city import City
from tests.apps.city import WORKBOOK, quiet_report
from tests.apps.issuing.signing import (
    SMALL,
    begin,
    drafts,
    look_and_sign,
    open_all,
    prepare,
    signed_with_key,
    slot,
    small_class,
)
from tests.apps.issuing.test_recall_races import city
from tests.apps.races import at_once, database_of_files

__all__ = ["city", "database_of_files"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def prepared(city: City) -> list[Signed]:
    """Homeroom signatures over a small class, made and not yet handed in; committed."""
    class_id = small_class(city, road.import_class(city, WORKBOOK, quiet_report()))
    for teacher in city.teachers:
        assert look_and_sign(city, teacher, class_id) == []
    open_all(city, city.homeroom, begin(city, city.homeroom, class_id))
    ready, refused = prepare(city, city.homeroom, [(one.id, "GVCN") for one in drafts(city)])
    assert refused == []
    return signed_with_key(city, city.homeroom, ready)


def test_a_return_and_a_signature_at_once_have_one_order(
    city: City, prepared: list[Signed]
) -> None:
    assert len(prepared) == SMALL
    for item in prepared:
        told = at_once(sign(city, item), give_back(city, item.draft_id))
        draft = Draft.objects.get(school_id=city.school_id, id=item.draft_id)
        is_signed = slot(draft, "GVCN").state == "signed"
        document = blob_store().get(draft.document_sha256)
        assert (b"<GVCN " in document) is is_signed, "bytes and state tell the same"
        assert told[1] == "done", "who signs later may give back before and after"
        assert draft.state == "withdrawn"
        assert told[0] in ("done", "issuing.returned", "issuing.changed_meanwhile")
        assert (told[0] == "done") is is_signed
        if told[0] != "done":  # told why when it is tried again
            assert outcome(city, item) == "issuing.returned"
        rows = TranscriptReturn.objects.filter(school_id=city.school_id, draft_id=draft.id)
        assert rows.count() == 1


def sign(city: City, item: Signed) -> Callable[[], None]:
    def act() -> None:
        refusal = outcome(city, item)
        if refusal:
            raise HocbaError(refusal)

    return act


def outcome(city: City, item: Signed) -> str:
    (one,) = complete_signatures(
        school_id=city.school_id,
        items=[item],
        actor=city.homeroom.pk,
        at=timezone.now() + timedelta(seconds=1),
    )
    return one.refusal


def give_back(city: City, draft_id: UUID) -> Callable[[], None]:
    def act() -> None:
        (one,) = return_transcripts(
            school_id=city.school_id,
            draft_ids=[draft_id],
            to_signer=city.homeroom.citizen_id or "",
            reason="Nhận xét chưa đúng em này",
            actor=city.principal.pk,
            at=timezone.now(),
        )
        assert isinstance(one, Outcome)
        if one.refusal:
            raise HocbaError(one.refusal)

    return act
