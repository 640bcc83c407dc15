"""The worked cases of the circulars, published and derived, every reading of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hocba.adapters.worked_cases import mismatches, read_cases

VECTORS = Path(__file__).parents[2] / "vectors" / "assessment"
CASES = [case for file in sorted(VECTORS.glob("*.json")) for case in read_cases(file.read_bytes())]


def test_there_are_cases_of_every_regime() -> None:
    assert {case["regime"] for case in CASES} == {"TT22", "TT43", "TT58", "TT58-26"}
    assert len(CASES) == len({case["id"] for case in CASES}) >= 116


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_case_comes_out_as_published(case: Mapping[str, Any]) -> None:
    assert list(mismatches(case)) == []
