"""Which signature algorithms and key sizes are good until when: dated data (`algorithms.toml`)."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

from hocba.core.signing.verdict import Reason


@dataclass(frozen=True, slots=True)
class AlgorithmRule:
    """Keys of at least `smallest_bits` are good with the algorithm before the day `until`."""

    algorithm: str  # name in XML Signature
    smallest_bits: int
    until: date | None  # None: no end in sight
    remark: str  # code of what a report should say, "" for nothing


@cache
def algorithm_rules() -> tuple[AlgorithmRule, ...]:
    """Return the rules in force, the strictest about key size first."""
    data = files(__package__).joinpath("algorithms.toml").read_text(encoding="utf-8")
    rules = (
        AlgorithmRule(
            row["algorithm"], row["smallest_bits"], row.get("until"), row.get("remark", "")
        )
        for row in tomllib.loads(data)["rule"]
    )
    return tuple(sorted(rules, key=lambda rule: -rule.smallest_bits))


def algorithm_rule(*, algorithm: str, key_bits: int) -> AlgorithmRule | None:
    """Return the rule for an algorithm with a key of that size, None when none allows it."""
    fitting = (rule for rule in algorithm_rules() if rule.algorithm == algorithm)
    return next((rule for rule in fitting if rule.smallest_bits <= key_bits), None)


def check_algorithm(
    *, algorithm: str, key_bits: int, exists_by: datetime
) -> tuple[Reason | None, tuple[str, ...]]:
    """Judge algorithm and key size of a signature that is known to exist by an instant.

    Returns what speaks against it (EN 319 102-1 §5.2.8), None when nothing does, and remarks.
    """
    rule = algorithm_rule(algorithm=algorithm, key_bits=key_bits)
    if rule is None:
        return Reason("algorithm.not_accepted", "CRYPTO_CONSTRAINTS_FAILURE", algorithm[:80]), ()
    remarks = (rule.remark,) if rule.remark else ()
    if rule.until is not None and exists_by.astimezone(UTC).date() >= rule.until:
        detail = f"{key_bits} bit, {rule.until:%d/%m/%Y}"
        return Reason("algorithm.outdated", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", detail), remarks
    return None, remarks
