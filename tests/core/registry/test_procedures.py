"""Procedures of recall and the like: every row of the rules as a case, and what holds for all."""

from datetime import date
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocba.core.errors import HocbaError
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.registry.procedures import (
    OPEN,
    REQUEST_STEPS,
    AskedUnit,
    GivenApproval,
    LockPeriod,
    Procedure,
    RequestEvent,
    RequestKind,
    RequestState,
    advance_request,
    all_procedures,
    check_request,
    decision_bytes,
    decision_digest,
    next_approvals,
    period_of,
    procedure_for,
    require_may_approve,
)
from hocba.core.registry.procedures.rules import SCHOOL_LEVELS, read_rules

DAY = date(2025, 7, 10)
BEFORE, FIRST, SECOND = LockPeriod
REPLACE, ONLY, CIVIL, SEAL, UNSEAL = RequestKind
AFTER = (FIRST, SECOND)
OFFICE, TEACHERS = ("clerk", "homeroom_teacher"), ("clerk", "homeroom_teacher", "subject_teacher")
# kind, levels, periods, forwarded → who asks, who approves in order, file needed
LAW = [
    (REPLACE, SCHOOL_LEVELS, (BEFORE,), False, TEACHERS, "principal", False),
    (REPLACE, SCHOOL_LEVELS, AFTER, False, TEACHERS, "principal managing", True),
    (
        REPLACE,
        ("THCS",),
        LockPeriod,
        True,
        TEACHERS,
        "principal managing department ministry",
        True,
    ),
    (REPLACE, ("THPT", "GDTX"), LockPeriod, True, TEACHERS, "principal department ministry", True),
    (ONLY, SCHOOL_LEVELS, (BEFORE,), False, OFFICE, "principal", True),
    (ONLY, SCHOOL_LEVELS, AFTER, False, OFFICE, "principal managing", True),
    (ONLY, ("THCS",), LockPeriod, True, OFFICE, "principal managing department ministry", True),
    (ONLY, ("THPT", "GDTX"), LockPeriod, True, OFFICE, "principal department ministry", True),
    (CIVIL, SCHOOL_LEVELS, LockPeriod, False, OFFICE, "principal", True),
    (CIVIL, SCHOOL_LEVELS, LockPeriod, True, OFFICE, "principal", True),
    (SEAL, SCHOOL_LEVELS, LockPeriod, False, ("clerk", "principal"), "department", True),
    (SEAL, SCHOOL_LEVELS, LockPeriod, True, ("clerk", "principal"), "department", True),
    (UNSEAL, SCHOOL_LEVELS, LockPeriod, False, ("clerk", "principal"), "department", True),
    (UNSEAL, SCHOOL_LEVELS, LockPeriod, True, ("clerk", "principal"), "department", True),
]
CASES = [
    (kind, level, period, forwarded, askers, steps.split(), evidence)
    for kind, levels, periods, forwarded, askers, steps, evidence in LAW
    for level, period in product(levels, periods)
]


def procedure(
    kind: RequestKind, level: str = "THCS", period: LockPeriod = FIRST, forwarded: bool = False
) -> Procedure:
    return procedure_for(kind=kind, school_level=level, period=period, forwarded=forwarded, day=DAY)


@pytest.mark.parametrize(("kind", "level", "period", "forwarded", "askers", "steps", "file"), CASES)
def test_every_row_of_the_law(
    kind: RequestKind,
    level: str,
    period: LockPeriod,
    forwarded: bool,
    askers: tuple[str, ...],
    steps: list[str],
    file: bool,
) -> None:
    found = procedure(kind, level, period, forwarded)
    assert found.askers == askers
    assert [step.key for step in found.steps] == steps
    assert found.evidence_required is file
    assert found.source
    assert found.executors == ("clerk",)


def test_the_law_has_no_other_rows() -> None:
    asked = {(case[0], case[1], case[2], case[3]) for case in CASES}
    assert len(asked) == len(CASES) == len(all_procedures(day=DAY))


@pytest.mark.parametrize(
    ("level", "kind"), [("THCS", "authority"), ("THPT", "department"), ("GDTX", "department")]
)
def test_who_manages_which_schools(level: str, kind: str) -> None:
    assert procedure(REPLACE, level).managing_kind == kind


