"""Signals over the history of changed marks: figures for the principal and above, not verdicts.

A signal says what was seen and where; whether something is wrong, a person decides. First entries
are no changes: a mark must have been there before.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any

from hocba.core.assessment.marks import Mark, RemarkLevel, SubjectKey, Tenths, Term


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One mark that became another; averages are ĐTBmhk before and after, where they exist."""

    at: datetime
    actor: str
    student: str
    subject: SubjectKey
    term: Term
    before: Mark | None
    after: Mark | None
    average_before: Tenths | None = None
    average_after: Tenths | None = None
    after_lock: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """What was seen: a code, its figures, and the changes it is about (places in the sequence)."""

    code: str
    figures: Mapping[str, int | str]
    changes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SignalLimits:
    """From when on something is worth a look; `thresholds` and `margin` in tenths."""

    changes_a_day: int
    night_from: int
    night_until: int
    direction_changes: int
    direction_percent: int
    thresholds: tuple[int, ...]
    margin: int


@cache
def signal_limits() -> SignalLimits:
    """Return the limits of `signals.toml`."""
    data: dict[str, Any] = tomllib.loads(
        files(__package__).joinpath("signals.toml").read_text(encoding="utf-8")
    )
    return SignalLimits(
        changes_a_day=data["volume"]["a_day"],
        night_from=data["hour"]["from"],
        night_until=data["hour"]["until"],
        direction_changes=data["direction"]["changes"],
        direction_percent=data["direction"]["percent"],
        thresholds=tuple(data["threshold"]["marks"]),
        margin=data["threshold"]["margin"],
    )


def find_signals(
    changes: Sequence[RecordedChange], *, zone: tzinfo, limits: SignalLimits | None = None
) -> tuple[Signal, ...]:
    """Look through a history; hours and days are those of `zone`."""
    bounds = limits or signal_limits()
    real = [
        (place, one)
        for place, one in enumerate(changes)
        if one.before is not None and one.before != one.after
    ]
    return (
        *_volume(real, zone, bounds),
        *_night(real, zone, bounds),
        *_direction(real, bounds),
        *_threshold(real, bounds),
        *_lock(real),
    )


_Placed = Sequence[tuple[int, RecordedChange]]


def _volume(changes: _Placed, zone: tzinfo, limits: SignalLimits) -> Iterator[Signal]:
    by_day: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, one in changes:
        by_day[one.actor, one.at.astimezone(zone).date().isoformat()].append(place)
    for (actor, day), places in by_day.items():
        if len(places) >= limits.changes_a_day:
            figures: dict[str, int | str] = {"actor": actor, "day": day, "changes": len(places)}
            yield Signal("signal.volume", figures, tuple(places))


def _night(changes: _Placed, zone: tzinfo, limits: SignalLimits) -> Iterator[Signal]:
    by_actor: dict[str, list[int]] = defaultdict(list)
    for place, one in changes:
        hour = one.at.astimezone(zone).hour
        if hour >= limits.night_from or hour < limits.night_until:
            by_actor[one.actor].append(place)
    for actor, places in by_actor.items():
        yield Signal("signal.hour", {"actor": actor, "changes": len(places)}, tuple(places))


def _direction(changes: _Placed, limits: SignalLimits) -> Iterator[Signal]:
    by_actor: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for place, one in changes:
        step = _step(one)
        if step:
            by_actor[one.actor].append((place, step))
    for actor, steps in by_actor.items():
        ups = sum(step > 0 for _, step in steps)
        more = max(ups, len(steps) - ups)
        if len(steps) >= limits.direction_changes and more * 100 >= (
            len(steps) * limits.direction_percent
        ):
            word = "up" if more == ups else "down"
            figures: dict[str, int | str] = {
                "actor": actor,
                "changes": len(steps),
                "same": more,
                "direction": word,
            }
            yield Signal("signal.direction", figures, tuple(place for place, _ in steps))


def _step(change: RecordedChange) -> int:
    """+1 for a better mark, -1 for a worse one; a mark taken away has no direction."""
    before, after = _rank(change.before), _rank(change.after)
    if before is None or after is None:
        return 0
    return (after > before) - (after < before)


def _rank(mark: Mark | None) -> int | None:
    if isinstance(mark, RemarkLevel):
        return int(mark is RemarkLevel.ACHIEVED)
    return mark


def _threshold(changes: _Placed, limits: SignalLimits) -> Iterator[Signal]:
    for place, one in changes:
        before, after = one.average_before, one.average_after
        if before is None or after is None:
            continue
        for threshold in limits.thresholds:
            if before < threshold <= after < threshold + limits.margin:
                figures: dict[str, int | str] = {
                    "actor": one.actor,
                    "threshold": threshold,
                    "before": before,
                    "after": after,
                }
                yield Signal("signal.threshold", figures, (place,))


def _lock(changes: _Placed) -> Iterator[Signal]:
    by_actor: dict[str, list[int]] = defaultdict(list)
    for place, one in changes:
        if one.after_lock:
            by_actor[one.actor].append(place)
    for actor, places in by_actor.items():
        yield Signal("signal.after_lock", {"actor": actor, "changes": len(places)}, tuple(places))
