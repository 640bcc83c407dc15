"""How a file of worked cases writes marks, levels and subjects."""

from collections.abc import Mapping
from typing import Any

from hocba.core.assessment.learning_rules import POLICIES, AdjustmentPolicy
from hocba.core.assessment.marks import (
    LEVEL_WORDS,
    AssessmentForm,
    LearningLevel,
    Level,
    Mark,
    Outcome,
    RemarkLevel,
    SubjectKey,
    SubjectYear,
    Tenths,
    TermMarks,
    level_word,
)
from hocba.core.assessment.reading import read_mark
from hocba.core.assessment.subjects import find_subject

Input = Mapping[str, Any]
_LEVELS = {word: level for level, word in LEVEL_WORDS.items()}


def tenths(text: str) -> Tenths:
    """Read "8.3"."""
    reading = read_mark(text, form=AssessmentForm.SCORED)
    if not isinstance(reading.value, int):
        raise ValueError(text)
    return reading.value


def mark(text: str | None) -> Mark | None:
    """Read a score, Đ, CĐ or null."""
    if text is None:
        return None
    return RemarkLevel(text) if text in ("Đ", "CĐ") else tenths(text)


def shown(value: Outcome | None) -> str | None:
    """Write a result as the file does."""
    if value is None:
        return None
    return value.value if isinstance(value, RemarkLevel) else f"{value // 10}.{value % 10}"


def word(level: LearningLevel | None) -> str | None:
    """Write a level."""
    return None if level is None else level_word(level)


def level(word: str | None) -> Level | None:
    """Read a level of TT22/2021."""
    return None if word is None else _LEVELS[word]


def key_of(name: str) -> SubjectKey:
    """Return the key that the rules know (core subjects of TT58), or the name itself."""
    subject = find_subject(name, school_level="THPT", name="2006")
    return subject.key if subject else SubjectKey(name)


def term_marks(data: Input) -> TermMarks:
    """Read the marks of one term."""
    return TermMarks(
        regular=tuple(mark(one) for one in data["regular"]),
        midterm=mark(data.get("midterm")),
        final=mark(data.get("final")),
        topics=tuple(mark(one) for one in data.get("topic") or ()),
        periodic=tuple(mark(one) for one in data.get("periodic") or ()),
    )


def scored_subject(name: str, periods: int, first: TermMarks, second: TermMarks) -> SubjectYear:
    """Return a scored subject with these marks."""
    return SubjectYear(
        subject=key_of(name),
        form=AssessmentForm.SCORED,
        periods=periods,
        first=first,
        second=second,
        has_topics=bool(first.topics or second.topics),
    )


def policy_named(name: str) -> AdjustmentPolicy | None:
    """Return a reading of Điều 9.3 by name; None for the default."""
    return POLICIES[name] if name else None


def outcomes_of(data: Input) -> dict[SubjectKey, Outcome | None]:
    """Read scores and comments, by name where the case names them, by place where it does not."""
    scores, comments = data["scores"], data.get("comments") or []
    if not isinstance(scores, dict):
        scores = {f"môn {number}": one for number, one in enumerate(scores, start=1)}
    if not isinstance(comments, dict):
        comments = {f"nhận xét {number}": one for number, one in enumerate(comments, start=1)}
    return {key_of(name): mark(one) for name, one in {**scores, **comments}.items()}
