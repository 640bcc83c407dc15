"""The subject catalogue as data: names, forms, periods, order on the form, spellings."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hocba.core.assessment.marks import AssessmentForm, SubjectKey
from hocba.core.assessment.spelling import plain_words
from hocba.core.errors import HocbaError

_FIRST_GRADE = {"THCS": 6}


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of one level's programme; `display_order` is its row on the official form."""

    key: SubjectKey
    name: str
    form: AssessmentForm
    display_order: int
    aliases: tuple[str, ...]
    periods_by_grade: Mapping[int, int]
    optional: bool
    official_code: str


@cache
def catalogue(school_level: str = "THCS") -> tuple[Subject, ...]:
    """Return the subjects of a level in the order of the form.

    Raises:
        HocbaError: "assessment.level_unknown".
    """
    if school_level not in _FIRST_GRADE:
        raise HocbaError("assessment.level_unknown", school_level=school_level)
    name = f"subjects_{school_level.lower()}.toml"
    data = tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    first = _FIRST_GRADE[school_level]
    return tuple(
        Subject(
            key=SubjectKey(row["key"]),
            name=row["name"],
            form=AssessmentForm(row["form"]),
            display_order=order,
            aliases=tuple(row["aliases"]),
            periods_by_grade=dict(enumerate(row["periods"], start=first)),
            optional=row.get("optional", False),
            official_code=row.get("official_code", row["key"].upper()),
        )
        for order, row in enumerate(data["subject"], start=1)
    )


def subject_by_key(key: SubjectKey, *, school_level: str = "THCS") -> Subject:
    """Return the subject with this key.

    Raises:
        HocbaError: "assessment.subject_unknown".
    """
    for subject in catalogue(school_level):
        if subject.key == key:
            return subject
    raise HocbaError("assessment.subject_unknown", key=key)


def find_subject(name: str, *, school_level: str = "THCS") -> Subject | None:
    """Return the subject that people mean by this spelling, or None."""
    return _spellings(school_level).get(plain_words(name))


@cache
def _spellings(school_level: str) -> Mapping[str, Subject]:
    return {
        plain_words(spelling): subject
        for subject in catalogue(school_level)
        for spelling in (subject.name, *subject.aliases)
    }
