"""Having our checkpoints cosigned, and cosigning others' (C2SP tlog-witness).

Nothing is signed and nobody is asked inside a transaction.
"""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from hocba.adapters.witness_client import WitnessClient
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.held_keys import witness_key
from hocba.apps.kill_points import reached
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.checkpoints import newest_checkpoint, newest_note
from hocba.apps.ledger.models import WitnessCosignature, WitnessedCheckpoint, WitnessedLog
from hocba.apps.ledger.tree import log_tree, tile_store
from hocba.core.errors import HocbaError
from hocba.core.registry.checkpoint import Checkpoint, note_body, public_key_of
from hocba.core.registry.witness import (
    AddCheckpoint,
    Cosignature,
    WitnessAnswer,
    cosign,
    decide,
    with_cosignatures,
)
from hocba.core.signing.keys import ed25519_verify


def ask_witnesses(*, actor: UUID | None, at: datetime) -> dict[str, str]:
    """Submit the newest checkpoint to the witnesses that have not cosigned it.

    Returns the names of those who did not cosign, each with the code of the reason. The checkpoint
    file is put anew with what came.
    """
    row, problems = newest_checkpoint(), {}
    if row is None:
        return {}
    tree = log_tree(size=row.size)
    for vkey, url in settings.HOCBA_WITNESSES:
        of_witness = WitnessCosignature.objects.filter(witness=vkey)
        last = of_witness.order_by("-size").first()
        if last is not None and last.size >= row.size:
            continue
        client = WitnessClient(vkey, url, settings.HOCBA_FETCH_SECONDS)
        try:
            signed = client.add_checkpoint(
                note=row.note,
                size=row.size,
                old_size=0 if last is None else last.size,
                proof=tree.consistency,
                verify=ed25519_verify,
            )
        except HocbaError as refusal:
            if not _overtaken(refusal):
                problems[client.name] = refusal.code
            continue
        reached("witness.signed")
        _keep(row.size, vkey, signed, actor=actor, at=at)
        reached("witness.kept")
    tile_store().put_checkpoint(newest_note)
    return problems


def _overtaken(refusal: HocbaError) -> bool:
    """Whether the witness only knows what another sweep of ours published meanwhile."""
    newest = newest_checkpoint()
    ahead = refusal.code == "witness.ahead" and newest is not None
    return ahead and newest is not None and newest.size >= int(str(refusal.params["size"]))


def _keep(size: int, vkey: str, signed: Cosignature, *, actor: UUID | None, at: datetime) -> None:
    try:
        with transaction.atomic():
            WitnessCosignature.objects.create(size=size, witness=vkey, line=signed.line, at=at)
            record_event(
                school_id=CITY_WIDE,
                school_year=school_year_of(at),
                action="ledger.checkpoint_cosigned",
                object_type="checkpoint",
                object_id=str(size),
                before=None,
                after={"witness": signed.name, "cosigned_at": signed.at.isoformat()},
                actor=actor,
                at=at,
            )
    except IntegrityError:  # another sweep asked as well; its line stands
        if not WitnessCosignature.objects.filter(size=size, witness=vkey).exists():
            raise


@transaction.atomic
def add_witnessed_log(*, origin: str, vkey: str, actor: UUID | None, at: datetime) -> None:
    """Become a witness of a log, or believe one more key of it; the same again changes nothing.

    Raises:
        HocbaError: "witness.vkey" when it is no Ed25519 key of a log.
    """
    if public_key_of(vkey) is None or not origin.strip() or "\n" in origin:
        raise HocbaError("witness.vkey")
    if WitnessedLog.objects.filter(vkey=vkey).exists():
        return
    WitnessedLog.objects.create(
        origin=origin, origin_sha256=sha256(origin.encode()).hexdigest(), vkey=vkey, at=at
    )
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action="ledger.witnessed_log_added",
        object_type="witnessed_log",
        object_id=origin[:64],
        before=None,
        after={"vkey": vkey},
        actor=actor,
        at=at,
    )


def cosign_checkpoint(
    *, request: AddCheckpoint, actor: UUID | None, at: datetime
) -> tuple[WitnessAnswer, str]:
    """Answer a log that asks us as its witness; return the answer and, for 200, our line.

    What is cosigned is kept before it is told; of two requests at once only one can follow the
    checkpoint before, the other learns the size that we know by then (409).

    Raises:
        HocbaError: "ledger.no_log_key", "token.*".
    """
    keys = list(WitnessedLog.objects.filter(origin=request.origin).values_list("vkey", flat=True))
    answer = decide(
        request=request, keys=keys or None, known=_known(request.origin), verify=ed25519_verify
    )
    key, head = witness_key(), answer.checkpoint
    if head is None or key is None:
        return (answer, "") if key else (WitnessAnswer(404), "")
    line = cosign(
        checkpoint_body=note_body(head),
        key_name=settings.HOCBA_WITNESS_NAME,
        public_key=key.public_key,
        sign=key.sign,
        at=at,
    )
    note = with_cosignatures(note=answer.note, lines=[line])
    if head.size > request.old_size and not _keep_witnessed(
        head, note, after=request.old_size, actor=actor, at=at
    ):
        known = _known(head.origin)
        return WitnessAnswer(409, known_size=0 if known is None else known.size), ""
    return answer, line


def _known(origin: str) -> Checkpoint | None:
    row = WitnessedCheckpoint.objects.filter(origin=origin).order_by("-size").first()
    return None if row is None else Checkpoint(origin, row.size, bytes(row.root))


def _keep_witnessed(
    head: Checkpoint, note: str, *, after: int, actor: UUID | None, at: datetime
) -> bool:
    """Keep what we cosign, unless something else follows the checkpoint before."""
    try:
        with transaction.atomic():
            WitnessedCheckpoint.objects.create(
                origin=head.origin,
                after_size=after,
                size=head.size,
                root=head.root,
                note=note,
                at=at,
            )
            record_event(
                school_id=CITY_WIDE,
                school_year=school_year_of(at),
                action="ledger.other_log_cosigned",
                object_type="witnessed_log",
                object_id=head.origin[:64],
                before={"size": after},
                after={"size": head.size, "root": head.root.hex()},
                actor=actor,
                at=at,
            )
    except IntegrityError:
        return False
    return True
