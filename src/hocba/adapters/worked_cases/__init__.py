"""Worked cases of the circulars as a JSON file, judged by us and compared with what they expect.

The file's structure (`tests/vectors/assessment/worked-cases.json` documents it inside): a list of
cases, each of a kind, under a regime, with inputs as people write them ("8.3", "Đ", "Tốt") and the
expected results; `alternatives` say what another reading of the law gives. Anybody can hand us such
a file to check us (`hocba assess FILE`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hocba.adapters.worked_cases.kinds import KINDS, Results
from hocba.core.assessment.regulation import all_regulations
from hocba.core.errors import HocbaError

_REGIMES = {
    "TT22": "TT22/2021",
    "TT43": "TT43/2021",
    "TT58": "TT58/2011",
    "TT58-26": "TT58/2011 (sửa đổi TT26/2020)",
}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One expectation that we do not meet; `policy` names another reading, "" the default one."""

    case: str
    policy: str
    field: str
    expected: Any
    found: Any


def read_cases(data: bytes) -> list[Mapping[str, Any]]:
    """Return the cases of a file.

    Raises:
        HocbaError: "cases.unreadable" when it is not such a file.
    """
    try:
        cases = json.loads(data)["cases"]
        if all(isinstance(one, dict) and {"kind", "regime", "input"} <= set(one) for one in cases):
            return list(cases)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise HocbaError("cases.unreadable") from error
    raise HocbaError("cases.unreadable")


def results_of(case: Mapping[str, Any], *, policy: str = "") -> Results:
    """Judge one case; the keys are those that its kind expects.

    Raises:
        HocbaError: "cases.kind_unknown", "cases.regime_unknown", "cases.value" with the case's id.
    """
    name = str(case.get("id", ""))
    judge = KINDS.get(case["kind"])
    if judge is None:
        raise HocbaError("cases.kind_unknown", case=name, kind=case["kind"])
    wanted = _REGIMES.get(case["regime"])
    regulation = next((one for one in all_regulations() if one.name == wanted), None)
    if regulation is None:
        raise HocbaError("cases.regime_unknown", case=name, regime=case["regime"])
    try:
        return judge(case["input"], regulation, policy)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise HocbaError("cases.value", case=name, detail=str(error)) from error


def mismatches(case: Mapping[str, Any]) -> Iterator[Mismatch]:
    """Compare a case with its expectations, those of other readings included."""
    readings = [{"policy": "", "expected": case.get("expected", {})}]
    for reading in [*readings, *case.get("alternatives", [])]:
        policy = reading["policy"]
        found = results_of(case, policy=policy)
        for field, expected in reading["expected"].items():
            if found.get(field) != expected:
                yield Mismatch(str(case.get("id", "")), policy, field, expected, found.get(field))