@pytest.mark.parametrize(
    ("day", "awaits", "period"),
    [
        (date(2025, 5, 26), False, BEFORE),
        (date(2025, 6, 30), False, BEFORE),
        (date(2025, 7, 1), False, FIRST),
        (date(2025, 7, 1), True, BEFORE),
        (date(2025, 8, 15), False, FIRST),
        (date(2025, 8, 15), True, BEFORE),
        (date(2025, 8, 16), False, SECOND),
        (date(2025, 8, 16), True, SECOND),
        (date(2030, 1, 1), False, SECOND),
    ],
)
def test_the_yearly_locks(day: date, awaits: bool, period: LockPeriod) -> None:
    assert period_of(school_year="2024-2025", day=day, awaits_reassessment=awaits) is period


def test_no_rules_before_the_first_file() -> None:
    with pytest.raises(HocbaError, match=r"recall\.no_procedure"):
        procedure_for(
            kind=REPLACE,
            school_level="THCS",
            period=BEFORE,
            forwarded=False,
            day=date(2024, 7, 31),
        )
    with pytest.raises(HocbaError, match=r"recall\.no_procedure"):
        procedure(REPLACE, "TH")


def test_a_file_with_a_hole_or_a_double_does_not_load() -> None:
    row = {
        "kinds": list(RequestKind),
        "levels": list(SCHOOL_LEVELS),
        "periods": list(LockPeriod),
        "forwarded": [False, True],
        "source": "x",
        "ask": ["clerk"],
        "approve": ["principal"],
        "execute": ["clerk"],
        "evidence": False,
    }
    data = {
        "name": "x",
        "from_date": DAY,
        "calendar": {"first": "06-30", "second": "08-15"},
        "managing": dict.fromkeys(SCHOOL_LEVELS, "authority"),
        "step": {"principal": {"unit": "school", "roles": ["principal"]}},
        "reasons": {kind.value: ["other"] for kind in RequestKind},
        "procedure": [row],
    }
    assert len(read_rules(data).procedures) == 90
    with pytest.raises(ValueError, match="two procedures"):
        read_rules(data | {"procedure": [row, row]})
    with pytest.raises(ValueError, match="no procedure"):
        read_rules(data | {"procedure": [row | {"forwarded": [False]}]})


GOOD = {
    "procedure": procedure(REPLACE),
    "state": TranscriptState.IN_FORCE,
    "asker_roles": {"clerk"},
    "reason_code": "wrong_mark",
    "reason": "Cộng nhầm điểm bài kiểm tra.",
    "evidence_files": 1,
    "corrections": 1,
}


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, ()),
        ({"asker_roles": {"it_officer"}}, ("recall.asker_role",)),
        ({"asker_roles": {"principal"}}, ("recall.asker_role",)),
        ({"state": TranscriptState.RECALLED}, ("recall.not_in_force",)),
        ({"state": TranscriptState.COURT_SEALED}, ("recall.not_in_force",)),
        ({"state": TranscriptState.UNKNOWN}, ("recall.not_in_force",)),
        ({"reason_code": "court_order"}, ("recall.reason_unknown",)),
        ({"reason": "   sai   "}, ("recall.reason_length",)),
        ({"reason": "x" * 501}, ("recall.reason_length",)),
        ({"evidence_files": 0}, ("recall.evidence_missing",)),
        (
            {"procedure": procedure(ONLY), "reason_code": "other"},
            ("recall.nothing_to_correct",),
        ),
        (
            {"procedure": procedure(UNSEAL), "reason_code": "court_order", "corrections": 0},
            ("recall.not_in_force",),
        ),
    ],
)
def test_what_is_wrong_with_a_request(changed: dict[str, object], codes: tuple[str, ...]) -> None:
    assert check_request(**(GOOD | changed)) == codes


def test_a_court_may_unseal_what_is_sealed_and_nothing_else() -> None:
    sealed = {"state": TranscriptState.COURT_SEALED, "reason_code": "court_order", "corrections": 0}
    assert check_request(**(GOOD | sealed | {"procedure": procedure(UNSEAL)})) == ()
    again = check_request(**(GOOD | sealed | {"procedure": procedure(SEAL)}))
    assert again == ("recall.not_in_force",)


