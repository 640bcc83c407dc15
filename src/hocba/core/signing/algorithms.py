"""The policy on algorithms as dated data (`algorithms.toml`): when they retire, what is remarked.

Which algorithms are read at all is the profile's matter; this is about time.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from hocba.core.signing.retirement import RetiredAlgorithm


def published_retirements() -> tuple[RetiredAlgorithm, ...]:
    """Return the retirements that every trust list is published with."""
    return tuple(
        RetiredAlgorithm(row["name"], row["below_bits"], row["since"]) for row in _data()["retired"]
    )


def remarks_on(algorithm: str) -> tuple[str, ...]:
    """Return codes of what a report should say of a signature algorithm, none of it a fault."""
    return tuple(row["code"] for row in _data()["remark"] if row["algorithm"] == algorithm)


@cache
def _data() -> Mapping[str, Any]:
    text = files(__package__).joinpath("algorithms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
