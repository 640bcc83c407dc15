"""What must be right before anybody signs: schema, then sense. Empty means ready.

Each rule is one small check over the read value; the schema says what shapes and words may occur.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import as_file, files

from lxml import etree

from hocba.core.assessment.findings import Finding, Severity
from hocba.core.errors import HocbaError
from hocba.core.transcript.canonical import from_xml, to_xml
from hocba.core.transcript.model import SubjectRow, Transcript
from hocba.core.transcript.parser import parse

FINAL_GRADES = {"THCS": 9, "THPT": 12, "GDTX": 12}


def lint(document: bytes) -> tuple[Finding, ...]:
    """Return everything that forbids signing this document; all findings block."""
    try:
        root = parse(document)
        broken = tuple(_schema_findings(root))
        if broken:
            return broken
        transcript = from_xml(document)
    except HocbaError as refusal:
        return (_finding(refusal.code, found=str(refusal.params.get("element", ""))),)
    findings = [finding for rule in _RULES for finding in rule(transcript)]
    if len(root[1]) == 0 and to_xml(transcript) != document:
        findings.append(_finding("transcript.not_canonical"))
    return tuple(findings)


def _finding(code: str, *, found: str = "", expected: str = "") -> Finding:
    return Finding(code, Severity.BLOCK, found=found, expected=expected)


@cache
def _schema() -> etree.XMLSchema:
    with as_file(files(__package__).joinpath("schema")) as folder:
        return etree.XMLSchema(etree.parse(str(folder / "hoc_ba_1_0.xsd")))


def schema_valid(root: etree._Element) -> bool:
    """Whether a parsed document has the shape of the schema."""
    return bool(_schema().validate(root))


def _schema_findings(root: etree._Element) -> Iterator[Finding]:
    schema = _schema()
    if not schema.validate(root):
        for text in str(schema.error_log).splitlines()[:20]:
            yield _finding("transcript.schema", found=text.partition("ERROR:")[2][:300])


def _school_year(transcript: Transcript) -> Iterator[Finding]:
    first, last = transcript.school_year.split("-")
    if int(last) != int(first) + 1:
        yield _finding("transcript.school_year", found=transcript.school_year)


def _subjects_once(transcript: Transcript) -> Iterator[Finding]:
    names = [row.name for row in transcript.subjects]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _finding("transcript.subject_twice", found=name)


def _subject_values(transcript: Transcript) -> Iterator[Finding]:
    for row in transcript.subjects:
        for value in (row.first, row.second, row.year, row.reassessed):
            if value and (value in ("Đ", "CĐ")) != (row.form == "remark"):
                yield _finding("transcript.value_form", found=f"{row.name}: {value}")
        if not (row.first and row.second and row.year):
            yield _finding("transcript.subject_incomplete", found=row.name)
        yield from _year_of_remark(row)


def _year_of_remark(row: SubjectRow) -> Iterator[Finding]:
    if row.form == "remark" and row.year and row.second and row.year != row.second:
        yield _finding("transcript.remark_year", found=f"{row.name}: {row.year}")


def _summary(transcript: Transcript) -> Iterator[Finding]:
    summary = transcript.summary
    for name, value in (
        ("kết quả rèn luyện cả năm", summary.conduct_year),
        ("kết quả học tập cả năm", summary.learning_year),
        ("nhận xét của giáo viên chủ nhiệm", summary.homeroom_remark),
    ):
        if not value:
            yield _finding("transcript.summary_incomplete", found=name)


def _completion(transcript: Transcript) -> Iterator[Finding]:
    final = FINAL_GRADES[transcript.school_level] == transcript.grade
    if final != (transcript.summary.completes_level is not None):
        yield _finding("transcript.completion", found=str(transcript.grade))
    promoted = transcript.summary.promotion.startswith("promoted")
    if final and transcript.summary.completes_level != promoted:
        yield _finding("transcript.completion", found=transcript.summary.promotion)


def _dates(transcript: Transcript) -> Iterator[Finding]:
    year = int(transcript.school_year[:4])
    age = year - transcript.student.birth_date.year
    if not 9 <= age <= 99:
        yield _finding("transcript.birth_date", found=f"{transcript.student.birth_date:%d/%m/%Y}")
    if transcript.issue_date.year < year:
        yield _finding("transcript.issue_date", found=f"{transcript.issue_date:%d/%m/%Y}")


_RULES: tuple[Callable[[Transcript], Iterator[Finding]], ...] = (
    _school_year,
    _subjects_once,
    _subject_values,
    _summary,
    _completion,
    _dates,
)
