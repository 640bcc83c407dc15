"""Signals over the history of changed marks: figures, to the very limit, and no verdict."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hocba.core.assessment.marks import SubjectKey, Tenths, Term
from hocba.core.assessment.signals import RecordedChange, Signal, find_signals, signal_limits
from tests.core.assessment.years import FAILED, PASSED

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2025, 5, 20, 5, 0, tzinfo=UTC)  # 12:00 in Hà Nội
CHANGE = RecordedChange(
    NOON, "gv01", "hs01", SubjectKey("toan"), Term.SECOND, Tenths(60), Tenths(70)
)


def seen(*changes: RecordedChange) -> dict[str, Signal]:
    """Signals by code."""
    return {one.code: one for one in find_signals(changes, zone=ZONE)}


def test_an_ordinary_correction_is_no_signal() -> None:
    assert seen(CHANGE) == {}


def test_a_first_entry_and_a_repeated_value_are_no_changes() -> None:
    night = NOON + timedelta(hours=12)
    first = replace(CHANGE, at=night, before=None, after_lock=True)
    same = replace(CHANGE, at=night, after=Tenths(60), after_lock=True)
    assert seen(first, same) == {}


@pytest.mark.parametrize(("count", "seen_it"), [(29, False), (30, True)])
def test_many_changes_in_one_day_are_a_signal(count: int, seen_it: bool) -> None:
    signals = seen(*[replace(CHANGE, after=Tenths(50 if at % 2 else 70)) for at in range(count)])
    assert ("signal.volume" in signals) is seen_it
    if seen_it:
        figures = signals["signal.volume"].figures
        assert figures == {"actor": "gv01", "day": "2025-05-20", "changes": 30}
        assert signals["signal.volume"].changes == tuple(range(30))


def test_thirty_changes_over_two_days_or_two_people_are_not() -> None:
    days = [replace(CHANGE, at=NOON + timedelta(days=at % 2), after=Tenths(61)) for at in range(30)]
    people = [replace(CHANGE, actor=f"gv{at % 2}", after=Tenths(61)) for at in range(30)]
    assert "signal.volume" not in seen(*days)
    assert "signal.volume" not in seen(*people)


@pytest.mark.parametrize(
    ("hour", "seen_it"), [(21, False), (22, True), (0, True), (4, True), (5, False)]
)
def test_changes_at_night_by_the_local_clock_are_a_signal(hour: int, seen_it: bool) -> None:
    at = datetime(2025, 5, 20, hour, 30, tzinfo=ZONE).astimezone(UTC)
    assert ("signal.hour" in seen(replace(CHANGE, at=at))) is seen_it


@pytest.mark.parametrize(
    ("ups", "downs", "direction"),
    [(10, 0, "up"), (9, 0, ""), (9, 1, "up"), (8, 2, ""), (0, 10, "down"), (1, 9, "down")],
)
def test_changes_in_one_direction_are_a_signal(ups: int, downs: int, direction: str) -> None:
    changes = [CHANGE] * ups + [replace(CHANGE, after=Tenths(50))] * downs
    signal = seen(*changes).get("signal.direction")
    assert (signal.figures["direction"] if signal else "") == direction


def test_remark_levels_have_a_direction_and_erasures_none() -> None:
    passed = replace(CHANGE, before=FAILED, after=PASSED)
    assert seen(*[passed] * 10)["signal.direction"].figures["direction"] == "up"
    assert "signal.direction" not in seen(*[replace(CHANGE, after=None)] * 20)


@pytest.mark.parametrize(
    ("before", "after", "threshold"),
    [
        (49, 50, 50),
        (49, 51, 50),
        (49, 52, None),
        (50, 51, None),
        (64, 65, 65),
        (79, 80, 80),
        (30, 66, 65),
        (51, 49, None),
    ],
)
def test_an_average_lifted_just_over_a_threshold_is_a_signal(
    before: int, after: int, threshold: int | None
) -> None:
    change = replace(CHANGE, average_before=Tenths(before), average_after=Tenths(after))
    signal = seen(change).get("signal.threshold")
    assert (signal.figures["threshold"] if signal else None) == threshold


def test_without_averages_nothing_crosses_a_threshold() -> None:
    assert seen(replace(CHANGE, average_before=Tenths(49))) == {}


def test_a_change_after_the_lock_is_a_signal() -> None:
    signal = seen(CHANGE, replace(CHANGE, after_lock=True))["signal.after_lock"]
    assert (signal.figures, signal.changes) == ({"actor": "gv01", "changes": 1}, (1,))


def test_a_school_may_set_its_own_limits() -> None:
    strict = replace(signal_limits(), changes_a_day=1)
    assert [one.code for one in find_signals([CHANGE], zone=ZONE, limits=strict)] == [
        "signal.volume"
    ]
