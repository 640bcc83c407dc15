"""`hocba assess`: judge a class workbook, or a file of worked cases, so that anyone can check us.

    hocba assess FILE [--json] [--why]

FILE is a class workbook (.xlsx) or a JSON file of worked cases (`adapters.worked_cases`). Exit
code: 0 when everything could be judged and every expectation of a case file is met; 1 when a
finding blocks a student, or an expectation is not met (which and why is printed); 2 when the file
cannot be read at all.

--json prints for a workbook {"kind": "workbook", "class", "school_year", "regulation", "students":
[{"code", "name", "results": {name: value}, "review", "why"}], "findings": [...]}, where results are
named as by `core.assessment.simulate.facts` and averages are tenths; for cases {"kind": "cases",
"cases", "met", "mismatches": [{"case", "policy", "field", "expected", "found"}]}.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from hocba.adapters.spreadsheets import ClassWorkbook, read_class_workbook
from hocba.adapters.spreadsheets.check import check_workbook, student_years
from hocba.adapters.wording.explanations import shown, why
from hocba.adapters.wording.findings import finding_sentence
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.worked_cases import Mismatch, mismatches, read_cases
from hocba.cli.opening import bounded_bytes
from hocba.core.assessment.assess import assess_year
from hocba.core.assessment.evaluation import encoded
from hocba.core.assessment.explain import explain_year
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.marks import RemarkLevel
from hocba.core.assessment.regulation import Regulation, regulation_for
from hocba.core.assessment.results import Decision
from hocba.core.assessment.shapes import check_shapes
from hocba.core.assessment.simulate import Fact, facts
from hocba.core.assessment.subjects import catalogue
from hocba.core.errors import HocbaError

MAX_FILE_BYTES = 20 * 1024 * 1024
_DECISIONS = {
    Decision.PROMOTED.value: "Lên lớp",
    Decision.PROMOTED_AFTER_SUMMER.value: "Lên lớp sau hè",
    Decision.PENDING.value: "Chờ kết quả hè",
    Decision.RETAINED.value: "Không lên lớp",
    Decision.UNDETERMINED.value: "Chưa đủ căn cứ",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("file", type=Path, metavar="TỆP")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.add_argument("--why", action="store_true", help="in lí do của từng kết quả")


def run(options: argparse.Namespace) -> int:
    """Judge the file and return the exit code."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    try:
        data = bounded_bytes(options.file, limit=MAX_FILE_BYTES)
        if data.lstrip()[:1] in (b"{", b"["):
            return _cases(data, options)
        return _workbook(data, options)
    except HocbaError as refusal:
        errors.print(f"{options.file}: {refusal_sentence(refusal)}")
        return 2


def _cases(data: bytes, options: argparse.Namespace) -> int:
    cases = read_cases(data)
    found = [one for case in cases for one in mismatches(case)]
    failed = {one.case for one in found}
    if options.json:
        summary = {
            "kind": "cases",
            "cases": len(cases),
            "met": len(cases) - len(failed),
            "mismatches": [asdict(one) for one in found],
        }
        _write(summary)
    else:
        _print_cases(cases, found, len(failed))
    return 1 if found else 0


def _print_cases(cases: Sequence[Mapping[str, Any]], found: list[Mismatch], failed: int) -> None:
    out = Console(highlight=False, soft_wrap=True, markup=False)
    titles = {case.get("id", ""): case.get("title", "") for case in cases}
    for one in found:
        reading = f" [{one.policy}]" if one.policy else ""
        out.print(f"✗ {one.case}{reading} {titles.get(one.case, '')}")
        out.print(f"    {one.field}: mong đợi {one.expected!r}, tính được {one.found!r}")
    out.print(f"{len(cases) - failed}/{len(cases)} tình huống khớp")


def _workbook(data: bytes, options: argparse.Namespace) -> int:
    reading = read_class_workbook(data, filename=options.file.name)
    workbook = reading.workbook
    if workbook is None:
        _print_findings(reading.findings)
        return 2
    regulation = regulation_for(
        school_level=workbook.school_level, grade=workbook.grade, school_year=workbook.school_year
    )
    findings = (*reading.findings, *check_workbook(workbook, regulation=regulation))
    students = _students(workbook, regulation, with_why=options.why)
    if options.json:
        _write(
            {
                "kind": "workbook",
                "class": workbook.class_name,
                "school_year": workbook.school_year,
                "regulation": regulation.name,
                "students": students,
                "findings": [_finding(one) for one in findings],
            }
        )
    else:
        _print_students(students, workbook, regulation)
        _print_findings(findings)
    return 1 if any(one.severity is Severity.BLOCK for one in findings) else 0


def _students(
    workbook: ClassWorkbook, regulation: Regulation, *, with_why: bool
) -> list[dict[str, Any]]:
    names: dict[str, str] = {one.key: one.name for one in catalogue(workbook.school_level)}
    years = student_years(workbook)
    rows = []
    for student in workbook.students:
        if student.student_code not in years:
            continue
        year = years[student.student_code]
        judged = assess_year(year, regulation=regulation)
        reasons: list[str] = []
        if with_why:
            explained = explain_year(year, regulation=regulation, assessment=judged)
            reasons = [why(one, names=names) for one in explained]
        rows.append(
            {
                "code": student.student_code,
                "name": student.full_name,
                "results": {about: _as_json(value) for about, value in facts(judged).items()},
                "review": [
                    *judged.review,
                    *(one.code for one in check_shapes(year, regulation=regulation)),
                ],
                "why": reasons,
            }
        )
    return rows


def _as_json(value: Fact) -> Any:
    return (
        value
        if isinstance(value, str | bool) and not isinstance(value, RemarkLevel)
        else (encoded(value))
    )


def _print_students(
    students: Sequence[Mapping[str, Any]], workbook: ClassWorkbook, regulation: Regulation
) -> None:
    title = f"Lớp {workbook.class_name}, năm học {workbook.school_year}, {regulation.name}"
    table = Table(title=title, title_justify="left")
    for head in (
        "Học sinh",
        "HT HKI",
        "HT HKII",
        "HT cả năm",
        "RL cả năm",
        "Kết luận",
        "Danh hiệu",
    ):
        table.add_column(head)
    for one in students:
        results = one["results"]
        levels = ("learning.HK1", "learning.HK2", "learning.year", "conduct")
        table.add_row(
            one["name"],
            *(shown(results[about]) for about in levels),
            _DECISIONS[results["promotion"]],
            results["award"],
        )
    out = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    out.print(table)
    for one in students:
        for sentence in one["why"]:
            out.print(f"{one['name']}: {sentence}", soft_wrap=True, markup=False)


def _print_findings(findings: Sequence[Finding]) -> None:
    out = Console(highlight=False, soft_wrap=True, markup=False)
    for one in findings:
        mark = "✗" if one.severity is Severity.BLOCK else "!"
        where = " ".join(
            part for part in (one.place.sheet, one.place.cell, one.student_name) if part
        )
        out.print(
            f"{mark} {where}: {finding_sentence(one)}"
            if where
            else f"{mark} {finding_sentence(one)}"
        )


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "code": one.code,
        "severity": one.severity.value,
        "sheet": one.place.sheet,
        "cell": one.place.cell,
        "student": one.student_name,
        "found": one.found,
        "expected": one.expected,
        "sentence": finding_sentence(one),
    }


def _write(summary: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
