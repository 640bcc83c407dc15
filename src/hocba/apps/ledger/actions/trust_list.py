"""Publishing the trust list: whom verifiers believe, from when to when."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from hocba.adapters.durable import write_durably
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.certificates.queries import approved_seals
from hocba.apps.held_keys import log_keys, portal_key
from hocba.apps.leaf import school_year_of
from hocba.core.registry.checkpoint import vkey
from hocba.core.signing.algorithms import published_retirements
from hocba.core.signing.retirement import RetiredAlgorithm
from hocba.core.signing.trust import (
    ApprovedSeal,
    AuthoritySpan,
    PortalKey,
    TrustStore,
    dump_trust,
    load_trust,
)


def publish_trust(
    *,
    anchors: Sequence[bytes],
    intermediates: Sequence[bytes],
    crls: Sequence[bytes],
    authorities: Sequence[AuthoritySpan] = (),
    retired: Sequence[RetiredAlgorithm] = (),
    actor: UUID | None,
    at: datetime,
) -> None:
    """Write the trust list: roots, issuers, CRLs, approved seals, the log's keys and witnesses.

    `authorities` says from when to when roots and issuers are trusted, `retired` which algorithms
    ended beyond those of `core/signing/algorithms.toml`.

    The file is replaced at once; the same content again changes nothing. Keys with which the log
    was signed before stay in the list: bundles made in their time are checked by them.
    So do the portal's, each with the day on which another took its place.

    Raises:
        HocbaError: "ledger.no_log_key", "token.*", "trust.unreadable" (what is published now),
            "storage.*".
    """
    path = Path(settings.HOCBA_TRUST_FILE)
    before = path.read_bytes() if path.exists() else b""
    keys = [vkey(settings.HOCBA_LOG_ORIGIN, key.public_key) for key in log_keys()]
    published = load_trust(before) if before else None
    earlier = published.log_keys if published else ()
    data = dump_trust(
        TrustStore(
            anchors=tuple(anchors),
            intermediates=tuple(intermediates),
            crls=tuple(crls),
            seals=_seals(),
            log_keys=(*keys, *(one for one in earlier if one not in keys)),
            authorities=tuple(authorities),
            retired=(*published_retirements(), *retired),
            witnesses=tuple(key for key, _url in settings.HOCBA_WITNESSES),
            witness_quorum=settings.HOCBA_WITNESS_QUORUM,
            portal_keys=_portal_keys(published.portal_keys if published else (), at),
        )
    )
    if before == data:
        return
    # The event first, so that no list comes to be without one; cut in between, the next call mends.
    _record(path.name, before, data, actor=actor, at=at)
    write_durably(path, data, below=path.parent)


@transaction.atomic
def _record(name: str, before: bytes, data: bytes, *, actor: UUID | None, at: datetime) -> None:
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action="ledger.trust_published",
        object_type="trust",
        object_id=name,
        before={"sha256": hashlib.sha256(before).hexdigest()} if before else None,
        after={"sha256": hashlib.sha256(data).hexdigest()},
        actor=actor,
        at=at,
    )


def _seals() -> tuple[ApprovedSeal, ...]:
    return tuple(
        ApprovedSeal(
            school_code=row.school_code,
            certificate_sha256=row.certificate_sha256,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in approved_seals()
    )


def _portal_keys(earlier: tuple[PortalKey, ...], at: datetime) -> tuple[PortalKey, ...]:
    """The keys that were, ended where the present one is another, and the present one."""
    signer = portal_key()
    public_key = b"" if signer is None else signer.public_key
    if not public_key or any(
        one.public_key == public_key and one.valid_to is None for one in earlier
    ):
        return earlier
    # What is signed bears whole seconds: none of the last one may fall out.
    since = at.replace(microsecond=0)
    until = since + timedelta(seconds=1)
    ended = (replace(one, valid_to=until) if one.valid_to is None else one for one in earlier)
    return (*ended, PortalKey(settings.HOCBA_LOG_ORIGIN, public_key, since, None))
