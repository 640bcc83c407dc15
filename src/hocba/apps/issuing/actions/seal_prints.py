"""Sealing printed copies, several at a time: each is the ledger's own act and fails alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.apps.issuing.demo_keys import load_demo_key
from hocba.apps.issuing.desk import SigningAs
from hocba.apps.ledger.actions import PdfToSeal, complete_pdf_seal, prepare_pdf_seal
from hocba.apps.ledger.queries import pdfs_sealed
from hocba.core.errors import HocbaError


@dataclass(frozen=True, slots=True)
class PrintOutcome:
    """How sealing one PDF ended: `refusal` is a code, "" when the seal is on it."""

    lookup_uuid: UUID
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class SignedPrint:
    """What the seal's token gave for one prepared PDF."""

    lookup_uuid: UUID
    token: str
    signature: bytes


def prepare_prints(
    *, signer: SigningAs, codes: Sequence[UUID], actor: UUID, at: datetime
) -> tuple[list[PdfToSeal], list[PrintOutcome]]:
    """Prepare PDFs for the seal; what is sealed already is told, not prepared again."""
    done = pdfs_sealed(school_id=signer.school_id, lookup_uuids=codes)
    ready: list[PdfToSeal] = []

    def prepare(code: UUID) -> None:
        ready.append(prepare_pdf_seal(lookup_uuid=code, actor=actor, at=at))

    refused = [_outcome(code, prepare) for code in codes if code not in done]
    told = [PrintOutcome(code) for code in codes if code in done]
    return ready, [*told, *(one for one in refused if one.refusal)]


def complete_prints(
    *, signer: SigningAs, items: Sequence[SignedPrint], actor: UUID, at: datetime
) -> list[PrintOutcome]:
    """Put the seal into prepared PDFs and keep them; repeating changes nothing."""
    done = pdfs_sealed(
        school_id=signer.school_id, lookup_uuids=[item.lookup_uuid for item in items]
    )
    by_code = {item.lookup_uuid: item for item in items}

    def complete(code: UUID) -> None:
        if code not in done:
            complete_pdf_seal(
                lookup_uuid=code,
                token=by_code[code].token,
                signature=by_code[code].signature,
                actor=actor,
                at=at,
            )

    return [_outcome(code, complete) for code in by_code]


def seal_prints_with_demo_key(
    *, signer: SigningAs, codes: Sequence[UUID], actor: UUID, at: datetime
) -> list[PrintOutcome]:
    """Prepare, sign and complete in one go with the demo's key of the seal.

    Raises:
        HocbaError: "signing.software_signer_forbidden" outside the demo,
            "signing.key_file_unreadable".
    """
    key = load_demo_key(signer_id=signer.signer_id)
    ready, outcomes = prepare_prints(signer=signer, codes=codes, actor=actor, at=at)
    values = key.sign_digests(tuple(one.digest for one in ready))
    items = [
        SignedPrint(one.lookup_uuid, one.token, value)
        for one, value in zip(ready, values, strict=True)
    ]
    return [*complete_prints(signer=signer, items=items, actor=actor, at=at), *outcomes]


def _outcome(code: UUID, act: Callable[[UUID], None]) -> PrintOutcome:
    try:
        act(code)
    except HocbaError as refusal:
        return PrintOutcome(code, refusal.code)
    return PrintOutcome(code)
