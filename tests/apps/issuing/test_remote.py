"""Remote signing on the database against a real service that fails (F10-F14)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from hocba.adapters.remote_signing.simulator import Call, Fault, Simulator
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.models import AuditEvent
from hocba.apps.certificates.actions import withdraw_certificate
from hocba.apps.certificates.queries import approved_certificate_of_person
from hocba.apps.issuing.actions import (
    cancel_remote_signing,
    issue_sealed,
    poll_remote_signing,
    prepare_signatures,
)
from hocba.apps.issuing.actions.remote import begin_remote_signing
from hocba.apps.issuing.actions.remote_step import CONFIRMATION, LEASE, LIFETIME
from hocba.apps.issuing.models import Draft, RemoteItem, RemoteSession
from hocba.apps.issuing.queries import RemoteSessionLine, remote_sessions, waiting_slots
from hocba.apps.issuing.sweeps import finish_remote_signing
from hocba.core.errors import HocbaError
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE, look
from tests.apps.issuing.remote import (
    KINDS,
    SENT,
    begin,
    broken_promises,
    keys_in,
    write_services,
)

pytestmark = pytest.mark.slow  # every test has a city of its own
Walk = Callable[[str], UUID]
NOW = timezone.now() + timedelta(days=1)  # the city's certificates are approved as of today


@pytest.fixture
def service(city: City, walk: Walk, settings: object) -> Iterator[Simulator]:
    """A composed class, and a service that keeps the keys of everybody."""
    walk("composed")
    simulator = Simulator(holder=keys_in(city.keys), demo=True)
    path = city.keys.parent / "services.toml"
    write_services(path, simulator.start())
    settings.HOCBA_REMOTE_SIGNING_FILE = path
    settings.HOCBA_FETCH_SECONDS = 20.0
    yield simulator
    simulator.stop()
    assert broken_promises(city.school_id, [simulator]) == []
    assert simulator.repeated == []


def sweep(city: City, *, after: timedelta) -> None:
    """What cron does, some time after the beginning."""
    finish_remote_signing(school_id=city.school_id, actor=None, at=NOW + after)


def sweep_on(city: City, *, seconds: int = 120) -> None:
    """Cron for a while."""
    for second in range(0, seconds, 6):
        sweep(city, after=LEASE + timedelta(seconds=second))


def line(city: City, teacher: int = 0) -> RemoteSessionLine:
    """What a teacher sees of the newest session."""
    viewer = viewer_of(person_id=city.teachers[teacher].id, at=NOW)
    return remote_sessions(viewer=viewer, school_id=city.school_id)[0]


def why(city: City, teacher: int = 0) -> dict[str, int]:
    return {one.code: one.slots for one in line(city, teacher).refused}


@pytest.mark.parametrize("mode", ["document", "sheet"])
def test_one_confirmation_signs_the_class(city: City, service: Simulator, mode: str) -> None:
    service.confirm_after = 1
    for teacher, kind in enumerate(KINDS):
        service.transactions.clear()
        assert begin(city, kind, at=NOW, mode=mode, teacher=teacher).refused == ()
        assert (line(city, teacher).state, line(city, teacher).waiting) == ("waiting", SENT)
        sweep(city, after=timedelta(seconds=1))
        assert sum(one.polls for one in service.transactions.values()) == 0, "nobody asks so soon"
        sweep(city, after=timedelta(seconds=6))
        sweep(city, after=timedelta(seconds=12))
        found = line(city, teacher)
        assert (found.state, found.done, found.waiting) == ("done", SENT, 0)
        (transaction,) = service.transactions.values()
        assert len(transaction.digests) == (1 if mode == "sheet" else SENT)
    assert not RemoteItem.objects.filter(school_id=city.school_id).exclude(token="").exists()


REFUSALS = {
    Fault.REFUSED: "remote.refused_by_signer",
    Fault.LATE: "remote.confirmation_late",
    Fault.NO_QUOTA: "remote.no_quota",
}


def test_a_refusal_ends_the_session_and_frees_the_slots(city: City, service: Simulator) -> None:
    for teacher, (kind, fault) in enumerate(product(KINDS, REFUSALS)):
        code = REFUSALS[fault]
        service.fail(fault, on="poll")
        begin(city, kind, at=NOW, teacher=teacher)
        sweep(city, after=timedelta(seconds=6))
        found = line(city, teacher)
        assert (found.state, found.reason) == ("stopped", code)
        assert why(city, teacher) == {code: SENT}
        assert found.reason_sentence
        begin(city, kind, at=NOW + timedelta(minutes=1), teacher=teacher)
        sweep(city, after=timedelta(minutes=2))
        assert line(city, teacher).done == SENT


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_answer_loses_nothing_and_repeats_nothing(
    city: City, service: Simulator, kind: str
) -> None:
    faults = (Fault.TIMEOUT, Fault.TIMEOUT_AFTER, Fault.ERROR_500, Fault.GARBAGE)
    calls: tuple[Call, ...] = ("list", "sign", "poll")
    for teacher, (fault, call) in enumerate(product(faults, calls)):
        service.transactions.clear()
        service.fail(fault, on=call)
        begin(city, kind, at=NOW, teacher=teacher)
        sweep_on(city)
        found = line(city, teacher)
        assert (found.state, found.done) == ("done", SENT), (fault, call)
        again = call == "sign" and fault in (Fault.TIMEOUT_AFTER, Fault.GARBAGE)
        # SmartCA knows our name for the request: the phone rings once, whatever was lost.
        assert len(service.transactions) == (2 if again and kind != "smartca" else 1)


def test_a_service_that_stays_away_ends_in_a_clear_reason(city: City, service: Simulator) -> None:
    service.fail(Fault.TIMEOUT, on="list", times=-1)
    service.fail(Fault.TIMEOUT, on="poll", times=-1)
    for teacher, kind in enumerate(KINDS):
        service.asked.clear()
        begin(city, kind, at=NOW, teacher=teacher)
        for minute in range(1, 65, 3):
            sweep(city, after=timedelta(minutes=minute))
        assert why(city, teacher) == {"remote.unreachable": SENT}
        assert len(service.asked) < 50, "no storm"


def test_an_answer_is_found_long_after_the_confirmation(city: City, service: Simulator) -> None:
    """The server was down, longer than a token of a browser lives."""
    for teacher, kind in enumerate(KINDS):
        begin(city, kind, at=NOW, teacher=teacher)
    service.confirm()
    sweep(city, after=LIFETIME - timedelta(minutes=5))
    assert [line(city, teacher).done for teacher in range(3)] == [SENT] * 3


def test_nobody_waits_for_ever(city: City, service: Simulator) -> None:
    service.confirm_after = -1
    for teacher, kind in enumerate(KINDS):
        begin(city, kind, at=NOW, teacher=teacher)
    sweep(city, after=CONFIRMATION + timedelta(seconds=1))
    for teacher in range(3):
        assert why(city, teacher) == {"remote.confirmation_late": SENT}


def test_a_transaction_lost_by_the_service_is_asked_for_again(
    city: City, service: Simulator
) -> None:
    for teacher, kind in enumerate(KINDS):
        begin(city, kind, at=NOW, teacher=teacher)
    service.transactions.clear()
    sweep_on(city, seconds=30)
    assert [line(city, teacher).done for teacher in range(3)] == [SENT] * 3


def test_a_value_over_anything_else_is_not_embedded(city: City, service: Simulator) -> None:
    faults = (Fault.SWAPPED, Fault.ALTERED, Fault.DUPLICATE)
    cases = 0
    for teacher, (kind, fault) in enumerate(product(KINDS, faults)):
        service.transactions.clear()
        service.fail(fault, on="poll")
        begin(city, kind, at=NOW, teacher=teacher)
        sweep(city, after=timedelta(seconds=6))
        (transaction,) = service.transactions.values()
        if len(transaction.digests) < SENT:
            continue  # students with the same marks in a subject: one digest stands for them all
        assert line(city, teacher).done == SENT - 1
        assert why(city, teacher) == {"remote.value_wrong": 1}
        begin(city, kind, at=NOW + timedelta(minutes=1), teacher=teacher)
        sweep(city, after=timedelta(minutes=2))
        assert line(city, teacher).done == SENT
        cases += 1
    assert cases >= 6


def test_a_certificate_that_ends_in_the_batch_keeps_what_it_signed(
    city: City, service: Simulator
) -> None:
    half = SENT // 2
    for teacher, kind in enumerate(("smartca", "mysign")):
        service.fail(Fault.REVOKED, on="poll")
        begin(city, kind, at=NOW, teacher=teacher)
        sweep(city, after=timedelta(seconds=6))
        assert (line(city, teacher).state, line(city, teacher).done) == ("stopped", half)
        assert why(city, teacher) == {"remote.new_certificate": SENT - half}
        assert "chứng thư mới" in line(city, teacher).refused[0].sentence
        begin(city, kind, at=NOW + timedelta(minutes=1), teacher=teacher)
        assert why(city, teacher) == {"remote.new_certificate": SENT}


def test_a_certificate_withdrawn_here_signs_no_more(city: City, service: Simulator) -> None:
    service.confirm_after = -1
    begin(city, "smartca", at=NOW)
    held = approved_certificate_of_person(person_id=city.teachers[0].id, at=NOW)
    assert held is not None
    withdraw_certificate(certificate_id=held.id, reason="mất máy", actor=None, at=NOW)
    service.confirm()
    sweep(city, after=timedelta(seconds=6))
    assert why(city) == {"remote.new_certificate": SENT}


def test_the_same_request_twice_is_one_session(city: City, service: Simulator) -> None:
    request_id = uuid4()
    first = begin(city, "mysign", at=NOW, request_id=request_id)
    teacher = city.teachers[0]
    slots = waiting_slots(school_id=city.school_id, signer_id=teacher.citizen_id or "")[:SENT]
    same = {"school_id": city.school_id, "mode": "document", "request_id": request_id, "at": NOW}
    again = begin_remote_signing(provider="mysign", slots=slots, actor=teacher.id, **same)
    assert again.session_id == first.session_id
    assert len(service.transactions) == 1
    for other in ({"slots": slots[:1]}, {"provider": "csc"}, {"actor": city.principal.id}):
        values = {"provider": "mysign", "slots": slots, "actor": teacher.id, **same, **other}
        with pytest.raises(HocbaError, match=r"remote\.request_reused"):
            begin_remote_signing(**values)


def test_a_slot_waits_in_one_session_alone(city: City, service: Simulator) -> None:
    service.confirm_after = -1
    begin(city, "csc", at=NOW)
    second = begin(city, "csc", at=NOW)
    assert second.session_id is None
    assert {one.refusal for one in second.refused} == {"remote.slot_busy"}
    assert len(service.transactions) == 1


def test_a_cancelled_session_takes_nothing_any_more(city: City, service: Simulator) -> None:
    service.confirm_after = -1
    session_id = begin(city, "csc", at=NOW).session_id
    assert session_id is not None
    doing = {"school_id": city.school_id, "session_id": session_id, "at": NOW}
    for other in (cancel_remote_signing, poll_remote_signing):
        with pytest.raises(HocbaError, match=r"remote\.session_unknown"):
            other(actor=city.principal.id, **doing)
    cancel_remote_signing(actor=city.teachers[0].id, **doing)
    service.confirm()
    sweep(city, after=timedelta(minutes=1))
    assert (line(city).state, why(city)) == ("cancelled", {"remote.cancelled": SENT})
    with pytest.raises(HocbaError, match=r"issuing\.wrong_state"):
        cancel_remote_signing(actor=city.teachers[0].id, **doing)


def test_who_prepares_again_elsewhere_makes_the_first_way_void(
    city: City, service: Simulator
) -> None:
    """The teacher takes the USB token after all, while the phone still rings."""
    begin(city, "csc", at=NOW)
    teacher = city.teachers[0]
    slots = waiting_slots(school_id=city.school_id, signer_id=teacher.citizen_id or "")
    prepare_signatures(school_id=city.school_id, slots=slots[:1], actor=teacher.id, at=NOW)
    sweep(city, after=timedelta(seconds=6))
    assert (line(city).done, why(city)) == (SENT - 1, {"signing.token_unknown": 1})


def test_another_worker_is_left_alone(city: City, service: Simulator) -> None:
    begin(city, "csc", at=NOW)
    RemoteSession.objects.filter(school_id=city.school_id).update(due_at=NOW + LEASE)
    asked = len(service.asked)
    sweep(city, after=LEASE - timedelta(seconds=1))
    assert len(service.asked) == asked


def test_an_unknown_service_or_mode_is_refused(city: City, service: Simulator) -> None:
    with pytest.raises(HocbaError, match=r"remote\.not_configured"):
        begin(city, "khac", at=NOW)
    with pytest.raises(HocbaError, match=r"remote\.mode_unknown"):
        begin(city, "csc", at=NOW, mode="khac")


def test_the_command_goes_on_where_it_was_cut(city: City, service: Simulator) -> None:
    begin(city, "csc", at=timezone.now())
    long_ago = timezone.now() - LEASE
    RemoteSession.objects.filter(school_id=city.school_id).update(due_at=long_ago)
    call_command("finish_remote_signing", verbosity=0)
    assert (line(city).state, line(city).done) == ("done", SENT)


def test_every_step_is_in_the_trail_without_tokens(city: City, service: Simulator) -> None:
    begin(city, "smartca", at=NOW)
    tokens = set(
        RemoteItem.objects.filter(school_id=city.school_id).values_list("token", flat=True)
    )
    sweep(city, after=timedelta(seconds=6))
    events = AuditEvent.objects.filter(school_id=city.school_id, object_type="remote_session")
    assert [one.after["state"] for one in events.order_by("id")] == [
        "ready",
        "sending",
        "waiting",
        "answered",
        "done",
    ]
    written = str([one.after for one in AuditEvent.objects.filter(school_id=city.school_id)])
    assert not [one for one in tokens if one in written]


def test_a_class_goes_from_teachers_to_the_log_by_phone_alone(
    city: City, service: Simulator
) -> None:
    """Sheets of the teachers, then each document by the principal, then the seal by the clerk."""
    people = [*city.teachers, city.homeroom]
    signers = [(one.id, one.citizen_id or "", "sheet") for one in people]
    signers += [(city.principal.id, city.principal.citizen_id or "", "document")]
    signers += [(city.clerk_id, city.school_code, "document")]
    at = NOW
    for person_id, signer_id, mode in signers:
        look(city, person_id)
        slots = waiting_slots(school_id=city.school_id, signer_id=signer_id)
        begun = begin_remote_signing(
            school_id=city.school_id,
            provider="smartca",
            slots=slots,
            mode=mode,
            request_id=uuid4(),
            actor=person_id,
            at=at,
        )
        assert begun.refused == ()
        at += timedelta(seconds=6)
        finish_remote_signing(school_id=city.school_id, actor=None, at=at)
        assert waiting_slots(school_id=city.school_id, signer_id=signer_id) == []
    (class_id,) = set(
        Draft.objects.filter(school_id=city.school_id).values_list("class_id", flat=True)
    )
    released = issue_sealed(school_id=city.school_id, class_id=class_id, actor=city.clerk_id, at=at)
    assert (len(released.positions), released.refused) == (CLASS_SIZE, {})
