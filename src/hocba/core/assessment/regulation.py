"""The circulars as dated data: which one governs a (level, grade, school year), and its numbers."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from hocba.core.assessment.marks import Level, Tenths
from hocba.core.errors import HocbaError

_FILES = ("tt22_2021.toml",)
_WORDS = {
    "good": Level.GOOD,
    "fair": Level.FAIR,
    "achieved": Level.ACHIEVED,
    "not_achieved": Level.NOT_ACHIEVED,
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a level asks: every scored subject, a counted number of them, failed remark subjects."""

    level: Level
    every: Tenths
    counted: Tenths
    remark_failures: int


@dataclass(frozen=True, slots=True)
class Regulation:
    """One circular's numbers; every one comes from its TOML file with the clause beside it."""

    name: str
    applies: Mapping[tuple[str, int], str]
    regular_tiers: tuple[tuple[int, int], ...]
    remark_regular_count: int
    weights: Mapping[str, int]
    counted_subjects: int
    thresholds: tuple[Threshold, ...]
    learning_clause: str
    adjustment_policy: str
    adjustment_clause: str
    perfect_score: Tenths
    conduct: Mapping[tuple[Level, Level], Level]
    conduct_clause: str
    absence_limit: int
    reassess_below: Tenths
    promotion_clause: str
    final_grades: Mapping[str, int]
    excellent_score: Tenths
    excellent_count: int
    award_clause: str


def regulation_for(*, school_level: str, grade: int, school_year: str) -> Regulation:
    """Return the circular in force for a grade in a school year ("2024-2025").

    The regime belongs to (level, grade, school year), never to the student.

    Raises:
        HocbaError: "assessment.no_regulation" when none of ours governs it.
    """
    for regulation in _regulations():
        since = regulation.applies.get((school_level, grade))
        if since is not None and school_year >= since:
            return regulation
    raise HocbaError(
        "assessment.no_regulation", school_level=school_level, grade=grade, year=school_year
    )


@cache
def _regulations() -> tuple[Regulation, ...]:
    folder = files(__package__).joinpath("regulations")
    return tuple(
        load_regulation(tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8")))
        for name in _FILES
    )


def load_regulation(data: Mapping[str, Any]) -> Regulation:
    """Return the regulation that a TOML file describes."""
    learning, conduct = data["learning"], data["conduct"]
    return Regulation(
        name=data["name"],
        applies={
            (row["school_level"], int(grade)): since
            for row in data["applies"]
            for grade, since in row["from"].items()
        },
        regular_tiers=tuple((row["up_to_periods"], row["count"]) for row in data["regular_marks"]),
        remark_regular_count=data["remark_subjects"]["regular_count"],
        weights=data["weights"],
        counted_subjects=learning["counted_subjects"],
        thresholds=tuple(
            Threshold(_WORDS[word], **learning[word]) for word in ("good", "fair", "achieved")
        ),
        learning_clause=learning["clause"],
        adjustment_policy=data["adjustment"]["policy"],
        adjustment_clause=data["adjustment"]["clause"],
        perfect_score=Tenths(data["adjustment"]["perfect_score"]),
        conduct={
            (first, _WORDS[second]): _WORDS[conduct[second][column]]
            for second in _WORDS
            for column, first in enumerate(_WORDS.values())
        },
        conduct_clause=conduct["clause"],
        absence_limit=data["promotion"]["absence_limit"],
        reassess_below=Tenths(data["promotion"]["reassess_below"]),
        promotion_clause=data["promotion"]["clause"],
        final_grades=data["promotion"]["final_grades"],
        excellent_score=Tenths(data["award"]["excellent_score"]),
        excellent_count=data["award"]["excellent_count"],
        award_clause=data["award"]["clause"],
    )
