"""The desks of a school's set-up."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hocba.apps.accounts.models import Person
from hocba.apps.roster.models import Unit
from tests.apps.roster.setup_files import Desk


@pytest.fixture
def august() -> datetime:
    """An instant in August 2025, when the year 2025-2026 is set up."""
    return datetime(2025, 8, 11, 2, 0, tzinfo=UTC)


@pytest.fixture
def desk(school: Unit, it_officer: Person, august: datetime, tmp_path: Path, settings: Any) -> Desk:
    """The IT officer at work in the school, with a blob store of this test's own."""
    settings.HOCBA_DATA_DIR = tmp_path
    return Desk(school, it_officer.pk, august)
