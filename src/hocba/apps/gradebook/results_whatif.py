"""What if: one student's marks as places to try another value in; nothing is written here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hocba.adapters.wording.recalls import effect_name, value_word
from hocba.apps.gradebook.grid import TERM_WORDS, shown
from hocba.apps.gradebook.results import ClassResults, StudentResults
from hocba.core.assessment.marks import (
    LearningLevel,
    Mark,
    MarkKind,
    SubjectKey,
    Term,
    level_word,
)
from hocba.core.assessment.reading import read_mark
from hocba.core.assessment.simulate import Effect, Fact, MarkChange, simulate_all

_KINDS = {MarkKind.MIDTERM: "ĐĐGgk", MarkKind.FINAL: "ĐĐGck"}


@dataclass(frozen=True, slots=True)
class Place:
    """One mark of the year that may be tried with another value."""

    key: str  # "toan.HK1.regular.1"
    subject: str
    words: str
    value: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One change as typed; `problem` is a finding's code when it cannot be tried."""

    place: str
    typed: str
    change: MarkChange | None
    problem: str = ""
    suggestion: str = ""


def places(results: ClassResults, student: StudentResults) -> list[Place]:
    """Return every mark that the reader sees of this student, in the order of the form."""
    by_key = {one.subject: one for one in student.record.year.subjects}
    found = []
    for column in results.columns:
        subject = by_key.get(column.key)
        if subject is None:  # an elective of others
            continue
        for term, marks in ((Term.FIRST, subject.first), (Term.SECOND, subject.second)):
            taken: list[tuple[MarkKind, int, Mark | None]] = [
                (MarkKind.REGULAR, number, value)
                for number, value in enumerate(marks.regular, start=1)
            ]
            taken += [(MarkKind.MIDTERM, 1, marks.midterm), (MarkKind.FINAL, 1, marks.final)]
            for kind, ordinal, value in taken:
                title = _KINDS.get(kind, f"ĐĐGtx {ordinal}")
                key = f"{column.key}.{term.value}.{kind.value}.{ordinal}"
                words = f"{TERM_WORDS[term]}, {title}"
                found.append(Place(key, column.name, words, shown(value)))
    return found


def attempts(
    results: ClassResults, typed: Sequence[tuple[str, str]], known: Sequence[Place]
) -> list[Attempt]:
    """Read what was typed against the places that there are."""
    forms = {str(one.key): one.subject.form for one in results.columns}
    keys = {one.key for one in known}
    found = []
    for key, text in typed:
        if not key or not text.strip():
            continue
        if key not in keys:
            found.append(Attempt(key, text, None, "mark.words"))
            continue
        subject, term, kind, ordinal = key.split(".")
        reading = read_mark(text, form=forms[subject])
        change = None
        if reading.value is not None:
            change = MarkChange(
                SubjectKey(subject), Term(term), MarkKind(kind), reading.value, int(ordinal)
            )
        found.append(Attempt(key, text, change, reading.problem, reading.suggestion))
    return found


def effects(
    results: ClassResults, student: StudentResults, tried: Sequence[Attempt]
) -> list[dict[str, str]]:
    """Return what would be another result, as far as the reader may see it, in words."""
    changes = [one.change for one in tried if one.change is not None]
    if not changes:
        return []
    found = simulate_all(student.record.year, changes=changes, regulation=results.regulation)
    return [
        {
            "name": effect_name(one.about, names=results.names),
            "before": _words(results, one.about, one.before),
            "after": _words(results, one.about, one.after),
        }
        for one in _visible(results, found)
    ]


def _visible(results: ClassResults, found: Sequence[Effect]) -> Iterator[Effect]:
    """Averages of the reader's own subjects; the rest follows from subjects of others."""
    for one in found:
        head, *rest = one.about.split(".")
        if results.scope.everything or (head == "average" and results.scope.shows(rest[0])):
            yield one


def _words(results: ClassResults, about: str, value: Fact) -> str:
    if value is None:
        return "chưa có"
    if isinstance(value, bool):
        return "có" if value else "chưa"
    if isinstance(value, LearningLevel):
        if about == "conduct":
            return results.regulation.conduct_words[value]  # type: ignore[index]
        return level_word(value)
    if about.startswith("average."):
        return shown(value)  # type: ignore[arg-type]
    return value_word(str(value))
