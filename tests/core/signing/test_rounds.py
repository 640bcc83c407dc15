"""Preparing and completing: whose turn, whose certificate, which bytes; nothing done twice."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from hocba.adapters.software_signer import SoftwareSigner
from hocba.core.errors import HocbaError
from hocba.core.signing.plan import Slot, plan_for, slots_of
from hocba.core.signing.rounds import Prepared, complete, prepare
from hocba.core.signing.verdict import SlotRole
from hocba.core.transcript.canonical import to_xml
from tests.core.verification.issued import SIGNED_AT, city, compose


@cache
def slots() -> tuple[Slot, ...]:
    """The slots of the good transcript, in the plan's order."""
    transcript = compose()
    plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
    return slots_of(plan=plan, transcript=transcript)


@cache
def signed_until(count: int) -> bytes:
    """The document with the first `count` slots filled."""
    key = slots()[count].key if count < len(slots()) else ""
    return city().sign(compose(), skip=key)


def signer_of(slot: Slot) -> SoftwareSigner:
    """Who holds the slot's key."""
    return city().signers[slot.signer_id]


def asked(slot: Slot, document: bytes, **changes: object) -> Prepared:
    """Prepare a slot an hour after the first signature."""
    values = {"certificate": signer_of(slot).certificate, "at": SIGNED_AT + timedelta(hours=1)}
    return prepare(document=document, slot=slot, **(values | changes))  # type: ignore[arg-type]


def value_of(prepared: Prepared, slot: Slot) -> bytes:
    """The signature value of the slot's holder."""
    (value,) = signer_of(slot).sign_digests((prepared.digest,))
    return value


def test_the_plan_has_teachers_then_homeroom_then_principal_then_seal() -> None:
    roles = [slot.role for slot in slots()]
    assert roles == [
        SlotRole.SUBJECT_TEACHER,
        SlotRole.SUBJECT_TEACHER,
        SlotRole.HOMEROOM_TEACHER,
        SlotRole.PRINCIPAL,
        SlotRole.SEAL,
    ]
    assert [slot.order for slot in slots()] == sorted(slot.order for slot in slots())
    covered = [target for slot in slots()[:2] for target in slot.targets]
    assert covered.count("thongtinhocba") == 2  # each teacher signs whose rows they are
    rows = [target for target in covered if target != "thongtinhocba"]
    assert len(rows) == len(set(rows)) == len(compose().subjects)


def test_a_level_without_a_plan_is_refused() -> None:
    with pytest.raises(HocbaError, match=r"signing\.no_plan"):
        plan_for(school_level="Tiểu học", school_year="2024-2025")


@pytest.mark.parametrize("number", range(1, 5))
def test_nobody_signs_before_those_before(number: int) -> None:
    slot = slots()[number]
    if slot.order == slots()[0].order:
        asked(slot, signed_until(0))  # teachers sign in any order
        return
    with pytest.raises(HocbaError, match=r"signing\.order_not_reached"):
        asked(slot, signed_until(number - 1))


@pytest.mark.parametrize("number", range(5))
def test_a_filled_slot_is_not_filled_again(number: int) -> None:
    with pytest.raises(HocbaError, match=r"signing\.slot_taken"):
        asked(slots()[number], signed_until(number + 1))


def test_a_slot_of_another_transcript_is_unknown() -> None:
    stranger = replace(slots()[0], key="GVBM-9")
    with pytest.raises(HocbaError, match=r"signing\.slot_unknown"):
        asked(stranger, signed_until(0))


@pytest.mark.parametrize("number", range(5))
def test_only_the_own_certificate_fits_a_slot(number: int) -> None:
    slot = slots()[number]
    other = signer_of(slots()[number - 1]).certificate
    with pytest.raises(HocbaError, match=r"signing\.certificate_holder"):
        asked(slot, signed_until(number), certificate=other)


@pytest.mark.parametrize("days", [-400, 4000])
def test_a_certificate_signs_only_while_it_is_valid(days: int) -> None:
    with pytest.raises(HocbaError, match=r"signing\.certificate_time"):
        asked(slots()[0], signed_until(0), at=SIGNED_AT + timedelta(days=days))


@pytest.mark.parametrize(
    "value", [b"", b"x", bytes(256), bytes(255) + b"\x01"], ids=["none", "short", "zeros", "one"]
)
def test_a_wrong_value_is_never_written(value: bytes) -> None:
    prepared = asked(slots()[0], signed_until(0))
    with pytest.raises(HocbaError, match=r"signing\.invalid_signature"):
        complete(document=signed_until(0), prepared=prepared, signature=value)


def test_a_value_made_by_another_key_is_never_written() -> None:
    prepared = asked(slots()[0], signed_until(0))
    foreign = value_of(prepared, slots()[1])
    with pytest.raises(HocbaError, match=r"signing\.invalid_signature"):
        complete(document=signed_until(0), prepared=prepared, signature=foreign)


def test_a_value_for_another_round_is_never_written() -> None:
    slot, document = slots()[0], signed_until(0)
    first = asked(slot, document)
    second = asked(slot, document, at=SIGNED_AT + timedelta(hours=2))
    with pytest.raises(HocbaError, match=r"signing\.invalid_signature"):
        complete(document=document, prepared=second, signature=value_of(first, slot))


def test_completing_twice_gives_the_same_bytes() -> None:
    slot, document = slots()[0], signed_until(0)
    prepared = asked(slot, document)
    value = value_of(prepared, slot)
    once = complete(document=document, prepared=prepared, signature=value)
    assert once == complete(document=document, prepared=prepared, signature=value)
    assert once == complete(document=once, prepared=prepared, signature=value)


def test_colleagues_may_sign_at_the_same_time_in_any_order() -> None:
    document = signed_until(0)
    first, second = (asked(slot, document) for slot in slots()[:2])
    values = [value_of(first, slots()[0]), value_of(second, slots()[1])]
    there = complete(document=document, prepared=first, signature=values[0])
    there = complete(document=there, prepared=second, signature=values[1])
    back = complete(document=document, prepared=second, signature=values[1])
    back = complete(document=back, prepared=first, signature=values[0])
    assert there == back


def test_a_document_changed_meanwhile_is_noticed() -> None:
    slot = slots()[0]
    prepared = asked(slot, signed_until(0))
    row = compose().subjects[0]
    other = replace(compose(), subjects=(replace(row, remark="Khác."), *compose().subjects[1:]))
    with pytest.raises(HocbaError, match=r"signing\.document_changed"):
        complete(document=to_xml(other), prepared=prepared, signature=value_of(prepared, slot))


def test_two_rounds_for_one_slot_leave_one_signature() -> None:
    slot, document = slots()[0], signed_until(0)
    first = asked(slot, document)
    second = asked(slot, document, at=SIGNED_AT + timedelta(hours=2))
    done = complete(document=document, prepared=first, signature=value_of(first, slot))
    with pytest.raises(HocbaError, match=r"signing\.slot_taken"):
        complete(document=done, prepared=second, signature=value_of(second, slot))


def test_what_waits_between_the_phases_survives_storing() -> None:
    prepared = asked(slots()[0], signed_until(0))
    assert Prepared.from_json(prepared.to_json()) == prepared


def test_signing_changes_no_byte_that_was_there() -> None:
    for number in range(5):
        before, after = signed_until(number), signed_until(number + 1)
        start = next(at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
        rest = len(before) - start
        assert after[:start] + after[len(after) - rest :] == before
