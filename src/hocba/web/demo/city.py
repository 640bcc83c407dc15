"""The demo's city: a Sở, one managing authority, two schools, their people, keys and certificates.

People of the first school are those whom the sample workbook names; the others are invented. Keys
come from a PKI made for this folder alone: signatures are real, their legal value is none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from hocba.adapters.software_signer.demo_pki import (
    DemoPerson,
    DemoPki,
    DemoSchool,
    build_demo_pki,
    write_portal_key,
)
from hocba.adapters.spreadsheets import read_class_workbook
from hocba.adapters.spreadsheets.values import ClassWorkbook, StaffRow
from hocba.apps.accounts.actions import create_person, grant_role
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import person_by_citizen_id, person_by_username
from hocba.apps.certificates.actions import approve_certificate, register_certificate
from hocba.apps.ledger.actions import publish_trust
from hocba.apps.roster.actions import create_unit
from hocba.apps.roster.models import Unit
from hocba.apps.roster.queries import unit_by_code
from hocba.web.demo.report import Report

PASSWORD = "hoc-ba-so-demo"  # noqa: S105 - the demo's accounts are public by design
KEY_PASSWORD = "demo"  # noqa: S105 - keys of the demo have no legal value
SINCE = date(2024, 8, 1)
DEPARTMENT, AUTHORITY = "01", "01.TRUNG-LIET"
DEPUTY = ("Bùi Thị Minh Hạnh", "001179020008")
SECOND_SCHOOL = ("01006502", "Trường THCS Hồ Gươm (dữ liệu mẫu)")


@dataclass(frozen=True, slots=True)
class City:
    """Everything the road needs to know of the demo's city."""

    school_id: UUID
    school_code: str
    school_year: str
    teachers: tuple[Person, ...]
    homeroom: Person
    principal: Person
    clerk_id: UUID
    it_officer_id: UUID
    keys: Path
    key_password: str

    def key_file(self, signer_id: str) -> Path:
        """Return the PKCS#12 file of a citizen id, or of a school's code for the seal."""
        return self.keys / f"{signer_id}.p12"


def build_city(workbook_file: Path, report: Report, *, neighbours: Sequence[Path] = ()) -> City:
    """Make whatever of the city is not there yet.

    Teachers whom `neighbours`, workbooks of other classes of the school, name get accounts too.
    """
    workbook = _workbook(workbook_file)
    staff = _heads(workbook)
    with report.step("Dựng thành phố mẫu: đơn vị, người, vai trò") as step:
        school = _units(workbook)
        people = _people(workbook, school)
        for number, neighbour in enumerate(neighbours, start=2):
            people |= _teachers(_workbook(neighbour), school, prefix=f"gv{number}")
        step.done(f"2 trường, {len({person.id for person in people.values()})} người")
    with report.step("Dựng hạ tầng khóa mẫu: gốc, CA, chứng thư") as step:
        pki = _pki(workbook, people)
        _certificates(pki, school, people)
        log_key = Path(settings.HOCBA_LOG_KEY_FILE)
        if not log_key.exists():
            log_key.touch(mode=0o600)
            log_key.write_bytes(pki.log_key.read_bytes())
        portal_key = Path(settings.HOCBA_PORTAL_KEY_FILE)
        if not portal_key.exists():
            write_portal_key(portal_key)
        publish_trust(
            anchors=pki.anchors,
            intermediates=pki.intermediates,
            crls=pki.crls,
            actor=people["so"].id,
            at=timezone.now(),
        )
        step.done(f"{len(pki.certificates)} chứng thư đã duyệt")
    return City(
        school_id=school.id,
        school_code=school.code,
        school_year=workbook.school_year,
        teachers=tuple(
            {
                row.teacher_citizen_id: people[row.teacher_citizen_id]
                for row in workbook.assignments
            }.values()
        ),
        homeroom=people[staff[0].citizen_id],
        principal=people[staff[1].citizen_id],
        clerk_id=people["vanthu"].id,
        it_officer_id=people["cntt"].id,
        keys=pki.folder,
        key_password=KEY_PASSWORD,
    )


def _workbook(file: Path) -> ClassWorkbook:
    workbook = read_class_workbook(file.read_bytes(), filename=file.name).workbook
    if workbook is None:
        raise FileNotFoundError(file)
    return workbook


def _heads(workbook: ClassWorkbook) -> tuple[StaffRow, StaffRow]:
    """Return the homeroom teacher and the principal whom the sample names."""
    if workbook.homeroom_teacher is None or workbook.principal is None:
        raise LookupError("PhanCong")
    return workbook.homeroom_teacher, workbook.principal


