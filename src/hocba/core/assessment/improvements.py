"""What would have changed a result: the smallest change of one input that gives a better one.

Found by trying, with the rule itself as the judge, so it can never contradict the rule.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hocba.core.assessment.evaluation import RULES, learning_level
from hocba.core.assessment.learning_rules import OverallAverage
from hocba.core.assessment.marks import LEVEL_WORDS, RemarkLevel
from hocba.core.assessment.regulation import Regulation

Change = Mapping[str, Any]


def improvements(
    *, rule: str, inputs: Mapping[str, Any], result: Any, regulation: Regulation
) -> tuple[Change, ...]:
    """Return changes as {"input", "from", "to", "result"}, empty when one input cannot do it.

    For an average: the lowest final mark that lifts it by a tenth. For learning: each subject that
    alone would lift the level, with the lowest result that does. For conduct: the second term's
    level that would lift the year. For an award and promotion there is nothing to try: they follow
    from those.
    """
    if rule == "term_average" and result is not None and inputs["final"] is not None:
        return tuple(_finals(inputs, result, regulation))
    if rule == "learning" and result["final"] is not None:
        return tuple(_subjects(inputs, result, regulation))
    if rule == "conduct" and result is not None and regulation.conduct is not None:
        return tuple(_second_terms(inputs, result, regulation))
    return ()


def _finals(inputs: Mapping[str, Any], result: int, regulation: Regulation) -> Iterator[Change]:
    for final in range(inputs["final"] + 1, regulation.highest + 1):
        better = RULES["term_average"]({**inputs, "final": final}, regulation)
        if better > result:
            yield {"input": "final", "from": inputs["final"], "to": final, "result": better}
            return


def _subjects(
    inputs: Mapping[str, Any], result: Mapping[str, Any], regulation: Regulation
) -> Iterator[Change]:
    level = learning_level(result["final"], regulation)
    steps = _steps(regulation)
    for subject, value in inputs["outcomes"].items():
        remark = isinstance(value, str)
        tried: list[int | str] = [RemarkLevel.ACHIEVED.value] if remark else list(steps)
        for new in tried:
            if not remark and isinstance(new, int) and new <= value:
                continue
            outcomes = {**inputs["outcomes"], subject: new}
            better = RULES["learning"]({**inputs, "outcomes": outcomes}, regulation)
            reached = learning_level(better["final"], regulation)
            if level is not None and reached is not None and reached > level:
                yield {"input": subject, "from": value, "to": new, "result": better["final"]}
                break


def _steps(regulation: Regulation) -> list[int]:
    """The scores at which a level can change."""
    rule = regulation.learning
    found: set[int] = set()
    if isinstance(rule, OverallAverage):
        # The overall average moves with every tenth, so every tenth has to be tried.
        return list(range(regulation.highest + 1))
    for threshold in rule.thresholds:
        found |= {threshold.every, threshold.counted}
    return sorted(found)


def _second_terms(
    inputs: Mapping[str, Any], result: str, regulation: Regulation
) -> Iterator[Change]:
    words = list(LEVEL_WORDS.values())  # from the best down
    better = words[: words.index(result)]
    for second in reversed(words[: words.index(inputs["second"])]):
        year = RULES["conduct"]({**inputs, "second": second}, regulation)
        if year in better:
            yield {"input": "second", "from": inputs["second"], "to": second, "result": year}
            return
