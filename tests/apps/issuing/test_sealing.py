"""`manage seal_class`: a class sealed by a key in a real token, also when the token fails."""

import io
from collections.abc import Callable
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12
from django.core.management import CommandError, call_command
from django.utils import timezone

from hocba.adapters.pkcs11_signer import Pkcs11Signer
from hocba.apps.audit.models import AuditEvent
from hocba.apps.issuing.actions import issue_sealed, seal_waiting
from hocba.apps.issuing.models import Slot
from hocba.apps.issuing.queries import waiting_slots
from hocba.apps.ledger.actions import publish_checkpoint, publish_trust
from hocba.apps.ledger.queries import bundles, issued_of_school, trust
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import read_bundle
from hocba.core.verification import VerdictWord, verify_bundle
from hocba.web.demo import road
from hocba.web.demo.city import City
from tests.adapters.pkcs11.softhsm import SoftHsm, hsm
from tests.apps.city import CLASS_SIZE, quiet_report

__all__ = ["hsm"]
Walk = Callable[[str], UUID]
TOKEN = "con-dau"


class Elsewhere:
    """A signer in a token to which something happens before its third signature."""

    def __init__(self, signer: Pkcs11Signer, fault: Callable[[], object]) -> None:
        self.certificate, self._signer, self._fault = signer.certificate, signer, fault
        self.calls = 0

    def sign_digests(self, digests: tuple[bytes, ...]) -> tuple[bytes, ...]:
        self.calls += 1
        if self.calls == 3:
            self._fault()
        return self._signer.sign_digests(digests)


@pytest.fixture
def seal(city: City, hsm: SoftHsm, settings: object) -> str:
    """The school's seal in the token, and the setting that says where; returns its label."""
    label = f"seal-{city.school_code}"
    if not hsm.has_token(TOKEN):
        hsm.add_token(TOKEN)
        hsm.make_ed25519(TOKEN, "log")
        # This HSM holds keys alone: the certificate is the one that was approved.
        key, _, _ = pkcs12.load_key_and_certificates(
            city.key_file(city.school_code).read_bytes(), city.key_password.encode()
        )
        hsm.put_key(TOKEN, label, key, b"\x01")
    settings.HOCBA_SEAL_PKCS11 = hsm.uri(TOKEN, "seal-@").replace("%40", "{school}")
    return label


@pytest.fixture
def class_id(city: City, walk: Walk, seal: str) -> UUID:
    """A class whose transcripts wait for the seal alone."""
    found = walk("composed")
    people = [*city.teachers, city.homeroom, city.principal]
    for person in people:
        signer_id = person.citizen_id or ""
        slots = waiting_slots(school_id=city.school_id, signer_id=signer_id)
        with quiet_report().step("ký") as step:
            road._sign_all(city, found, person.id, signer_id, slots, step)
    assert len(waiting(city)) == CLASS_SIZE
    return found


def waiting(city: City) -> list[tuple[UUID, str]]:
    """What waits for the seal."""
    return waiting_slots(school_id=city.school_id, signer_id=city.school_code)


def run(city: City, *classes: str, clerk: str = "vanthu") -> str:
    """Run the command and return what it says."""
    said = io.StringIO()
    arguments = (clerk, city.school_code, city.school_year, *classes)
    call_command("seal_class", *arguments, stdout=said, stderr=said)
    return said.getvalue()