ASKER, HEAD, OFFICER = (UUID(int=number) for number in (1, 2, 3))
SCHOOL, COMMUNE = UUID(int=101), UUID(int=102)


@pytest.mark.parametrize(
    ("given", "step", "person", "unit", "code"),
    [
        ((), 0, ASKER, SCHOOL, "recall.own_request"),
        ((), 1, OFFICER, COMMUNE, "recall.not_your_turn"),
        ((GivenApproval("principal", HEAD, SCHOOL),), 1, HEAD, COMMUNE, "recall.person_twice"),
        ((GivenApproval("principal", HEAD, SCHOOL),), 1, OFFICER, SCHOOL, "recall.unit_twice"),
        ((GivenApproval("principal", HEAD, SCHOOL),), 0, OFFICER, COMMUNE, "recall.not_your_turn"),
    ],
)
def test_who_may_not_approve(
    given: tuple[GivenApproval, ...], step: int, person: UUID, unit: UUID, code: str
) -> None:
    rules = procedure(REPLACE)
    with pytest.raises(HocbaError) as refusal:
        require_may_approve(
            procedure=rules,
            given=given,
            asked_by=ASKER,
            step=rules.steps[step],
            person=person,
            unit=unit,
        )
    assert refusal.value.code == code


@given(kind=st.sampled_from(list(all_procedures(day=DAY))), data=st.data())
def test_approvals_come_in_order_from_different_people_and_units(
    kind: Procedure, data: st.DataObject
) -> None:
    """Whatever order people come in, it ends after exactly the steps of the procedure."""
    people, units = [uuid4() for _ in range(6)], [uuid4() for _ in range(4)]
    given_so_far: tuple[GivenApproval, ...] = ()
    for _ in range(12):
        step = data.draw(st.sampled_from(kind.steps))
        person = data.draw(st.sampled_from(people))
        unit = None if step.from_outside else data.draw(st.sampled_from(units))
        try:
            require_may_approve(
                procedure=kind,
                given=given_so_far,
                asked_by=people[0],
                step=step,
                person=person,
                unit=unit,
            )
        except HocbaError:
            continue
        given_so_far = (*given_so_far, GivenApproval(step.key, person, unit))
    keys = [one.step for one in given_so_far]
    assert keys == [step.key for step in kind.steps][: len(keys)]
    inside = [one for one in given_so_far if one.unit is not None]
    assert people[0] not in {one.person for one in given_so_far}
    assert len({one.person for one in inside}) == len({one.unit for one in inside}) == len(inside)
    assert (not next_approvals(procedure=kind, given=given_so_far)) is (
        len(keys) == len(kind.steps)
    )


def test_only_the_ministry_decides_outside() -> None:
    outside = {
        step.key for one in all_procedures(day=DAY) for step in one.steps if step.from_outside
    }
    assert outside == {AskedUnit.MINISTRY.value}


@given(events=st.lists(st.sampled_from(list(RequestEvent)), max_size=12))
def test_a_request_ends_once_and_is_never_executed_unapproved(events: list[RequestEvent]) -> None:
    state, trail = RequestState.REQUESTED, [RequestState.REQUESTED]
    for event in events:
        try:
            state = advance_request(state=state, event=event)
        except HocbaError:
            assert (state, event) not in REQUEST_STEPS
            continue
        trail.append(state)
    if RequestState.EXECUTED in trail:
        assert trail[trail.index(RequestState.EXECUTED) - 1] is RequestState.APPROVED
    closed = [one for one in trail if one not in OPEN]
    assert closed in (
        [],
        *([[one] for one in RequestState]),
        [RequestState.EXECUTED, RequestState.REPLACED],
    )


def test_a_decision_digest_hides_and_binds() -> None:
    decision = decision_bytes({"b": "Đ", "a": [1, None]})
    assert decision == '{"a":[1,null],"b":"Đ"}'.encode()
    one = decision_digest(decision=decision, salt=b"s" * 16)
    assert one != decision_digest(decision=decision, salt=b"t" * 16)
    assert one != decision_digest(decision=decision + b" ", salt=b"s" * 16)
    assert len(one) == 32
