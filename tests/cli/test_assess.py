"""`hocba assess`: a stranger hands in a workbook or worked cases and checks us."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hocba.cli import main
from tests.cli.conftest import Answered

ROOT = Path(__file__).parents[2]
GOOD, FAULTY = ROOT / "examples/so-diem-9A1.xlsx", ROOT / "examples/so-diem-9A2-loi.xlsx"
CASES = ROOT / "tests/vectors/assessment/worked-cases.json"
Assess = Callable[..., Answered]


@pytest.fixture
def assess(capsys: pytest.CaptureFixture[str]) -> Assess:
    """Run `hocba assess …`."""

    def go(*arguments: str | Path) -> Answered:
        code = main(["assess", *map(str, arguments)])
        captured = capsys.readouterr()
        return Answered(code, captured.out, captured.err)

    return go


def a_case(**changes: Any) -> bytes:
    """A file of one worked case."""
    case = {
        "id": "T-1",
        "regime": "TT22",
        "kind": "semester_average",
        "title": "hai điểm thường xuyên",
        "input": {"regular": ["8", "9"], "midterm": "7", "final": "8"},
        "expected": {"average": "7.9"},
    }
    return json.dumps({"cases": [case | changes]}).encode()


def test_a_good_workbook_is_judged_whole(assess: Assess) -> None:
    done = assess(GOOD)
    assert done.code == 0
    assert "Lớp 9A1, năm học 2024-2025, TT22/2021" in done.out
    assert "Học sinh Xuất sắc" in done.out


def test_json_tells_every_result(assess: Assess) -> None:
    told = assess(GOOD, "--json").json
    assert (told["kind"], told["class"], len(told["students"])) == ("workbook", "9A1", 42)
    first = told["students"][0]
    assert first["results"]["average.toan.year"] == 73
    assert first["results"]["average.nghe_thuat.year"] == "Đ"
    assert first["results"]["learning.year"] == "Khá"
    assert first["results"]["promotion"] == "promoted"
    assert first["why"] == []


def test_why_gives_the_reason_of_each_result(assess: Assess) -> None:
    sentences = assess(GOOD, "--json", "--why").json["students"][0]["why"]
    assert len(sentences) == 12 * 3 + 6
    assert "Toán, cả năm: (7,7 + 2 × 7,1) : 3 = 7,3 (TT22/2021 Điều 9.1.b)." in sentences


def test_a_hurried_workbook_says_what_blocks_and_fails(assess: Assess) -> None:
    done = assess(FAULTY)
    assert done.code == 1
    assert "Chưa đủ căn cứ" in done.out
    assert "✗ Ngữ văn D20 Bùi Mai Hạnh: Điểm 85 nằm ngoài thang 10" in done.out


def test_all_worked_cases_are_met(assess: Assess) -> None:
    done = assess(CASES)
    assert (done.code, done.out) == (0, "116/116 tình huống khớp\n")
    assert assess(CASES, "--json").json["mismatches"] == []


def test_an_unmet_expectation_is_named_and_fails(assess: Assess, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_bytes(a_case(expected={"average": "8.0"}))
    done = assess(file)
    assert done.code == 1
    assert "✗ T-1 hai điểm thường xuyên" in done.out
    assert "average: mong đợi '8.0', tính được '7.9'" in done.out
    (told,) = assess(file, "--json").json["mismatches"]
    assert told == {
        "case": "T-1",
        "policy": "",
        "field": "average",
        "expected": "8.0",
        "found": "7.9",
    }


def test_an_expectation_of_another_reading_is_named_with_it(assess: Assess, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    scores = ["8.5", "8.5", "8.5", "8.5", "8.5", "7.0", "7.0", "4.0"]
    other = {"policy": "strict_removal+scores_only", "expected": {"final": "Khá"}}
    file.write_bytes(
        a_case(
            kind="learning_level",
            input={"scores": scores, "comments": ["Đ"] * 4},
            expected={"final": "Khá"},
            alternatives=[other],
        )
    )
    assert "[strict_removal+scores_only]" in assess(file).out


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{}", "không phải tệp ví dụ"),
        (b"[1]", "không phải tệp ví dụ"),
        (b'{"cases": [1]}', "không phải tệp ví dụ"),
        (b"{" * 100_000, "không phải tệp ví dụ"),
        (a_case(kind="thien_van"), "thien_van"),
        (a_case(regime="TT99"), "TT99"),
        (a_case(input={}), "T-1"),
        (a_case(input={"regular": ["11"], "midterm": "7", "final": "8"}), "T-1"),
    ],
)
def test_a_file_of_cases_that_cannot_be_read_is_said(
    assess: Assess, tmp_path: Path, data: bytes, words: str
) -> None:
    file = tmp_path / "cases.json"
    file.write_bytes(data)
    done = assess(file)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_what_is_no_workbook_is_said(assess: Assess, tmp_path: Path) -> None:
    file = tmp_path / "so.xlsx"
    file.write_bytes(b"hello")
    assert assess(file).code == 2
    missing = assess(tmp_path / "khong-co.xlsx")
    assert (missing.code, "Không có tệp" in missing.err) == (2, True)


def test_it_needs_neither_django_nor_network(command: Callable[..., Answered]) -> None:
    done = command("assess", str(CASES))
    assert (done.code, done.out) == (0, "116/116 tình huống khớp\n")
