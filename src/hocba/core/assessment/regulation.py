"""The circulars as dated data: which one governs a grade in a school year, and its numbers.

A circular is a file in `regulations/`; one that only changes another says so by `amends` and holds
the changed numbers alone. Adding a circular is adding a file, its vectors and, where a new shape of
rule appears, one function.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from hocba.core.assessment.learning_rules import (
    CountedThresholds,
    OverallAverage,
    learning_rule,
)
from hocba.core.assessment.marks import (
    LEVEL_WORDS,
    LearningLevel,
    LegacyLevel,
    Level,
    SchoolKind,
    Tenths,
)
from hocba.core.assessment.results import Award
from hocba.core.errors import HocbaError

_FOLDER = files(__package__).joinpath("regulations")


@dataclass(frozen=True, slots=True)
class Weights:
    """Hệ số of each kind of mark in a term, and of each term in the year."""

    regular: int
    final: int
    first: int
    second: int
    midterm: int = 0
    periodic: int = 0


@dataclass(frozen=True, slots=True)
class PromotionRule:
    """What promotion asks, and when nothing mends a failure."""

    absence_limit: int  # buổi of the one-session plan; the limit itself still passes
    conduct: Level
    learning: LearningLevel
    no_remedy_below: LearningLevel | None
    both_short: str  # "both": train and reassess; "retained"
    final_grades: Mapping[str, int]
    reassess_below: Tenths


@dataclass(frozen=True, slots=True)
class AwardRule:
    """One title: the levels it asks, and a number of scored subjects at a score."""

    award: Award
    title: str
    learning: LearningLevel
    conduct: Level
    score: Tenths
    count: int


@dataclass(frozen=True, slots=True)
class Regulation:
    """One circular's numbers; every one comes from its TOML file with the clause beside it."""

    name: str
    title: str
    programme: str  # year of the curriculum whose subjects it judges: "2018", "2006"
    applies: Mapping[tuple[str, str, int], str]
    clauses: Mapping[str, str]
    highest: Tenths
    regular_tiers: tuple[tuple[int | None, int], ...]
    regular_exact: bool
    remark_regular_count: int
    topic_policy: str  # "one_per_term", "one_per_year", "each"
    has_midterm: bool
    weights: Weights
    remark_share: tuple[int, int]  # of the assessments that must be Đ
    learning: CountedThresholds | OverallAverage
    conduct: Mapping[tuple[Level, Level], Level] | None  # None: the year is judged by a person
    conduct_words: Mapping[Level, str]
    promotion: PromotionRule
    awards: tuple[AwardRule, ...]

    def clause(self, section: str) -> str:
        """Cite the clause of a section, e.g. "TT22/2021 Điều 9.2"."""
        return self.clauses[section]

    def award_title(self, award: Award) -> str:
        """Return the title as the circular words it."""
        return next(rule.title for rule in self.awards if rule.award is award)


def regulation_for(
    *, school_level: str, grade: int, school_year: str, school_kind: str = SchoolKind.GENERAL
) -> Regulation:
    """Return the circular in force for a grade in a school year ("2024-2025").

    The regime belongs to (level, grade, school year, kind of school), never to the student: of the
    circulars that had come for that grade the newest counts.

    Raises:
        HocbaError: "assessment.no_regulation" when none of ours governs it.
    """
    key = (str(school_kind), school_level, grade)
    begun = [
        (one.applies[key], one)
        for one in all_regulations()
        if key in one.applies and one.applies[key] <= school_year
    ]
    if not begun:
        raise HocbaError(
            "assessment.no_regulation", school_level=school_level, grade=grade, year=school_year
        )
    return max(begun, key=lambda pair: pair[0])[1]


@cache
def all_regulations() -> tuple[Regulation, ...]:
    """Return every circular we hold, by file name."""
    names = sorted(entry.name for entry in _FOLDER.iterdir() if entry.name.endswith(".toml"))
    return tuple(load_regulation(regulation_data(name)) for name in names)


def regulation_data(name: str) -> Mapping[str, Any]:
    """Return the data of a file, laid over the file that it amends."""
    data = tomllib.loads(_FOLDER.joinpath(name).read_text(encoding="utf-8"))
    return _laid_over(regulation_data(data["amends"]), data) if "amends" in data else data


def _laid_over(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in change.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _laid_over(base[key], value) if both else value
    return merged


def load_regulation(data: Mapping[str, Any]) -> Regulation:
    """Return the regulation that a TOML file describes."""
    share = data["remark_result"].get("share", {"numerator": 1, "denominator": 1})
    regular = data["regular_marks"]
    return Regulation(
        name=data["name"],
        title=data["title"],
        programme=data["programme"],
        applies={
            (row["school_kind"], row["school_level"], int(grade)): since
            for row in data["applies"]
            for grade, since in row["from"].items()
        },
        clauses={
            key: f"{data['name']} {part['clause']}"
            for key, part in data.items()
            if _has_clause(part)
        },
        highest=Tenths(data["marks"]["highest"]),
        regular_tiers=tuple((row.get("up_to_periods"), row["count"]) for row in regular["tiers"]),
        regular_exact=regular["exact"],
        remark_regular_count=data["remark_regular"]["count"],
        topic_policy=data["topics"]["policy"],
        has_midterm=data["periodic"]["midterm"],
        weights=Weights(**data["term_average"]["weights"], **data["year_average"]["weights"]),
        remark_share=(share["numerator"], share["denominator"]),
        learning=learning_rule(data["learning"], data["adjustment"]),
        conduct=_conduct_table(data["conduct"]),
        conduct_words=dict(zip(LEVEL_WORDS, data["conduct"]["words"], strict=True))
        if "words" in data["conduct"]
        else LEVEL_WORDS,
        promotion=_promotion(data),
        awards=tuple(_awards(data)),
    )


def _has_clause(part: object) -> bool:
    return isinstance(part, dict) and "clause" in part


def _level(word: str) -> Level:
    return Level[word.upper()]


def _learning_level(word: str, data: Mapping[str, Any]) -> LearningLevel:
    legacy = data["learning"]["rule"] == "overall_average"
    return LegacyLevel[word.upper()] if legacy else Level[word.upper()]


def _conduct_table(data: Mapping[str, Any]) -> Mapping[tuple[Level, Level], Level] | None:
    if "good" not in data:
        return None
    words = ("good", "fair", "achieved", "not_achieved")
    return {
        (_level(first), _level(second)): _level(data[second][column])
        for second in words
        for column, first in enumerate(words)
    }


def _promotion(data: Mapping[str, Any]) -> PromotionRule:
    rule = data["promotion"]
    floor = rule.get("no_remedy_below")
    return PromotionRule(
        absence_limit=data["absences"]["limit"],
        conduct=_level(rule["conduct"]),
        learning=_learning_level(rule["learning"], data),
        no_remedy_below=_learning_level(floor, data) if floor else None,
        both_short=rule["both_short"],
        final_grades=rule["final_grades"],
        reassess_below=Tenths(data["reassessment"]["below"]),
    )


def _awards(data: Mapping[str, Any]) -> Iterable[AwardRule]:
    """Titles from the highest down; the first that fits is given."""
    for award in Award:
        if rule := data["award"].get(award.value):
            yield AwardRule(
                award=award,
                title=rule["title"],
                learning=_learning_level(rule["learning"], data),
                conduct=_level(rule["conduct"]),
                score=Tenths(rule.get("score", 0)),
                count=rule.get("count", 0),
            )
