"""The two shapes of rule by which a level of learning follows from subject results, as values.

TT22/2021 and TT43/2021 count subjects over thresholds; TT58/2011 asks an average over all subjects,
core subjects and a floor. How they are applied is in `counted_thresholds` and `overall_average`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hocba.core.assessment.marks import LegacyLevel, Level, SubjectKey, Tenths

COUNTERFACTUAL, STRICT_REMOVAL = "counterfactual", "strict_removal"


@dataclass(frozen=True, slots=True)
class AdjustmentPolicy:
    """A reading of Điều 9.3: how the one subject is taken away, and which subjects may be it.

    "counterfactual" sets it to 10 or Đ and judges again, "strict_removal" leaves it out;
    `remark_subjects` lets a subject assessed by remarks be the one.
    """

    reading: str
    remark_subjects: bool

    @property
    def name(self) -> str:
        """E.g. "counterfactual+comments"."""
        return f"{self.reading}+{'comments' if self.remark_subjects else 'scores_only'}"


STRICT = AdjustmentPolicy(STRICT_REMOVAL, remark_subjects=False)
POLICIES: Mapping[str, AdjustmentPolicy] = {
    policy.name: policy
    for policy in (
        AdjustmentPolicy(reading, remarks)
        for reading in (COUNTERFACTUAL, STRICT_REMOVAL)
        for remarks in (True, False)
    )
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a level asks: every scored subject, a counted number of them, failed remark subjects."""

    level: Level
    every: Tenths
    counted: Tenths
    remark_failures: int


@dataclass(frozen=True, slots=True)
class CountedThresholds:
    """TT22/2021 Điều 9.2-9.3, TT43/2021 Điều 9."""

    counted_subjects: int
    remark_subjects: bool  # whether subjects assessed by remarks take part
    thresholds: tuple[Threshold, ...]
    policy: AdjustmentPolicy
    levels_lost: int  # how deep one subject must have pulled the level down


@dataclass(frozen=True, slots=True)
class OverallThreshold:
    """What a học lực asks: the average, one core subject, every subject, the specialised one."""

    level: LegacyLevel
    average: Tenths
    every: Tenths
    remarks: bool  # whether every remark subject must be Đ
    core: Tenths | None = None
    specialised: Tenths = Tenths(0)


@dataclass(frozen=True, slots=True)
class OverallAverage:
    """TT58/2011 Điều 13; `raises` maps (deserved, found) to the adjusted level of khoản 6."""

    core_subjects: tuple[SubjectKey, ...]
    thresholds: tuple[OverallThreshold, ...]
    raises: Mapping[tuple[LegacyLevel, LegacyLevel], LegacyLevel]


def learning_rule(
    learning: Mapping[str, Any], adjustment: Mapping[str, Any]
) -> CountedThresholds | OverallAverage:
    """Return the rule that the sections [learning] and [adjustment] of a file describe."""
    if learning["rule"] == "overall_average":
        return OverallAverage(
            core_subjects=tuple(SubjectKey(key) for key in learning["core_subjects"]),
            thresholds=tuple(
                OverallThreshold(LegacyLevel[word.upper()], **learning[word])
                for word in ("excellent", "fair", "average", "weak")
            ),
            raises={
                (LegacyLevel[deserved.upper()], LegacyLevel[found.upper()]): LegacyLevel[
                    raised.upper()
                ]
                for deserved, found, raised in adjustment["raises"]
            },
        )
    return CountedThresholds(
        counted_subjects=learning["counted_subjects"],
        remark_subjects=learning["remark_subjects"],
        thresholds=tuple(
            Threshold(Level[word.upper()], **learning[word])
            for word in ("good", "fair", "achieved")
        ),
        policy=AdjustmentPolicy(adjustment["reading"], adjustment["remark_subjects"]),
        levels_lost=adjustment["levels_lost"],
    )