def _units(workbook: ClassWorkbook) -> Unit:
    """Return the workbook's school after making the tree around it."""
    department = _unit("department", DEPARTMENT, "Sở Giáo dục và Đào tạo Hà Nội", None)
    authority = _unit("authority", AUTHORITY, "Ủy ban nhân dân phường Trung Liệt", department)
    _unit("school", *SECOND_SCHOOL, authority)
    name = workbook.school_name or "Trường THCS mẫu"
    return _unit("school", workbook.school_code, name, authority)


def _unit(kind: str, code: str, name: str, parent: Unit | None) -> Unit:
    known = unit_by_code(code=code)
    if known is not None:
        return known
    return create_unit(
        kind=kind,
        code=code,
        name=name,
        parent_id=None if parent is None else parent.id,
        school_level="THCS" if kind == "school" else "",
        ward="Phường Trung Liệt" if kind == "school" else "",
        province="Hà Nội",
        valid_from=SINCE,
        actor=None,
        at=timezone.now(),
    )


def _people(workbook: ClassWorkbook, school: Unit) -> dict[str, Person]:
    """Return people by citizen id, and the office staff by user name."""
    department, second = unit_by_code(code=DEPARTMENT), unit_by_code(code=SECOND_SCHOOL[0])
    authority = unit_by_code(code=AUTHORITY)
    if department is None or second is None or authority is None:
        raise LookupError("units")
    homeroom_teacher, principal = _heads(workbook)
    staff = [
        (principal.name, principal.citizen_id, "principal", school, "hieutruong"),
        (homeroom_teacher.name, homeroom_teacher.citizen_id, "homeroom_teacher", school, "gvcn"),
        (*DEPUTY, "deputy_principal", school, "phohieutruong"),
        ("Nguyễn Thị Hồng Vân", "001185020001", "clerk", school, "vanthu"),
        ("Trần Quốc Bảo", "001090020002", "it_officer", school, "cntt"),
        ("Phạm Thu Thủy", "001188020003", "authority_officer", authority, "phuong"),
        ("Lê Hoàng Nam", "001080020004", "department_officer", department, "so"),
        ("Đỗ Minh Khôi", "001079020005", "principal", second, "hieutruong2"),
        ("Vũ Thanh Hà", "001187020006", "clerk", second, "vanthu2"),
        ("Hoàng Gia Bách", "001091020007", "operator", department, "quantri"),
    ]
    return _with_roles(staff) | _teachers(workbook, school, prefix="gv")


def _teachers(workbook: ClassWorkbook, school: Unit, *, prefix: str) -> dict[str, Person]:
    return _with_roles(
        (
            row.teacher_name,
            row.teacher_citizen_id,
            "subject_teacher",
            school,
            f"{prefix}{number:02}",
        )
        for number, row in enumerate(workbook.assignments, start=1)
    )


def _with_roles(staff: Iterable[tuple[str, str, str, Unit, str]]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for full_name, citizen_id, role, unit, username in staff:
        person = person_by_citizen_id(citizen_id=citizen_id) or _person(
            full_name, citizen_id, username, role
        )
        grant_role(
            person_id=person.id,
            role=role,
            unit_id=unit.id,
            valid_from=SINCE,
            actor=None,
            at=timezone.now(),
        )
        people[citizen_id] = people[username] = person
    return people


def _person(full_name: str, citizen_id: str, username: str, role: str) -> Person:
    known = person_by_username(username=username)
    if known is not None:
        return known
    return create_person(
        username=username,
        full_name=full_name,
        citizen_id=citizen_id,
        password=PASSWORD,
        is_staff=role == "operator",
        is_superuser=role == "operator",
        actor=None,
        at=timezone.now(),
    )


def _pki(workbook: ClassWorkbook, people: dict[str, Person]) -> DemoPki:
    start = datetime(2024, 8, 1, tzinfo=UTC)
    signers = {
        *(row.teacher_citizen_id for row in workbook.assignments),
        *(row.citizen_id for row in _heads(workbook)),
        DEPUTY[1],
    }
    return build_demo_pki(
        folder=Path(settings.HOCBA_DATA_DIR) / "demo-pki",
        people=[
            DemoPerson(people[number].full_name, number, workbook.school_name)
            for number in sorted(signers)
        ],
        schools=[DemoSchool(workbook.school_code, workbook.school_name)],
        not_before=start,
        not_after=timezone.now() + timedelta(days=2 * 365),
    )


def _certificates(pki: DemoPki, school: Unit, people: dict[str, Person]) -> None:
    """Register by the school's IT officer, approve by the managing authority."""
    for holder, der in pki.certificates.items():
        is_seal = holder == school.code
        certificate = register_certificate(
            der=der,
            person_id=None if is_seal else people[holder].id,
            unit_id=school.id if is_seal else None,
            actor=people["cntt"].id,
            at=timezone.now(),
        )
        if certificate.status == "registered":
            approve_certificate(
                certificate_id=certificate.id, actor=people["phuong"].id, at=timezone.now()
            )
