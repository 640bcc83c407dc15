"""The circulars as data: who is judged by which, and no number that no test would miss."""

import copy
import json
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from hocba.adapters.worked_cases import mismatches, read_cases
from hocba.core.assessment import regulation as room
from hocba.core.assessment.assess import assess_year
from hocba.core.assessment.marks import StudentYear
from hocba.core.assessment.regulation import (
    Regulation,
    all_regulations,
    load_regulation,
    regulation_data,
    regulation_for,
)
from hocba.core.assessment.shapes import check_shapes
from hocba.core.assessment.subjects import (
    SubjectGroup,
    catalogue,
    find_subject,
    programme,
    subject_names,
)
from hocba.core.errors import HocbaError
from tests.core.assessment.years import scored

VECTORS = Path(__file__).parents[2] / "vectors" / "assessment"
CASES = [case for file in sorted(VECTORS.glob("*.json")) for case in read_cases(file.read_bytes())]
APPLIES = json.loads((VECTORS.parent / "regulations-by-year.json").read_text(encoding="utf-8"))
FILES = sorted(
    one.name
    for one in files("hocba.core.assessment").joinpath("regulations").iterdir()
    if one.name.endswith(".toml")
)


def governing(kind: str, level: str, grade: int, year: str) -> str:
    """Name of the circular, "" when none of ours governs."""
    try:
        found = regulation_for(school_level=level, grade=grade, school_year=year, school_kind=kind)
    except HocbaError as refusal:
        return "" if refusal.code == "assessment.no_regulation" else refusal.code
    return found.name


@pytest.mark.parametrize("row", APPLIES, ids=lambda row: " ".join(map(str, row)))
def test_each_grade_moves_to_its_circular_in_its_year(row: list[Any]) -> None:
    *key, name = row
    assert governing(*key) == name


def test_a_grade_that_no_level_has_has_no_circular() -> None:
    assert governing("general", "THCS", 5, "2024-2025") == ""
    assert governing("general", "Tiểu học", 3, "2024-2025") == ""


def numbers(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], int | str]]:
    """Yield every number and school year of a file's data with the way to it."""
    items: Any = ()
    if isinstance(data, Mapping):
        items = data.items()
    elif isinstance(data, list):
        items = enumerate(data)
    for key, value in items:
        if isinstance(value, int) and not isinstance(value, bool) or path and path[-1] == "from":
            yield (*path, key), value
        else:
            yield from numbers(value, (*path, key))


