"""Does a transcript make sense? Each rule is one small check over the read value.

What the circular concludes is judged in `core.assessment`; here only what a document must say and
must not contradict. The schema repeats the shapes; these rules exist to say them in words.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date

from hocba.core.assessment.findings import Finding, Severity
from hocba.core.transcript import fields as table
from hocba.core.transcript.canonical import follow
from hocba.core.transcript.model import Signatory, SubjectRow, Transcript

GRADES = {"THCS": (6, 9), "THPT": (10, 12), "GDTX": (6, 12)}
FINAL_GRADES = {"THCS": 9, "THPT": 12, "GDTX": 12}
YOUNGEST, OLDEST = 9, 99
_CITIZEN_ID = re.compile(r"[0-9]{12}")
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_SCHOOL_YEAR = re.compile(r"(20[0-9]{2})-(20[0-9]{2})")
_MARK = re.compile(r"10\.0|[0-9]\.[0-9]")
_REMARK_LEVELS = ("Đ", "CĐ")
_COMPLETES = {
    "promoted": True,
    "promoted_after_reassessment": True,
    "retained": False,
    "pending": None,
}


def check_transcript(transcript: Transcript) -> Iterator[Finding]:
    """Yield everything that forbids signing this value; `found` is short and in Vietnamese."""
    for rule in _RULES:
        yield from rule(transcript)


def _finding(code: str, *, found: str = "", expected: str = "") -> Finding:
    return Finding(f"transcript.{code}", Severity.BLOCK, found=found, expected=expected)


def _tidy_texts(transcript: Transcript) -> Iterator[Finding]:
    places: list[tuple[str, object, tuple[table.Field, ...]]] = [
        ("", transcript, table.GENERAL),
        ("", transcript.summary, table.SUMMARY),
        *(("", step, table.STUDY_STEP) for step in transcript.study_steps),
        *((f"{row.name}: ", row, table.SUBJECT_ROW) for row in transcript.subjects),
    ]
    for where, value, rows in places:
        for field in rows:
            text = follow(value, field.path)
            if isinstance(text, str) and text != text.strip():
                yield _finding("untidy_text", found=f"{where}{field.label}")


def _lookup_codes(transcript: Transcript) -> Iterator[Finding]:
    own, replaced = transcript.lookup_uuid, transcript.replaces_uuid
    for code in (own, *((replaced,) if replaced else ())):
        if not _UUID4.fullmatch(code):
            yield _finding("lookup_code", found=code)
    if own == replaced:
        yield _finding("lookup_code", found=own)


def _citizen_ids(transcript: Transcript) -> Iterator[Finding]:
    student = transcript.student
    people = [(student.full_name, student.citizen_id)]
    people += [(one.full_name, one.citizen_id) for one in _signatories(transcript)]
    for name, citizen_id in dict.fromkeys(people):
        if not _CITIZEN_ID.fullmatch(citizen_id):
            yield _finding("citizen_id", found=f"{name}: {citizen_id}")


def _one_person_one_id(transcript: Transcript) -> Iterator[Finding]:
    # Slots go by citizen id: two names under one would silently become one signer.
    names = {transcript.student.citizen_id: transcript.student.full_name}
    for signatory in _signatories(transcript):
        known = names.setdefault(signatory.citizen_id, signatory.full_name)
        if known != signatory.full_name or signatory.citizen_id == transcript.student.citizen_id:
            yield _finding("citizen_id_shared", found=signatory.full_name, expected=known)


def _signatories(transcript: Transcript) -> tuple[Signatory, ...]:
    people = (row.teacher for row in transcript.subjects)
    return tuple(dict.fromkeys((*people, transcript.homeroom_teacher, transcript.principal)))


def _school_years(transcript: Transcript) -> Iterator[Finding]:
    years = [transcript.school_year, *(step.school_year for step in transcript.study_steps)]
    for year in dict.fromkeys(years):
        match = _SCHOOL_YEAR.fullmatch(year)
        if match is None or int(match[2]) != int(match[1]) + 1:
            yield _finding("school_year", found=year)


def _study_steps(transcript: Transcript) -> Iterator[Finding]:
    years = [step.school_year for step in transcript.study_steps]
    if not years or years[-1] != transcript.school_year or years != sorted(years):
        yield _finding("study_steps", found=", ".join(years), expected=transcript.school_year)


def _grade(transcript: Transcript) -> Iterator[Finding]:
    first, last = GRADES.get(transcript.school_level, (0, 0))
    if not first <= transcript.grade <= last:
        yield _finding("grade", found=f"{transcript.grade}", expected=transcript.school_level)


def _subjects_once(transcript: Transcript) -> Iterator[Finding]:
    names = [row.name for row in transcript.subjects]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _finding("subject_twice", found=name)
    if not names:
        yield _finding("subjects_missing")


def _subject_values(transcript: Transcript) -> Iterator[Finding]:
    for row in transcript.subjects:
        for value in filter(None, (row.first, row.second, row.year, row.reassessed)):
            is_level = value in _REMARK_LEVELS
            if not is_level and not _MARK.fullmatch(value):
                yield _finding("mark", found=f"{row.name}: {value}")
            elif is_level != (row.form == "remark"):
                yield _finding("value_form", found=f"{row.name}: {value}")
        if not (row.first and row.second and row.year):
            yield _finding("subject_incomplete", found=row.name)
        yield from _year_of_remark(row)


def _year_of_remark(row: SubjectRow) -> Iterator[Finding]:
    if row.form == "remark" and row.year and row.second and row.year != row.second:
        yield _finding("remark_year", found=f"{row.name}: {row.year}")


def _summary_complete(transcript: Transcript) -> Iterator[Finding]:
    for field in table.SUMMARY:
        must = field.path.endswith(("_first", "_second", "_year")) or field.path in (
            "homeroom_remark",
        )
        if must and not getattr(transcript.summary, field.path):
            yield _finding("summary_incomplete", found=field.label)


def _completion(transcript: Transcript) -> Iterator[Finding]:
    final = FINAL_GRADES.get(transcript.school_level) == transcript.grade
    expected = _COMPLETES.get(transcript.summary.promotion) if final else None
    if transcript.summary.completes_level is not expected:
        yield _finding("completion", found=str(transcript.grade))


def _dates(transcript: Transcript) -> Iterator[Finding]:
    match = _SCHOOL_YEAR.fullmatch(transcript.school_year)
    if match is None:
        return
    year, born = int(match[1]), transcript.student.birth_date
    if not YOUNGEST <= year - born.year <= OLDEST:
        yield _finding("birth_date", found=_written(born))
    if transcript.issue_date < date(year, 8, 1):
        yield _finding("issue_date", found=_written(transcript.issue_date))
    created = transcript.created_at.date()
    if created > transcript.issue_date:
        yield _finding(
            "issue_before_creation",
            found=_written(transcript.issue_date),
            expected=_written(created),
        )
    for step in transcript.study_steps:
        arrived = step.arrival_date
        if arrived is not None and not born < arrived <= transcript.issue_date:
            yield _finding("arrival_date", found=_written(arrived))


def _written(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year}"


_RULES: tuple[Callable[[Transcript], Iterator[Finding]], ...] = (
    _tidy_texts,
    _lookup_codes,
    _citizen_ids,
    _one_person_one_id,
    _school_years,
    _study_steps,
    _grade,
    _subjects_once,
    _subject_values,
    _summary_complete,
    _completion,
    _dates,
)
