"""One student's results for the page: every figure, and under each "Vì sao?" its reason."""

from collections.abc import Mapping
from typing import Any

from hocba.adapters.wording.explanations import why
from hocba.adapters.wording.results import (
    BADGES,
    INSIDE,
    SCOPES,
    actions_words,
    decision_words,
    review_sentence,
)
from hocba.apps.gradebook.grid import shown
from hocba.apps.gradebook.results import ClassResults, StudentResults, TaughtColumn, level_text
from hocba.core.assessment.explain import Explanation, explain_year

Told = Mapping[str, Explanation]


def student_page(found: ClassResults, one: StudentResults) -> dict[str, Any]:
    """Return subjects, conclusions and doubts with their sentences, as far as they may be seen."""
    told = {
        each.about: each
        for each in explain_year(
            one.record.year, regulation=found.regulation, assessment=one.assessment
        )
    }
    whole = found.scope.everything
    return {
        "subjects": [_subject(found, one, column, told) for column in found.columns],
        "conclusions": _conclusions(found, one, told) if whole else [],
        "review": [review_sentence(code) for code in one.assessment.review] if whole else [],
    }


def _subject(
    found: ClassResults, one: StudentResults, column: TaughtColumn, told: Told
) -> dict[str, Any]:
    again = one.assessment.summer.reassessed.get(column.key)
    return {
        "column": column,
        "values": [(word, shown(one.outcome(column.key, scope))) for scope, word in SCOPES.items()],
        "again": shown(again),
        "remark": one.record.remarks.get(column.key, ""),
        "why": [
            why(told[about], names=found.names)
            for scope in SCOPES
            if (about := f"average.{column.key}.{scope}") in told
        ],
    }


def _conclusions(found: ClassResults, one: StudentResults, told: Told) -> list[dict[str, Any]]:
    """Learning, conduct, promotion, award: what it is, and why."""
    judged = one.assessment
    learning, conduct = (
        ("Học lực", "Hạnh kiểm") if found.legacy else ("Kết quả học tập", "Kết quả rèn luyện")
    )
    rows = [
        (f"{learning}, {word}", level_text(one.learning(scope)), f"learning.{scope}", "")
        for scope, word in INSIDE.items()
    ]
    rows.append((f"{conduct}, cả năm", found.conduct_word(judged.conduct.year), "conduct", ""))
    decision = decision_words(judged.promotion, completes=judged.completes_level)
    actions = actions_words(judged.promotion, names=found.names)
    text = f"{decision}. {actions}" if actions else decision
    rows.append(("Kết luận cuối năm", text, "promotion", BADGES[judged.promotion.decision.value]))
    rows.append(("Khen thưởng", judged.award_title, "award", ""))
    return [
        {
            "name": name,
            "text": text,
            "badge": badge,
            "why": why(told[about], names=found.names),
            "clause": told[about].clause,
        }
        for name, text, about, badge in rows
    ]
