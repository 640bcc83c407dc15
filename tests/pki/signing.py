"""The good transcript, signed by the people of the test PKI and stamped by its clock."""

from collections.abc import Mapping
from datetime import timedelta

from hocba.adapters.timestamping import HttpTimeStamper
from hocba.core.signing.plan import plan_for, slots_of
from hocba.core.signing.rounds import add_stamp, complete, prepare, stamp_digest
from hocba.core.signing.verdict import SlotRole
from hocba.core.transcript.canonical import to_xml
from tests.core.transcript.conftest import HOMEROOM, IDENTITY, PRINCIPAL
from tests.core.verification.issued import TEACHERS, compose
from tests.pki import Pki

STAMPED = (SlotRole.PRINCIPAL, SlotRole.SEAL)
HOLDERS = {
    TEACHERS[0].citizen_id: "teacher-1",
    TEACHERS[1].citizen_id: "teacher-2",
    HOMEROOM.citizen_id: "homeroom",
    PRINCIPAL.citizen_id: "principal",
    IDENTITY.school.code: "seal",
}


def signed(
    pki: Pki,
    *,
    until: str = "",
    holders: Mapping[str, str] | None = None,
    tsa: str = "tsa",
    late: timedelta = timedelta(),
) -> bytes:
    """Sign every slot a minute after the other, and stamp those that the plan stamps.

    `holders` gives other certificates by slot key, `until` stops before a slot, an empty `tsa`
    stamps nothing, `late` is how long after the signature its stamp is made.
    """
    transcript = compose()
    document = to_xml(transcript)
    plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
    pki.reset()
    for slot in slots_of(plan=plan, transcript=transcript):
        if slot.key == until:
            break
        pki.now += timedelta(minutes=1)
        signer = pki.signer((holders or {}).get(slot.key, HOLDERS[slot.signer_id]))
        asked = prepare(document=document, slot=slot, certificate=signer.certificate, at=pki.now)
        (value,) = signer.sign_digests((asked.digest,))
        document = complete(document=document, prepared=asked, signature=value)
        if tsa and slot.role in STAMPED:
            before, pki.now = pki.now, pki.now + late
            clock = HttpTimeStamper(pki.tsa(tsa), pki.fetcher())
            token = clock.stamp(stamp_digest(document=document, slot_key=slot.key))
            document = add_stamp(document=document, slot_key=slot.key, token=token)
            pki.now = before + late
    return document
