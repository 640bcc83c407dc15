"""Fields of a year that are no marks, as a recall request names them: what stands, what was typed.

They are named like marks (subject, term, kind, ordinal), the homeroom teacher's part under the
subject "". Values are the words of the form: "Khá", "12", a text.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unicodedata import normalize

from hocba.adapters.spreadsheets.grid import strange_characters
from hocba.apps.gradebook.queries import GradebookYear
from hocba.core.assessment.marks import LEVEL_WORDS, Level, StudentYear
from hocba.core.assessment.spelling import plain_words
from hocba.core.errors import HocbaError

REMARK, AWARD = "remark", "award"
CONDUCT = ("conduct_first", "conduct_second", "conduct_year")
ABSENCES = ("absences_excused", "absences_unexcused")
HOMEROOM = (*CONDUCT, *ABSENCES, AWARD, "homeroom_remark")
LIMITS: Mapping[str, int] = {REMARK: 1000, "homeroom_remark": 1000, AWARD: 300}
MOST_SESSIONS = 300
NOTHING = "—"  # typed for "no award"
_LEVELS = {plain_words(word): level for level, word in LEVEL_WORDS.items()}


def fields_of(book: GradebookYear) -> list[dict[str, Any]]:
    """Return the remarks and the homeroom teacher's fields as places with their values."""
    year = book.year
    values = [
        (str(one.subject), REMARK, book.remarks.get(one.subject, "")) for one in year.subjects
    ]
    # The year's is judged by the teacher only where the circular has no table (TT58/2011).
    names = CONDUCT if year.conduct_year is not None else CONDUCT[:2]
    values += [("", name, _level_word(getattr(year, name))) for name in names]
    counts = [("", name, getattr(year, name)) for name in ABSENCES]
    values += [(about, name, "" if value is None else str(value)) for about, name, value in counts]
    values += [("", AWARD, book.other_award), ("", "homeroom_remark", book.homeroom_remark)]
    return [
        {"subject": subject, "term": "", "kind": kind, "ordinal": 0, "before": before}
        for subject, kind, before in values
    ]


def read_field(kind: str, typed: str) -> str:
    """Return what was typed as it will stand.

    Raises:
        HocbaError: "issuing.field_unreadable".
    """
    text = normalize("NFC", " ".join(typed.split()))
    if kind in CONDUCT:
        level = _LEVELS.get(plain_words(text))
        if level is None:
            raise HocbaError("issuing.field_unreadable")
        return LEVEL_WORDS[level]
    if kind in ABSENCES:
        if not text.isascii() or not text.isdecimal() or int(text[:6]) > MOST_SESSIONS:
            raise HocbaError("issuing.field_unreadable")
        return str(int(text))
    if kind == AWARD and text in (NOTHING, "-"):
        return ""
    if not text or len(text) > LIMITS[kind] or strange_characters(text):
        raise HocbaError("issuing.field_unreadable")
    return text


def stored_value(kind: str, word: str) -> int | str | None:
    """Return a field's word as the gradebook stores it."""
    if kind in CONDUCT:
        return None if not word else int(_LEVELS[plain_words(word)])
    if kind in ABSENCES:
        return None if not word else int(word)
    return word


def changed_year(year: StudentYear, kind: str, word: str) -> StudentYear:
    """Return the year with one field changed; texts decide nothing and leave it as it is."""
    if kind in CONDUCT:
        level = _LEVELS[plain_words(word)]
        if kind == "conduct_first":
            return replace(year, conduct_first=level)
        if kind == "conduct_second":
            return replace(year, conduct_second=level)
        return replace(year, conduct_year=level)
    if kind in ABSENCES:
        count, excused = int(word), kind == ABSENCES[0]
        return (
            replace(year, absences_excused=count)
            if excused
            else replace(year, absences_unexcused=count)
        )
    return year


def _level_word(level: Level | None) -> str:
    return "" if level is None else LEVEL_WORDS[level]
