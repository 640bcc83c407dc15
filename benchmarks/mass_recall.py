"""How long it takes to find and to write down the versions that a wrong rule touched (F30).

    python benchmarks/mass_recall.py [--versions 100000] [--database postgresql://…]

A throw-away database (a file by default) is filled with so many issued versions of four grades in
schools of a thousand students, half as many of another year, and one in fifty recalled already.
Printed: the one question of the dry run, counts per school, and the plan with all its rows, against
the limit of a minute.
"""

import argparse
import os
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

ROOT = Path(__file__).parents[1]
LIMIT = 60.0
YEARS = ("2024-2025", "2023-2024")
NOW = datetime(2025, 7, 10, tzinfo=UTC)
CLASS, SCHOOL = 40, 1000


def main() -> int:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--versions", type=int, default=100_000)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "HOCBA_DEMO": "1",
            "HOCBA_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "hocba.web.settings",
        }
        if options.database:
            os.environ["HOCBA_DATABASE_URL"] = options.database
        sys.path.insert(0, str(ROOT / "src"))
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        officer = fill(options.versions)
        return measure(officer)


def fill(versions: int) -> UUID:
    """Write units, classes, students and issued versions; return the officer."""
    from hocba.apps.accounts.actions import create_person, grant_role
    from hocba.apps.roster.actions import create_unit

    day = date(2000, 1, 1)
    common: dict[str, Any] = {"province": "Hà Nội", "valid_from": day, "actor": None, "at": NOW}
    top = create_unit(kind="department", code="01", name="Sở", **common)
    officer = create_person(
        username="so", citizen_id="001180000001", full_name="Cán bộ Sở", actor=None, at=NOW
    )
    grant_role(
        person_id=officer.pk,
        role="department_officer",
        unit_id=top.pk,
        valid_from=day,
        actor=None,
        at=NOW,
    )
    index = 0
    for year, count in zip(YEARS, (versions, versions // 2), strict=True):
        for first in range(0, count, SCHOOL):
            code = f"{year[2:4]}{first // SCHOOL:06}"
            school = create_unit(
                kind="school",
                code=code,
                name=f"Trường {code}",
                parent_id=top.pk,
                school_level="THCS",
                **common,
            )
            index = fill_school(school.pk, code, year, min(SCHOOL, count - first), index)
    return officer.pk


def fill_school(school_id: UUID, code: str, year: str, count: int, index: int) -> int:
    """Write one school's year; the log goes on at `index`."""
    from hocba.apps.ledger.models import IssuedTranscript, LogEntry
    from hocba.apps.roster.models import ClassGroup, Enrolment, Student

    groups = [
        ClassGroup(
            id=uuid4(),
            school_id=school_id,
            school_year=year,
            grade=6 + n % 4,
            name=f"{6 + n % 4}A{n}",
        )
        for n in range(-(-count // CLASS))
    ]
    students = [
        Student(
            id=uuid4(),
            student_code=f"{code}{n:06}",
            full_name="Nguyễn An",
            birth_date=date(2010, 1, 1),
            gender="Nam",
            ethnicity="Kinh",
        )
        for n in range(count)
    ]
    places = [
        Enrolment(
            id=uuid4(),
            class_group=groups[n // CLASS],
            student=student,
            list_number=1 + n % CLASS,
            joined_date=date(2024, 9, 5),
        )
        for n, student in enumerate(students)
    ]
    issued = [
        IssuedTranscript(
            lookup_uuid=uuid4(),
            school_id=school_id,
            school_code=code,
            school_year=year,
            enrolment_id=place.pk,
            document_sha256=uuid4().hex * 2,
            certificates=[],
            issued_at=NOW,
        )
        for place in places
    ]
    events = [(one, "issued") for one in issued] + [(one, "recalled") for one in issued[::50]]
    entries = [
        LogEntry(
            index=index + n,
            kind=kind,
            leaf=b"x",
            leaf_hash=bytes(32),
            salt=bytes(16),
            lookup_uuid=one.lookup_uuid,
            document_sha256=one.document_sha256,
            version=1,
            at=NOW,
        )
        for n, (one, kind) in enumerate(events)
    ]
    for model, rows in (
        (ClassGroup, groups),
        (Student, students),
        (Enrolment, places),
        (IssuedTranscript, issued),
        (LogEntry, entries),
    ):
        model.objects.bulk_create(rows, batch_size=500)  # type: ignore[attr-defined]
    return index + len(entries)


def measure(officer: UUID) -> int:
    """Ask, count, plan; return 0 when all of it takes less than the limit."""
    from hocba.apps.ledger.actions.mass import MassFinding, plan_mass_recall, schools_of_officer
    from hocba.apps.ledger.evidence_files import EvidenceFile
    from hocba.apps.ledger.mass_queries import MassScope, affected, counts_by_school

    took: dict[str, float] = {}
    scope = MassScope(YEARS[0], ("THCS",))
    schools = schools_of_officer(actor=officer, at=NOW)
    began = time.perf_counter()
    found = len(list(affected(scope=scope, school_ids=schools)))
    took["the question"] = time.perf_counter() - began
    began = time.perf_counter()
    counted = counts_by_school(affected(scope=scope, school_ids=schools))
    took["dry run"] = time.perf_counter() - began
    began = time.perf_counter()
    reason = "Làm tròn điểm trung bình cả năm sai quy định."
    paper = EvidenceFile("qd.pdf", b"%PDF-1.7 qd")
    planned = plan_mass_recall(
        mass_id=uuid4(),
        scope=scope,
        finding=MassFinding("wrong_form", reason, paper),
        actor=officer,
        at=NOW,
    )
    took["plan"] = time.perf_counter() - began
    assert found == planned == sum(counted.values())
    print(f"{found} versions affected, in {len(counted)} schools")
    for what, seconds in took.items():
        print(f"{what:14} {seconds:7.2f} s   {seconds / LIMIT:.3f} of the limit")
    return 0 if max(took.values()) < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