def replaced(data: Mapping[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The data with one value put in another's place."""
    changed: Any = copy.deepcopy(data)
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return dict(changed)


def fails_a_vector(regulation: Regulation, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the cases, the table of years or the two last grades notice this other regulation."""
    others = [one for one in REAL if one.name != regulation.name]
    changed = (*others, regulation)
    monkeypatch.setattr(room, "all_regulations", lambda: changed)
    monkeypatch.setattr("hocba.adapters.worked_cases.all_regulations", lambda: changed)
    own = (case for case in CASES if NAMES[case["regime"]] == regulation.name)
    return (
        any(next(mismatches(case), None) for case in own)
        or any(governing(*key) != name for *key, name in APPLIES)
        or completions(regulation) != COMPLETIONS
        or [mark for mark in (99, 100, 101) if out_of_scale(mark, regulation)] != [101]
    )


COMPLETIONS = {("THCS", 8): None, ("THCS", 9): False, ("THPT", 11): None, ("THPT", 12): False}


def completions(regulation: Regulation) -> dict[tuple[str, int], bool | None]:
    """What is said of completing the level, for a student who was away too long."""
    return {
        (level, grade): assess_year(
            StudentYear(level, grade, "", (), absences_excused=46, absences_unexcused=0),
            regulation=regulation,
        ).completes_level
        for level, grade in COMPLETIONS
    }


def out_of_scale(mark: int, regulation: Regulation) -> bool:
    """Whether a mark is called out of range."""
    year = StudentYear("THCS", 9, "", (scored("toan", mark),))
    return "mark.range" in {one.code for one in check_shapes(year, regulation=regulation)}


def own_data(name: str) -> Mapping[str, Any]:
    """What stands in the file itself; what it amends has its own test."""
    text = files("hocba.core.assessment").joinpath("regulations", name).read_text(encoding="utf-8")
    return tomllib.loads(text)


REAL = all_regulations()
NAMES = {
    "TT22": "TT22/2021",
    "TT43": "TT43/2021",
    "TT58": "TT58/2011",
    "TT58-26": "TT58/2011 (sửa đổi TT26/2020)",
}
MUTANTS = [
    pytest.param(name, path, value, id=f"{name} {'.'.join(map(str, path))}")
    for name in FILES
    for path, value in numbers(own_data(name))
]


@pytest.mark.parametrize(("name", "path", "value"), MUTANTS)
def test_any_changed_number_fails_a_vector(
    name: str, path: tuple[Any, ...], value: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = regulation_data(name)
    others = (value - 1, value + 1) if isinstance(value, int) else other_years(value)
    for other in others:
        mutant = load_regulation(replaced(data, path, other))
        assert fails_a_vector(mutant, monkeypatch), other


def other_years(year: str) -> tuple[str, str]:
    """The school years before and after."""
    first = int(year[:4])
    return f"{first - 1}-{first}", f"{first + 1}-{first + 2}"


def test_every_section_with_numbers_cites_its_clause() -> None:
    for name in FILES:
        for section, part in regulation_data(name).items():
            if isinstance(part, dict):
                assert part["clause"].startswith("Điều "), (name, section)


@pytest.mark.parametrize(
    ("level", "kind", "scored", "remarked", "electives"),
    [
        ("THCS", "general", 8, 4, 0),
        ("THPT", "general", 5, 3, 9),
        ("THCS", "continuing", 5, 0, 0),
        ("THPT", "continuing", 3, 2, 7),
    ],
)
def test_each_programme_has_its_subjects(
    level: str, kind: str, scored: int, remarked: int, electives: int
) -> None:
    plan = programme(school_level=level, school_kind=kind)
    due = [one for one in plan.subjects if not one.optional]
    assert sum(one.form.value == "scored" for one in due) == scored
    assert sum(one.form.value == "remark" for one in due) == remarked
    assert sum(one.group is SubjectGroup.ELECTIVE for one in plan.subjects) == electives


def test_thcs_fills_its_weeks() -> None:
    due = [one for one in catalogue("THCS") if not one.optional]
    totals = [sum(one.periods_by_grade[grade] for one in due) for grade in (6, 7, 8, 9)]
    assert totals == [1015, 1015, 1032, 1032]


@pytest.mark.parametrize(
    ("level", "kind", "name"),
    [
        ("THCS", "general", "2018"),
        ("THPT", "general", "2018"),
        ("THCS", "continuing", "2018"),
        ("THPT", "continuing", "2018"),
        ("THCS", "general", "2006"),
        ("THPT", "general", "2006"),
    ],
)
def test_no_two_subjects_share_a_key_or_a_spelling(level: str, kind: str, name: str) -> None:
    subjects = catalogue(level, kind, name)
    assert len({one.key for one in subjects}) == len(subjects)
    for one in subjects:
        for spelling in (one.name, one.name.upper(), *one.aliases):
            found = find_subject(spelling, school_level=level, school_kind=kind, name=name)
            assert found is one, spelling


def test_a_strange_level_has_no_programme() -> None:
    with pytest.raises(HocbaError, match=r"assessment\.level_unknown"):
        programme(school_level="Tiểu học")


def test_every_subject_has_its_name_and_the_current_programme_gives_it() -> None:
    names = subject_names()
    assert (names["toan"], names["lich_su_dia_li"]) == ("Toán", "Lịch sử và Địa lí")
    for level in ("THCS", "THPT"):
        assert all(names[subject.key] for subject in catalogue(level))
