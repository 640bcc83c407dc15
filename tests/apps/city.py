"""The demo's city as a fixture: real people, real keys of a test PKI, an empty gradebook.

The city and the places on its road are built once a session, by the real actions; every test gets
a folder and a database of its own, brought to where it starts (`kept`).
"""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from rich.console import Console

from hocba.apps.issuing.models import Draft
from hocba.core.errors import HocbaError
from hocba.web.demo import road
from hocba.web.demo.city import City, build_city
from hocba.web.demo.report import Report
from tests.apps.kept import Kept, bring_back, is_at, keep

_ROOT = Path(__file__).parents[2]
WORKBOOK = _ROOT / "tests" / "vectors" / "workbooks" / "so-diem-6-hoc-sinh.xlsx"
CLASS_SIZE = 6  # the first students of the sample class; the demo walks the whole class
FAULTY_WORKBOOK = _ROOT / "examples" / "so-diem-9A2-loi.xlsx"
PLACES = ("accepted", "composed", "sealed", "issued")
_STEPS = {"composed": road.compose, "sealed": road.sign, "issued": road.release}


def quiet_report() -> Report:
    """Return a report that nobody reads."""
    return Report(console=Console(file=io.StringIO()))


def look(city: City, person_id: UUID) -> None:
    """Look through all that waits for somebody, and open what must be opened."""
    classes = Draft.objects.filter(school_id=city.school_id, state="signing")
    for class_id in set(classes.values_list("class_id", flat=True)):
        with suppress(HocbaError):  # nothing waits there
            road.look_through(city, person_id, class_id)


class Road:
    """The city and the places on its road, each built when somebody first goes there."""

    def __init__(self, folder: Path, guard: Callable[[], AbstractContextManager[None]]) -> None:
        self._folder, self._guard = folder, guard
        self._kept: dict[tuple[str, str, bool], Kept] = {}
        self._start: Kept | None = None
        self._city: City | None = None
        self._class_id: UUID | None = None

    def city(self, data: Path) -> City:
        """Bring the city into an empty database and this folder."""
        if not is_at():
            raise ValueError("the city comes before everything else")
        if self._city is None or self._start is None:
            with self._guard():
                self._city = build_city(WORKBOOK, quiet_report())
            self._start = keep(data=data, folder=self._folder / "city")
        else:
            bring_back(self._start, data=data)
        # Tests may change what they are handed, and it lies elsewhere now.
        return replace(deepcopy(self._city), keys=data / self._city.keys.name)

    def go(self, city: City, place: str, data: Path) -> UUID:
        """Bring the untouched city to a place and return its class."""
        if self._start is None or not is_at(self._start):
            raise ValueError("walk before you write: a kept place does not know what was written")
        known = (place, *_clock()) if place != PLACES[0] else (place, "", False)
        if known in self._kept:
            bring_back(self._kept[known], data=data)
        else:
            self._build(city, place, data)
            folder = self._folder / str(len(self._kept))
            self._kept[known] = keep(data=data, folder=folder, on=[self._start])
        assert self._class_id is not None
        return self._class_id

    def _build(self, city: City, place: str, data: Path) -> None:
        if place == "accepted":
            with self._guard():
                self._class_id = road.import_class(city, WORKBOOK, quiet_report())
        else:
            class_id = self.go(city, PLACES[PLACES.index(place) - 1], data)
            with self._guard():
                _STEPS[place](city, class_id, quiet_report())


def _clock() -> tuple[str, bool]:
    """Whose clock stamps; a class that was composed beside one waits for its stamps."""
    return settings.HOCBA_TIMESTAMP_URL, bool(settings.HOCBA_DEMO_TIMESTAMP_KEY)


@pytest.fixture(scope="session")
def _road(tmp_path_factory: pytest.TempPathFactory, schools_named: Any) -> Road:
    return Road(tmp_path_factory.mktemp("road"), schools_named)


@pytest.fixture
def data_dir(tmp_path: Path, settings: Any) -> Path:
    """Point the installation's folder at a place of this test's own."""
    for name, path in (
        ("HOCBA_DATA_DIR", tmp_path),
        ("HOCBA_TRUST_FILE", tmp_path / "trust.json"),
        ("HOCBA_LOG_DIR", tmp_path / "log"),
        ("HOCBA_LOG_KEY_FILE", tmp_path / "log-key.pem"),
        ("HOCBA_PORTAL_KEY_FILE", tmp_path / "portal-key.pem"),
    ):
        setattr(settings, name, path)
    return tmp_path


@pytest.fixture
def city(db: None, data_dir: Path, _road: Road) -> City:
    """The city, in this test's folder and database."""
    return _road.city(data_dir)


@pytest.fixture
def walk(city: City, data_dir: Path, _road: Road) -> Callable[[str], UUID]:
    """Return a function that walks the road up to a step: accepted, composed, sealed, issued."""
    return lambda until: _road.go(city, until, data_dir)
