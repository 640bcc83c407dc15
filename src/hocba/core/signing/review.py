"""What somebody looks at before signing many transcripts at once, and which of them must be opened.

Bulk signing without reading is how wrong marks got signed elsewhere. A review says totals, how the
results are spread (never who is better: TT15/2026 Đ22.2), what changed since this signer looked
last, what is missing, what the gradebook's history makes worth a look. Which pages must be opened
is dated data (`review.toml`).
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from hocba.core.assessment.signals import signal_limits
from hocba.core.signing.plan import Slot
from hocba.core.transcript.canonical import row_id
from hocba.core.transcript.diff import FieldChange
from hocba.core.transcript.model import SubjectRow, Transcript


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """Which pages must be opened: those with one of these reasons, and a sample of each class."""

    name: str
    sample_per_class: int
    always: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One transcript to be signed: what it says, and what is known of it besides."""

    key: str
    class_name: str
    slot: Slot
    transcript: Transcript
    changes: tuple[FieldChange, ...] = ()  # since this signer looked last
    returned: bool = False  # it was given back and composed anew
    signals: tuple[str, ...] = ()  # codes of `core.assessment.signals` about its marks


@dataclass(frozen=True, slots=True)
class ClassReview:
    """One class in figures: how many students, and counts by title and then by value."""

    class_name: str
    students: int
    subjects: int
    spread: Mapping[str, Mapping[str, int]]
    missing: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Review:
    """The whole: classes in figures, and per page why it must be opened (empty: it need not)."""

    rule: str
    classes: tuple[ClassReview, ...]
    must_open: Mapping[str, tuple[str, ...]]


@cache
def review_rule() -> ReviewRule:
    """Return the rule in force."""
    text = files(__package__).joinpath("review.toml").read_text(encoding="utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    return ReviewRule(data["name"], data["sample_per_class"], frozenset(data["always"]))


def review_of(
    *, pages: Sequence[ReviewPage], signer_id: str, rule: ReviewRule | None = None
) -> Review:
    """Look through what one signer is to sign.

    A subject teacher is shown the own rows only, everybody else the whole transcript.
    """
    in_force = rule or review_rule()
    by_class: dict[str, list[ReviewPage]] = defaultdict(list)
    for page in pages:
        by_class[page.class_name].append(page)
    must: dict[str, tuple[str, ...]] = {}
    for own in by_class.values():
        reasons = {page.key: _reasons(page, in_force) for page in own}
        calm = sorted(
            (page.key for page in own if not reasons[page.key]),
            key=lambda key: sha256(f"{signer_id}\n{key}".encode()).digest(),
        )
        sample = dict.fromkeys(calm[: in_force.sample_per_class], ("sample",))
        must |= reasons | sample
    return Review(
        in_force.name,
        tuple(_class_review(name, own) for name, own in by_class.items()),
        {page.key: must[page.key] for page in pages},
    )


def rows_shown(slot: Slot, transcript: Transcript) -> tuple[SubjectRow, ...]:
    """Return the subject rows that a slot speaks for: the teacher's own, or all."""
    own = tuple(row for row in transcript.subjects if row_id(row.key) in slot.targets)
    return own or transcript.subjects


def missing_parts(page: ReviewPage) -> tuple[str, ...]:
    """Return what a transcript has a place for and does not say, as codes."""
    summary = page.transcript.summary
    rows = rows_shown(page.slot, page.transcript)
    own_rows_only = len(rows) < len(page.transcript.subjects) or page.slot.order == 1
    found = ["remark"] if any(not row.remark for row in rows) else []
    if any(not row.year for row in rows):
        found.append("year_result")
    if not own_rows_only:
        found += ["homeroom_remark"] if not summary.homeroom_remark else []
        found += ["pending"] if summary.promotion == "pending" else []
    return tuple(found)


def _reasons(page: ReviewPage, rule: ReviewRule) -> tuple[str, ...]:
    known = {
        "changed": bool(page.changes),
        "returned": page.returned,
        "signal": bool(page.signals),
        "missing": bool(missing_parts(page)),
    }
    return tuple(name for name, found in known.items() if found and name in rule.always)


def _class_review(name: str, pages: Sequence[ReviewPage]) -> ClassReview:
    spread: dict[str, Counter[str]] = defaultdict(Counter)
    missing: Counter[str] = Counter()
    subjects: set[str] = set()
    for page in pages:
        rows = rows_shown(page.slot, page.transcript)
        subjects |= {row.key for row in rows}
        missing.update(missing_parts(page))
        if page.slot.order == 1:
            for row in rows:
                spread[row.name][_band(row)] += 1
            continue
        summary = page.transcript.summary
        spread["learning"][summary.learning_year] += 1
        spread["conduct"][summary.conduct_year] += 1
        spread["promotion"][summary.promotion] += 1
        if summary.award:
            spread["award"][summary.award] += 1
    return ClassReview(
        name,
        len({page.key for page in pages}),
        len(subjects),
        {title: dict(counts) for title, counts in spread.items()},
        dict(missing),
    )


def _band(row: SubjectRow) -> str:
    """Say between which thresholds of the circular a year average lies; a level as it is."""
    if row.form != "scored" or not row.year:
        return row.year
    whole, _, tenth = row.year.partition(".")
    mark = int(whole) * 10 + int(tenth or 0)
    bounds = (0, *signal_limits().thresholds, 101)
    lower = max(bound for bound in bounds if bound <= mark)
    upper = bounds[bounds.index(lower) + 1]
    return f"{lower}-{upper - 1}"
