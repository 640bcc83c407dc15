"""The life of a transcript: issued, recalled, replaced; sealed by a court and unsealed."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hocba.core.errors import HocbaError
from hocba.core.registry.entry import EntryKind, LogEntry
from hocba.core.registry.lifecycle import STEPS, Status, TranscriptState, advance, fold

ISSUED, RECALLED, REPLACED = EntryKind.ISSUED, EntryKind.RECALLED, EntryKind.REPLACED
CIVIL, SEALED, UNSEALED = (
    EntryKind.CIVIL_STATUS,
    EntryKind.COURT_SEALED,
    EntryKind.COURT_UNSEALED,
)
FIRST = (ISSUED, RECALLED, REPLACED)
AT = datetime(2025, 5, 31, tzinfo=UTC)
NEW_DOCUMENT = b"\x77" * 32
LIVES = {
    (): TranscriptState.UNKNOWN,
    (ISSUED,): TranscriptState.IN_FORCE,
    (ISSUED, RECALLED): TranscriptState.RECALLED,
    (ISSUED, RECALLED, REPLACED): TranscriptState.REPLACED,
}


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


def entry(kind: EntryKind, document: bytes = b"\x22" * 32) -> LogEntry:
    replaces = NEW_DOCUMENT if kind is REPLACED else None
    return LogEntry(kind, b"\x11" * 32, document, 1, AT, replaces)


def life(*kinds: EntryKind) -> Status:
    return fold(entries=[entry(kind) for kind in kinds])


@pytest.mark.parametrize(("kinds", "state"), LIVES.items())
def test_the_plain_lives(kinds: tuple[EntryKind, ...], state: TranscriptState) -> None:
    assert life(*kinds).state is state


@pytest.mark.parametrize(
    "kinds",
    [kinds for length in (1, 2, 3, 4) for kinds in product(FIRST, repeat=length)],
    ids="-".join,
)
def test_every_other_order_is_refused(kinds: tuple[EntryKind, ...]) -> None:
    if kinds in LIVES:
        assert life(*kinds).state is LIVES[kinds]
        return
    with refused("registry.wrong_step"):
        life(*kinds)


@given(st.lists(st.sampled_from(EntryKind), max_size=8))
@example([ISSUED, RECALLED, REPLACED, ISSUED])
def test_a_life_goes_only_along_the_steps(kinds: list[EntryKind]) -> None:
    state = TranscriptState.UNKNOWN
    for kind in kinds:
        if (state, kind) not in STEPS:
            with refused("registry.wrong_step"):
                life(*kinds)
            return
        state = STEPS[state, kind]
    assert life(*kinds).state is state


@pytest.mark.parametrize(("state", "kind"), list(product(TranscriptState, EntryKind)))
def test_a_step_is_taken_only_when_the_table_has_it(
    state: TranscriptState, kind: EntryKind
) -> None:
    if (state, kind) in STEPS:
        assert advance(state=state, event=kind) is STEPS[state, kind]
        return
    with refused("registry.wrong_step") as caught:
        advance(state=state, event=kind)
    assert caught.value.params == {"state": state.value, "event": kind.value}


@pytest.mark.parametrize(
    ("kinds", "state", "changes"),
    [
        ((ISSUED, CIVIL), TranscriptState.IN_FORCE, 1),
        ((ISSUED, CIVIL, CIVIL, RECALLED), TranscriptState.RECALLED, 2),
        ((ISSUED, SEALED), TranscriptState.COURT_SEALED, 0),
        ((ISSUED, SEALED, UNSEALED, SEALED, UNSEALED), TranscriptState.IN_FORCE, 0),
        ((ISSUED, SEALED, UNSEALED, RECALLED, REPLACED), TranscriptState.REPLACED, 0),
    ],
)
def test_decisions_of_others_are_part_of_a_life(
    kinds: tuple[EntryKind, ...], state: TranscriptState, changes: int
) -> None:
    status = life(*kinds)
    assert (status.state, status.civil_status_changes) == (state, changes)


@pytest.mark.parametrize(
    "kinds",
    [
        (CIVIL,),
        (SEALED,),
        (ISSUED, UNSEALED),
        (ISSUED, SEALED, RECALLED),
        (ISSUED, SEALED, CIVIL),
        (ISSUED, RECALLED, CIVIL),
        (ISSUED, RECALLED, SEALED),
    ],
)
def test_what_is_sealed_or_gone_is_left_alone(kinds: tuple[EntryKind, ...]) -> None:
    with refused("registry.wrong_step"):
        life(*kinds)


def test_nothing_leads_back_into_force() -> None:
    ways = {step for step, state in STEPS.items() if state is TranscriptState.IN_FORCE}
    assert ways == {
        (TranscriptState.UNKNOWN, ISSUED),
        (TranscriptState.IN_FORCE, CIVIL),  # stays in force
        (TranscriptState.COURT_SEALED, UNSEALED),
    }
    assert not [kind for (state, kind) in STEPS if state is TranscriptState.REPLACED]


def test_a_replaced_transcript_names_its_successor() -> None:
    assert life(ISSUED, RECALLED, REPLACED).replaced_by == NEW_DOCUMENT
    assert life(ISSUED, RECALLED).replaced_by is None


def test_entries_of_two_documents_make_no_life() -> None:
    with refused("registry.other_document"):
        fold(entries=[entry(ISSUED), entry(RECALLED, document=b"\x33" * 32)])
