"""Making look-ups findable: for versions of before, and after the secret changed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.blobs import blob_store
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.lookup_keys import current_key_id, lookup_keys
from hocba.apps.ledger.models import IssuedTranscript, LookupKey

_CHUNK = 200


def index_lookups(*, actor: UUID | None, at: datetime) -> int:
    """Write the lookup keys that are missing under today's secret; return how many are new.

    Keys of secrets before stay until `SECRET_KEY_FALLBACKS` drops them; they then match nothing.

    Raises:
        HocbaError: "blob.*".
    """
    known = LookupKey.objects.filter(lookup_uuid=OuterRef("lookup_uuid"), key_id=current_key_id())
    missing = IssuedTranscript.objects.filter(~Exists(known)).order_by("lookup_uuid")
    written, after = 0, UUID(int=0)
    while chunk := list(missing.filter(lookup_uuid__gt=after)[:_CHUNK]):
        after = chunk[-1].lookup_uuid
        documents = {row.lookup_uuid: blob_store().get(row.document_sha256) for row in chunk}
        written += _write(documents, actor=actor, at=at)
    return written


@transaction.atomic
def _write(documents: dict[UUID, bytes], *, actor: UUID | None, at: datetime) -> int:
    keys = LookupKey.objects.bulk_create(list(lookup_keys(documents)), ignore_conflicts=True)
    if keys:
        record_event(
            school_id=CITY_WIDE,
            school_year=school_year_of(at),
            action="ledger.lookups_indexed",
            object_type="lookup_keys",
            object_id=str(keys[0].lookup_uuid),
            before=None,
            after={"count": len(keys)},
            actor=actor,
            at=at,
        )
    return len(keys)
