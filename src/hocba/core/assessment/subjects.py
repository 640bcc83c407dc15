"""The subject catalogue as data: names, forms, periods, order on the form, spellings.

One file a programme in `catalogues/`. A subject belongs to its programme: "lich_su_dia_li" of THCS
is another subject than "lich_su" of THPT.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from hocba.core.assessment.marks import AssessmentForm, SchoolKind, SubjectKey
from hocba.core.assessment.spelling import plain_words
from hocba.core.errors import HocbaError

_FOLDER = files(__package__).joinpath("catalogues")
CURRENT = "2018"


class SubjectGroup(StrEnum):
    """What a subject is in its programme."""

    COMPULSORY = "compulsory"  # môn bắt buộc
    ELECTIVE = "elective"  # môn lựa chọn
    OPTIONAL = "optional"  # môn tự chọn
    ACTIVITY = "activity"  # hoạt động giáo dục, nội dung giáo dục của địa phương


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of one programme; `display_order` is its row on the official form."""

    key: SubjectKey
    name: str
    form: AssessmentForm
    display_order: int
    aliases: tuple[str, ...]
    periods_by_grade: Mapping[int, int]
    group: SubjectGroup
    has_topics: bool  # whether chuyên đề may be studied in it
    official_code: str

    @property
    def optional(self) -> bool:
        """Whether a student may go without it."""
        return self.group in (SubjectGroup.ELECTIVE, SubjectGroup.OPTIONAL)


@dataclass(frozen=True, slots=True)
class Programme:
    """The subjects of one level and kind of school, and how many are to be chosen."""

    subjects: tuple[Subject, ...]
    electives: int
    topic_clusters: int


def programme(
    *, school_level: str, school_kind: str = SchoolKind.GENERAL, name: str = CURRENT
) -> Programme:
    """Return the programme of a level and kind of school.

    Raises:
        HocbaError: "assessment.level_unknown".
    """
    found = _programmes().get((school_level, str(school_kind), name))
    if found is None:
        raise HocbaError("assessment.level_unknown", school_level=school_level)
    return found


@cache
def catalogue(
    school_level: str = "THCS", school_kind: str = SchoolKind.GENERAL, name: str = CURRENT
) -> tuple[Subject, ...]:
    """Return the subjects of a programme in the order of the form.

    Raises:
        HocbaError: "assessment.level_unknown".
    """
    return programme(school_level=school_level, school_kind=school_kind, name=name).subjects


def subject_by_key(
    key: SubjectKey,
    *,
    school_level: str = "THCS",
    school_kind: str = SchoolKind.GENERAL,
    name: str = CURRENT,
) -> Subject:
    """Return the subject with this key.

    Raises:
        HocbaError: "assessment.subject_unknown", "assessment.level_unknown".
    """
    for subject in catalogue(school_level, school_kind, name):
        if subject.key == key:
            return subject
    raise HocbaError("assessment.subject_unknown", key=key)


@cache
def subject_names() -> Mapping[str, str]:
    """Name of every subject of every programme, by key; the current programme's name wins."""
    programmes = sorted(_programmes().items(), key=lambda item: item[0][2] == CURRENT)
    return {one.key: one.name for _, programme in programmes for one in programme.subjects}


def find_subject(
    spelling: str,
    *,
    school_level: str = "THCS",
    school_kind: str = SchoolKind.GENERAL,
    name: str = CURRENT,
) -> Subject | None:
    """Return the subject that people mean by this spelling, or None."""
    return _spellings(school_level, str(school_kind), name).get(plain_words(spelling))


@cache
def _spellings(school_level: str, school_kind: str, name: str) -> Mapping[str, Subject]:
    return {
        plain_words(spelling): subject
        for subject in catalogue(school_level, school_kind, name)
        for spelling in (subject.name, *subject.aliases)
    }


@cache
def _programmes() -> Mapping[tuple[str, str, str], Programme]:
    found = {}
    for entry in _FOLDER.iterdir():
        data = tomllib.loads(entry.read_text(encoding="utf-8"))
        key = (data["school_level"], data["school_kind"], data["programme"])
        rows = enumerate(data["subject"], start=1)
        found[key] = Programme(
            subjects=tuple(_subject(row, order, data["first_grade"]) for order, row in rows),
            electives=data["electives"],
            topic_clusters=data["topic_clusters"],
        )
    return found


def _subject(row: Mapping[str, object], order: int, first_grade: int) -> Subject:
    periods, aliases = row["periods"], row["aliases"]
    assert isinstance(periods, list)
    assert isinstance(aliases, list)
    return Subject(
        key=SubjectKey(str(row["key"])),
        name=str(row["name"]),
        form=AssessmentForm(str(row["form"])),
        display_order=order,
        aliases=tuple(aliases),
        periods_by_grade=dict(enumerate(periods, start=first_grade)),
        group=SubjectGroup(str(row["group"])),
        has_topics=row.get("topics") is True,
        official_code=str(row.get("official_code", str(row["key"]).upper())),
    )
