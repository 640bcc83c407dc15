"""One issued transcript, made once a module; every test works on it in a savepoint of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hocba.web.demo.city import City
from tests.apps.issuing.recalls import Case, kept_open, places


@pytest.fixture(scope="session")
def _pki_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the keys of these tests are kept: they are made once."""
    return tmp_path_factory.mktemp("pki")


@pytest.fixture(scope="module")
def _issued(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    _pki_folder: Path,
) -> Iterator[tuple[City, UUID, Path]]:
    folder = tmp_path_factory.mktemp("issued")
    if (_pki_folder / "demo-pki").exists():
        shutil.copytree(_pki_folder / "demo-pki", folder / "demo-pki")
    with django_db_blocker.unblock(), kept_open(folder) as (city, class_id):
        if not (_pki_folder / "demo-pki").exists():
            shutil.copytree(folder / "demo-pki", _pki_folder / "demo-pki")
        yield city, class_id, folder


@pytest.fixture
def case(_issued: tuple[City, UUID, Path], db: None, tmp_path: Path, settings: Any) -> Case:
    """An issued transcript of one student, with files of this test's own."""
    city, class_id, folder = _issued
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    for name, path in places(tmp_path).items():
        setattr(settings, name, path)
    return Case(city, class_id)