@pytest.mark.slow
def test_a_class_is_sealed_and_issued_with_both_keys_in_the_token(
    city: City, class_id: UUID, hsm: SoftHsm, settings: object
) -> None:
    said = run(city)
    assert said.count("đã đóng dấu\n") == CLASS_SIZE
    assert f"đã đóng dấu {CLASS_SIZE}, chưa đóng 0" in said
    embedded = AuditEvent.objects.filter(
        school_id=city.school_id, action="issuing.signature_embedded", actor_id=city.clerk_id
    )
    assert embedded.count() == CLASS_SIZE
    assert "đã đóng dấu 0, chưa đóng 0" in run(city, "9A1"), "nothing is sealed twice"
    settings.HOCBA_LOG_KEY_PKCS11 = hsm.uri(TOKEN, "log")
    old = trust()
    publish_trust(
        anchors=old.anchors,
        intermediates=old.intermediates,
        crls=old.crls,
        actor=None,
        at=timezone.now(),
    )
    assert len(trust().log_keys) == 2, "what the file's key signed is still checked by it"
    at = timezone.now()
    issue_sealed(school_id=city.school_id, class_id=class_id, actor=city.clerk_id, at=at)
    publish_checkpoint(actor=None, at=timezone.now())
    rows = issued_of_school(school_id=city.school_id, school_year=city.school_year)
    words = [
        verify_bundle(bundle=read_bundle(one), trust=trust(), at=timezone.now()).word
        for one in bundles(rows)
    ]
    assert words == [VerdictWord.VALID] * CLASS_SIZE


def test_what_the_command_refuses(
    city: City, walk: Walk, seal: str, hsm: SoftHsm, settings: object
) -> None:
    walk("accepted")
    for clerk, name, told in (
        ("hieutruong", "9A1", "không có quyền"),
        ("vanthu2", "9A1", "không có quyền"),
        ("khong-co", "9A1", "Không có tài khoản"),
        ("vanthu", "9Z9", "Không có lớp 9Z9"),
    ):
        with pytest.raises(CommandError, match=told):
            run(city, name, clerk=clerk)
    settings.HOCBA_SEAL_PKCS11 = hsm.uri(TOKEN, seal, pin="sai-roi")
    for _ in range(2):
        with pytest.raises(CommandError, match="PIN của token không đúng"):
            run(city, "9A1")
    settings.HOCBA_SEAL_PKCS11 = ""
    with pytest.raises(CommandError, match="HOCBA_SEAL_PKCS11"):
        run(city, "9A1")


@pytest.mark.slow
def test_a_token_pulled_mid_batch_stops_it_between_two_documents(
    city: City, class_id: UUID, hsm: SoftHsm, seal: str
) -> None:
    from hocba.apps.certificates.queries import approved_seal_of_school

    held = approved_seal_of_school(unit_id=city.school_id, at=timezone.now())
    assert held is not None
    with Pkcs11Signer(hsm.address(TOKEN, seal), certificate=bytes(held.der)) as signer:
        broken = Elsewhere(signer, hsm.pull)
        try:
            sealed = seal_waiting(
                school_id=city.school_id,
                class_id=class_id,
                signer=broken,
                actor=city.clerk_id,
                at=timezone.now(),
            )
        finally:
            hsm.plug_in()
    assert broken.calls == 3, "after the fault the token is not asked again"
    assert (len(sealed.done), len(sealed.not_done)) == (2, CLASS_SIZE - 2)
    assert {one.refusal for one in sealed.not_done} == {sealed.stopped} == {"token.missing"}
    states = dict(
        Slot.objects.filter(school_id=city.school_id, role="KY_PHAT_HANH").values_list(
            "draft_id", "state"
        )
    )
    assert {states[one.draft_id] for one in sealed.done} == {"signed"}
    assert {states[one.draft_id] for one in sealed.not_done} == {"prepared"}
    assert f"đã đóng dấu {CLASS_SIZE - 2}, chưa đóng 0" in run(city), "the rest, once it is back"


def test_a_log_key_that_is_not_in_the_token_publishes_nothing(
    city: City, seal: str, hsm: SoftHsm, settings: object
) -> None:
    settings.HOCBA_LOG_KEY_PKCS11 = hsm.uri(TOKEN, "khong-co")
    with pytest.raises(HocbaError, match=r"token\.key_missing"):
        publish_checkpoint(actor=None, at=timezone.now())
