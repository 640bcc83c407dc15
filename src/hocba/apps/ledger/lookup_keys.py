"""The keyed digest of lookup code and birth date, with today's secret or those before it."""

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from hocba.apps.ledger.models import LookupKey
from hocba.core.errors import HocbaError
from hocba.core.transcript.canonical import from_xml

_SALT, _KEY_SALT = "hocba.lookup", "hocba.lookup.key"


def lookup_keys(documents: Mapping[UUID, bytes]) -> Iterator[LookupKey]:
    """Yield the row of each document by its lookup code; a document without a date has none."""
    for lookup_uuid, document in documents.items():
        try:
            born = from_xml(document).student.birth_date
        except HocbaError:
            continue
        digest = _digest(settings.SECRET_KEY, lookup_uuid, born)
        yield LookupKey(digest=digest, lookup_uuid=lookup_uuid, key_id=current_key_id())


def digests(*, code: UUID, birth_date: date) -> list[str]:
    """Return the digests under which such a transcript may stand: one for every living secret."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [_digest(secret, code, birth_date) for secret in secrets]


def current_key_id() -> str:
    """Name today's secret without telling it."""
    return salted_hmac(_KEY_SALT, "", algorithm="sha256").hexdigest()[:16]


def _digest(secret: str | bytes, code: UUID, born: date) -> str:
    value = f"{code}|{born.isoformat()}"
    return salted_hmac(_SALT, value, secret=secret, algorithm="sha256").hexdigest()
