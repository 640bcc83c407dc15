"""Signing with the demo's keys, which lie on the server and have no legal value: the demo only."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from hocba.adapters.software_signer import SoftwareSigner
from hocba.apps.issuing.actions.sign import (
    Outcome,
    Signed,
    complete_signatures,
    prepare_sheet,
    prepare_signatures,
)
from hocba.apps.issuing.desk import SigningAs


def load_demo_key(*, signer_id: str) -> SoftwareSigner:
    """Return the demo's key of a person or a seal.

    Raises:
        HocbaError: "signing.software_signer_forbidden" outside the demo,
            "signing.key_file_unreadable".
    """
    return SoftwareSigner.load(
        Path(settings.HOCBA_DATA_DIR) / "demo-pki" / f"{signer_id}.p12",
        settings.HOCBA_DEMO_KEY_PASSWORD,
        demo=settings.HOCBA_DEMO,
    )


def sign_with_demo_key(
    *,
    signer: SigningAs,
    slots: Sequence[tuple[UUID, str]],
    sheet: bool,
    actor: UUID,
    at: datetime,
) -> list[Outcome]:
    """Prepare, sign and complete in one go; one outcome per slot.

    It never signs a digest that somebody hands in: only what this server has prepared itself.

    Raises:
        HocbaError: "signing.software_signer_forbidden" outside the demo,
            "signing.key_file_unreadable", and those of `prepare_sheet`.
    """
    key = load_demo_key(signer_id=signer.signer_id)
    prepare = prepare_sheet if sheet else prepare_signatures
    ready, refused = prepare(school_id=signer.school_id, slots=slots, actor=actor, at=at)
    digests = tuple(dict.fromkeys(one.digest for one in ready))
    values = dict(zip(digests, key.sign_digests(digests), strict=True))
    done = complete_signatures(
        school_id=signer.school_id,
        items=[Signed(one.draft_id, one.slot_key, one.token, values[one.digest]) for one in ready],
        actor=actor,
        at=at,
    )
    return [*done, *refused]
