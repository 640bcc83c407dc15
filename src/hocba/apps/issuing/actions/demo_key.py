"""Signing with the demo's keys, which lie on the server and have no legal value: the demo only."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hocba.apps.issuing.actions.sign import (
    Outcome,
    Signed,
    complete_signatures,
    prepare_sheet,
    prepare_signatures,
)
from hocba.apps.issuing.demo_keys import load_demo_key
from hocba.apps.issuing.desk import SigningAs


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
    key = load_demo_key(signer_id=signer.holder_id)
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
