"""The demo's city as a fixture: real people, real keys of a test PKI, an empty gradebook.

Keys are made once a session; every test gets a folder and a database of its own.
"""

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from hocba.web.demo import road
from hocba.web.demo.city import City, build_city
from hocba.web.demo.report import Report

_ROOT = Path(__file__).parents[2]
WORKBOOK = _ROOT / "tests" / "vectors" / "workbooks" / "so-diem-6-hoc-sinh.xlsx"
CLASS_SIZE = 6  # the first students of the sample class; the demo walks the whole class
FAULTY_WORKBOOK = _ROOT / "examples" / "so-diem-9A2-loi.xlsx"


def quiet_report() -> Report:
    """Return a report that nobody reads."""
    return Report(console=Console(file=io.StringIO()))


@pytest.fixture(scope="session")
def _pki_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pki")


@pytest.fixture
def data_dir(tmp_path: Path, settings: object) -> Path:
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
def city(db: None, data_dir: Path, _pki_folder: Path) -> Iterator[City]:
    """Build the city; its keys come from the session's folder."""
    if (_pki_folder / "demo-pki").exists():
        shutil.copytree(_pki_folder / "demo-pki", data_dir / "demo-pki")
    yield build_city(WORKBOOK, quiet_report())
    if not (_pki_folder / "demo-pki").exists():
        shutil.copytree(data_dir / "demo-pki", _pki_folder / "demo-pki")


@pytest.fixture
def walk(city: City) -> Callable[[str], object]:
    """Return a function that walks the road up to a step: accepted, composed, sealed, issued."""

    def go(until: str) -> object:
        report = quiet_report()
        class_id = road.import_class(city, WORKBOOK, report)
        if until == "accepted":
            return class_id
        road.compose(city, class_id, report)
        if until == "composed":
            return class_id
        road.sign(city, class_id, report)
        if until == "sealed":
            return class_id
        road.release(city, class_id, report)
        return class_id

    return go
