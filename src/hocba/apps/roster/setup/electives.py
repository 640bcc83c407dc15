"""Rows of elective combinations against the programme and what each student takes today.

How many subjects and topic clusters are to be chosen, and in which subjects topics exist, is the
programme's matter (`core.assessment.subjects`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hocba.adapters.spreadsheets.heading import written_class
from hocba.adapters.spreadsheets.roster_reading import RosterRow
from hocba.apps.roster.models import ElectiveChoice, Enrolment, Unit
from hocba.apps.roster.setup.values import Act, PlannedRow, Step, block, is_blocked, iso
from hocba.core.assessment.findings import Finding
from hocba.core.assessment.subjects import Programme, Subject, SubjectGroup, find_subject, programme

ELECTIVE, TOPIC = "elective", "topic"
_SEPARATORS = re.compile(r"[;,\n]")
_FIRST_MONTH, _FIRST_DAY = 9, 5  # khai giảng


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Seats of the year by student code and class; what each takes now, by kind."""

    level: str
    rules: Programme
    seats: Mapping[tuple[str, str], Enrolment]
    now: Mapping[UUID, Mapping[str, Mapping[str, date]]]


def has_electives(school: Unit) -> bool:
    """Whether students of this school choose subjects (THPT, GDTX cấp THPT)."""
    return school.school_level in ("THPT", "GDTX")


def plan_electives(
    *, school: Unit, school_year: str, rows: Sequence[RosterRow]
) -> list[PlannedRow]:
    """Return what each row would choose; two queries."""
    chosen = _on_record(school, school_year, rows)
    count = Counter(row.text("student_code") for row in rows)
    first_day = date(int(school_year[:4]), _FIRST_MONTH, _FIRST_DAY)
    planned = []
    for row in rows:
        findings = list(row.findings)
        steps: list[Step] = []
        name = written_class(row.text("class_name"))
        seat = chosen.seats.get((row.text("student_code"), name))
        about = f"{row.text('full_name')} ({row.text('student_code')})"
        if seat is None:
            code = row.text("student_code")
            findings.append(block(row, "setup.student_unknown", "student_code", found=code))
        elif count[row.text("student_code")] > 1:
            findings.append(block(row, "student.code_twice", "student_code"))
        elif row.text("electives") or row.text("topics"):
            electives = _subjects(row, "electives", chosen, findings)
            topics = _subjects(row, "topics", chosen, findings)
            findings += _check(row, electives, topics, chosen)
            if not is_blocked(findings):
                told = {ELECTIVE: electives, TOPIC: topics}
                steps = _step(row, seat, told, chosen, first_day, findings)
        planned.append(PlannedRow(row.place, about, tuple(steps), tuple(findings)))
    return planned


def _on_record(school: Unit, school_year: str, rows: Sequence[RosterRow]) -> _Chosen:
    seats = {
        (one.student.student_code, one.class_group.name): one
        for one in Enrolment.objects.select_related("student", "class_group").filter(
            class_group__school=school,
            class_group__school_year=school_year,
            student__student_code__in={row.text("student_code") for row in rows},
        )
    }
    now: dict[UUID, dict[str, dict[str, date]]] = defaultdict(lambda: defaultdict(dict))
    standing = ElectiveChoice.objects.filter(
        school_id=school.pk, school_year=school_year, to_date__isnull=True
    )
    for choice in standing:
        now[choice.enrolment_id][choice.kind][choice.subject_key] = choice.from_date
    kind = "continuing" if school.school_level == "GDTX" else "general"
    rules = programme(school_level="THPT", school_kind=kind)
    return _Chosen("THPT", rules, seats, now)


def _subjects(row: RosterRow, key: str, chosen: _Chosen, findings: list[Finding]) -> list[Subject]:
    found = []
    for part in _SEPARATORS.split(row.text(key)):
        if part.strip():
            spelled = find_subject(part.strip(), school_level=chosen.level)
            subject = next(
                (one for one in chosen.rules.subjects if spelled and one.key == spelled.key), None
            )
            if subject is None:
                findings.append(block(row, "setup.subject_unknown", key, found=part.strip()))
            else:
                found.append(subject)
    return found


def _check(
    row: RosterRow, electives: Sequence[Subject], topics: Sequence[Subject], chosen: _Chosen
) -> Iterator[Finding]:
    for subject in electives:
        if subject.group is not SubjectGroup.ELECTIVE:
            yield block(row, "setup.not_elective", "electives", found=subject.name)
    for subject in topics:
        taken = subject.group is SubjectGroup.COMPULSORY or subject in electives
        if not (subject.has_topics and taken):
            yield block(row, "setup.no_topics_there", "topics", found=subject.name)
    if not _exactly(electives, chosen.rules.electives):
        found, expected = str(len(electives)), str(chosen.rules.electives)
        yield block(row, "setup.electives_count", "electives", found=found, expected=expected)
    if not _exactly(topics, chosen.rules.topic_clusters):
        found, expected = str(len(topics)), str(chosen.rules.topic_clusters)
        yield block(row, "setup.topics_count", "topics", found=found, expected=expected)


def _exactly(subjects: Sequence[Subject], wanted: int) -> bool:
    return len(subjects) == wanted == len({subject.key for subject in subjects})


def _step(
    row: RosterRow,
    seat: Enrolment,
    told: Mapping[str, Sequence[Subject]],
    chosen: _Chosen,
    first_day: date,
    findings: list[Finding],
) -> list[Step]:
    """One step a student: the old combination ends the day before, the new one begins."""
    now = chosen.now.get(seat.pk, {})
    before = {kind: sorted(now.get(kind, {})) for kind in told if now.get(kind)}
    after = {kind: sorted(subject.key for subject in subjects) for kind, subjects in told.items()}
    if before == after:
        return []
    start = row.dates.get("from_date") or max(first_day, seat.joined_date or first_day)
    begun = [day for kind in now.values() for day in kind.values()]
    if before and (row.dates.get("from_date") is None or start <= max(begun)):
        day = f"sau {max(begun):%d/%m/%Y}"
        findings.append(block(row, "setup.electives_date", "from_date", expected=day))
        return []
    key = {"enrolment": str(seat.pk), "student": row.text("student_code")}
    return [Step(Act.CHOICES, key, before, after | {"from_date": iso(start)})]
