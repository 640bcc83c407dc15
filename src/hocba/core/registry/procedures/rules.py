"""The procedures in force, read from dated data (`*.toml`): a new circular lands as a file.

Every file answers for every kind, period, school level and both answers to "forwarded?"; a file
with a hole or with two answers does not load.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from hocba.core.errors import HocbaError
from hocba.core.registry.procedures.values import (
    ApprovalStep,
    AskedUnit,
    LockCalendar,
    LockPeriod,
    Procedure,
    RequestKind,
)

SCHOOL_LEVELS = ("THCS", "THPT", "GDTX")
_FILES = ("ha_noi_2024.toml",)
_Place = tuple[RequestKind, str, LockPeriod, bool]


@dataclass(frozen=True, slots=True)
class ProcedureRules:
    """One dated file of procedures."""

    name: str
    from_date: date
    calendar: LockCalendar
    procedures: Mapping[_Place, Procedure]


def procedure_for(
    *, kind: RequestKind, school_level: str, period: LockPeriod, forwarded: bool, day: date
) -> Procedure:
    """Return the procedure in force on a day.

    Raises:
        HocbaError: "recall.no_procedure" before the first rules, or for an unknown level.
    """
    try:
        return _rules_on(day).procedures[kind, school_level, period, forwarded]
    except KeyError:
        raise HocbaError("recall.no_procedure") from None


def period_of(*, school_year: str, day: date, awaits_reassessment: bool) -> LockPeriod:
    """Return in which period a day falls for a student (HCM-QC Đ21.1-2: 30/06 and 15/08).

    The deadlines themselves are still open days. Students who wait for re-assessment or summer
    training are locked on the second one.
    """
    first, second = _rules_on(day).calendar.days(school_year=school_year)
    if day > second:
        return LockPeriod.AFTER_SECOND_LOCK
    if day > first and not awaits_reassessment:
        return LockPeriod.AFTER_FIRST_LOCK
    return LockPeriod.BEFORE_LOCK


def all_procedures(*, day: date) -> tuple[Procedure, ...]:
    """Return every procedure in force on a day, for tables and tests."""
    return tuple(_rules_on(day).procedures.values())


def _rules_on(day: date) -> ProcedureRules:
    fitting = [one for one in _all_rules() if one.from_date <= day]
    if not fitting:
        raise HocbaError("recall.no_procedure")
    return max(fitting, key=lambda one: one.from_date)


@cache
def _all_rules() -> tuple[ProcedureRules, ...]:
    folder = files(__package__)
    return tuple(
        read_rules(tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8")))
        for name in _FILES
    )


def read_rules(data: Mapping[str, Any]) -> ProcedureRules:
    """Read one file's data.

    Raises:
        ValueError: for a hole, or two answers to one question (a fault of the file, not of a user).
    """
    procedures: dict[_Place, Procedure] = {}
    for row in data["procedure"]:
        for one in _unfolded(row, data):
            place = one.kind, one.school_level, one.period, one.forwarded
            if place in procedures:
                raise ValueError(f"two procedures for {place}")
            procedures[place] = one
    holes = set(product(RequestKind, SCHOOL_LEVELS, LockPeriod, (False, True))) - set(procedures)
    if holes:
        raise ValueError(f"no procedure for {sorted(holes)[0]}")
    calendar = LockCalendar(*(_month_day(data["calendar"][name]) for name in ("first", "second")))
    return ProcedureRules(data["name"], data["from_date"], calendar, procedures)


def _unfolded(row: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Procedure]:
    steps = tuple(
        ApprovalStep(
            key, AskedUnit(data["step"][key]["unit"]), tuple(data["step"][key]["roles"]), n
        )
        for n, key in enumerate(row["approve"], start=1)
    )
    for kind, level, period, forwarded in product(
        row["kinds"], row["levels"], row["periods"], row["forwarded"]
    ):
        yield Procedure(
            rules=data["name"],
            source=row["source"],
            kind=RequestKind(kind),
            school_level=level,
            period=LockPeriod(period),
            forwarded=forwarded,
            askers=tuple(row["ask"]),
            steps=steps,
            executors=tuple(row["execute"]),
            evidence_required=row["evidence"],
            reasons=tuple(data["reasons"][kind]),
            managing_kind=data["managing"][level],
        )


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
