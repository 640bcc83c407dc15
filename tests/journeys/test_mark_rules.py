"""What the browser shows while somebody types is what the law says: many random cells and rows."""

import json
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: the same rows at every run
from typing import Any

import pytest
from playwright.sync_api import Browser

from hocba.apps.gradebook.grid import frame_of, rules_of, shown
from hocba.core.assessment.averages import remark_term, term_average
from hocba.core.assessment.marks import AssessmentForm, RemarkLevel, Tenths, Term, TermMarks
from hocba.core.assessment.reading import read_mark

pytestmark = pytest.mark.slow
RULES = Path(__file__).parents[2] / "src" / "hocba" / "web" / "static" / "mark-rules.js"
SHEETS = [  # level, grade, year, subject, periods
    ("THCS", 9, "2024-2025", "toan", 140),
    ("THCS", 6, "2024-2025", "giao_duc_cong_dan", 35),
    ("THCS", 9, "2024-2025", "giao_duc_the_chat", 70),
    ("THPT", 12, "2022-2023", "toan", 105),
    ("THPT", 12, "2022-2023", "the_duc", 70),
]
HERE = "11111111-1111-4111-8111-111111111111"
ALPHABET = "0123456789,.-đdcĐDC ạaưtu85"


def in_browser(chromium: Browser, expression: str, cases: list[Any]) -> list[Any]:
    page = chromium.new_page()
    page.add_script_tag(
        content=RULES.read_text(encoding="utf-8")
        + "window.rules = { readMark, shown, termResult };",
        type="module",
    )
    page.wait_for_function("window.rules")
    found: list[Any] = page.evaluate(f"cases => cases.map({expression})", cases)
    page.close()
    return found


def test_a_typed_cell_is_read_as_the_law_reads_it(chromium: Browser) -> None:
    draw = Random(20)
    texts = ["".join(draw.choices(ALPHABET, k=draw.randint(0, 6))) for _ in range(20_000)]
    texts += [f"{n / 10}".replace(".", draw.choice(",.")) for n in range(-20, 1100)]
    texts += ["chưa đạt", "Chưa  Đạt", "CHUA DAT", "đạt", "Dat", "cđ", "constructor", "8,50", "1e1"]
    cases = [[text, form.value] for text in texts for form in AssessmentForm]
    found = in_browser(chromium, "([text, form]) => rules.readMark(text, form)", cases)
    for (text, form), told in zip(cases, found, strict=True):
        law = read_mark(text, form=AssessmentForm(form))
        wanted = law.value.value if isinstance(law.value, RemarkLevel) else law.value
        assert told["value"] == wanted, (text, form)
        assert told.get("problem", "") == law.problem, (text, form)
        assert told.get("suggestion", "") == law.suggestion, (text, form)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: "-".join(map(str, sheet)))
def test_an_average_is_the_laws_over_many_random_rows(chromium: Browser, sheet: Any) -> None:
    level, grade, year, subject, periods = sheet
    frame = frame_of(
        school_id=HERE,  # type: ignore[arg-type]
        school_level=level,
        school_year=year,
        class_id=HERE,  # type: ignore[arg-type]
        class_name="A1",
        grade=grade,
        subject_key=subject,
        periods=periods,
        term=Term.FIRST,
    )
    draw = Random(f"{sheet}")
    remark = frame.form is AssessmentForm.REMARK
    rows = [row_of(draw, frame.required, remark=remark) for _ in range(5000)]
    rules = json.dumps(rules_of(frame))
    found = in_browser(chromium, f"row => rules.shown(rules.termResult(row, {rules}))", rows)
    result = remark_term if remark else term_average
    for row, told in zip(rows, found, strict=True):
        values = [*row["regular"]]
        while values and values[-1] is None:
            values.pop()
        law = result(
            marks=TermMarks(
                regular=tuple(map(value_of, values)),
                midterm=value_of(row["midterm"]),
                final=value_of(row["final"]),
            ),
            required=frame.required,
            regulation=frame.regulation,
        )
        assert told == shown(law), row
    assert sum(told != "" for told in found) > 1000


def row_of(draw: Random, required: int, *, remark: bool) -> dict[str, Any]:
    """A row that is often whole, sometimes with a gap, too few or too many."""

    def one() -> Any:
        value: Any = draw.choice(("Đ", "Đ", "Đ", "CĐ")) if remark else draw.randint(0, 100)
        return None if draw.random() < 0.04 else value

    count = required + draw.choice((0, 0, 0, 0, -1, 1, 2))
    return {"regular": [one() for _ in range(count)], "midterm": one(), "final": one()}


def value_of(raw: Any) -> Any:
    return RemarkLevel(raw) if isinstance(raw, str) else None if raw is None else Tenths(raw)
