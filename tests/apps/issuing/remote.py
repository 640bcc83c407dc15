"""What the tests of remote signing share: a service with the city's keys, and what must be true."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from hocba.adapters.remote_signing.simulator import Simulator
from hocba.adapters.software_signer import SoftwareSigner
from hocba.apps.audit.models import AuditEvent
from hocba.apps.blobs import blob_store
from hocba.apps.issuing.actions.remote import Begun, begin_remote_signing
from hocba.apps.issuing.models import Draft, RemoteItem, RemoteSession, Slot
from hocba.apps.issuing.queries import waiting_slots
from hocba.web.demo.city import City
from tests.apps.city import look

SENT = 3  # documents of one session in these tests
KINDS = ("csc", "smartca", "mysign")
_SECRETS = {
    "csc": 'client_id = "hocba"\nclient_secret = "bi-mat"',
    "smartca": 'sp_id = "hocba"\nsp_password = "bi-mat"',
    "mysign": 'client_id = "hocba"\nclient_secret = "bi-mat"\nprofile_id = "p"',
}


def keys_in(folder: Path, password: str = "demo") -> object:
    """Return what finds the key of an account in a folder of PKCS#12 files."""

    def holder(account: str) -> SoftwareSigner:
        if not (folder / f"{account}.p12").exists():
            raise LookupError(account)
        return SoftwareSigner.load(folder / f"{account}.p12", password, demo=True)

    return holder


def write_services(path: Path, url: str) -> None:
    """Write the file of services: the simulator under each of its three languages."""
    path.write_text(
        "\n".join(f'[{kind}]\nkind = "{kind}"\nurl = "{url}"\n{_SECRETS[kind]}\n' for kind in KINDS)
    )


def begin(
    city: City,
    simulator_kind: str,
    *,
    at: datetime,
    mode: str = "document",
    teacher: int = 0,
    request_id: UUID | None = None,
) -> Begun:
    """Send the first slots that wait for a teacher."""
    person = city.teachers[teacher]
    look(city, person.id)
    waiting = waiting_slots(school_id=city.school_id, signer_id=person.citizen_id or "")
    return begin_remote_signing(
        school_id=city.school_id,
        provider=simulator_kind,
        slots=waiting[:SENT],
        mode=mode,
        request_id=request_id or uuid4(),
        actor=person.id,
        at=at,
    )


def signed_slots(school_id: UUID, signer_id: str) -> int:
    """How many slots of a signer are signed."""
    return Slot.objects.filter(school_id=school_id, signer_id=signer_id, state="signed").count()


def broken_promises(school_id: UUID, simulators: Iterable[Simulator] = ()) -> list[str]:
    """What must be true at every instant, whatever failed; empty when it is."""
    broken = []
    slots = list(Slot.objects.filter(school_id=school_id))
    for draft in Draft.objects.filter(school_id=school_id):
        document = blob_store().get(draft.document_sha256)
        for slot in (one for one in slots if one.draft_id == draft.id):
            times = document.count(f' Id="ky-{slot.key}"'.encode())
            if times != (slot.state == "signed"):
                broken.append(f"{slot.key}: {slot.state}, {times} signatures")
    by_slot = {(slot.draft_id, slot.key): slot.state for slot in slots}
    for item in RemoteItem.objects.filter(school_id=school_id):
        if item.state == "signed" and by_slot[item.draft_id, item.slot_key] != "signed":
            broken.append(f"{item.slot_key}: told signed, is not")
        if item.state == "waiting" and by_slot[item.draft_id, item.slot_key] == "signed":
            broken.append(f"{item.slot_key}: signed, told waiting")
        if item.state == "signed" and simulators:
            digest = bytes.fromhex(item.digest)
            if not any(one.signed[digest] for one in simulators):
                broken.append(f"{item.slot_key}: signed by nobody")
    embedded = AuditEvent.objects.filter(
        school_id=school_id, action="issuing.signature_embedded"
    ).values_list("object_id", flat=True)
    if len(embedded) != len(set(embedded)):
        broken.append("a slot was embedded twice")
    open_items = RemoteItem.objects.filter(school_id=school_id, state="waiting")
    over = RemoteSession.objects.filter(school_id=school_id, ended_at__isnull=False)
    left = set(open_items.values_list("session_id", flat=True))
    if left & set(over.values_list("id", flat=True)):
        broken.append("a session ended with open items")
    return broken
