"""Fixtures for tests that need a database: one small city, and a guard on every SQL statement.

The guard enforces RELIABILITY §1.7: a statement that reads or changes a leaf table names its
school. A test that means to look across schools says so: `@pytest.mark.across_schools`.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections
from django.db.backends.base.operations import BaseDatabaseOperations

from hocba.apps.accounts.actions import create_person, grant_role
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.leaf import leaf_models
from hocba.apps.roster.actions import accept_class, create_unit
from hocba.apps.roster.models import ClassGroup, Unit
from hocba.apps.roster.values import AssignmentEntry, StudentEntry
from hocba.web.partitions import partition_leaf_tables
from tests.everything import DATABASE_TESTS, SQLITE_ALONE

PARTITIONED = os.environ.get("HOCBA_TEST_PARTITIONED") == "1"
_NAMES_SCHOOL = re.compile(
    r"""school_id"?\s*(=\s*\(?%s|IN\s*\()        # one school, or a list of schools
      |school_id"?\s*,[^)]*\)\s*(=|IN)\s*\(      # a whole composite key""",
    re.VERBOSE | re.IGNORECASE,
)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; hash passwords cheaply, since no test is about scrypt."""
    config.addinivalue_line("markers", "across_schools: SQL on leaf tables may span schools here")
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Give the suite its third database shape when asked.

    The database is open no longer than that: a test that does not ask for it would write for good.
    """
    if PARTITIONED:
        with django_db_blocker.unblock():
            partition_leaf_tables(connection=connection, partitions=3)


@pytest.fixture(scope="session", autouse=True)
def _flush_despite_guards() -> Iterator[None]:
    """Transactional tests empty all tables afterwards, which append-only triggers refuse."""
    patch = pytest.MonkeyPatch()
    plain = BaseDatabaseOperations.execute_sql_flush

    def flush(operations: Any, statements: list[str]) -> None:
        database = operations.connection
        if database.vendor == "postgresql":
            off, on = ["SET session_replication_role = replica"], ["RESET session_replication_role"]
        else:
            with database.cursor() as cursor:
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                triggers = cursor.fetchall()
            off, on = [f'DROP TRIGGER "{name}"' for name, _ in triggers], [s for _, s in triggers]
        plain(operations, [*off, *statements, *on])

    patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush)
    yield
    patch.undo()


@cache
def leaf_table_pattern() -> re.Pattern[str]:
    """Match the name of any leaf table, partitions included."""
    names = "|".join(re.escape(model._meta.db_table) for model in leaf_models())
    return re.compile(rf"\b({names})(_p\d+)?\b")


def spans_schools(sql: str) -> bool:
    """Whether a statement touches a leaf table without naming the school."""
    verb = sql.lstrip("( \n").split(None, 1)[0].upper() if sql.strip() else ""
    if verb not in ("SELECT", "UPDATE", "DELETE", "WITH") or not leaf_table_pattern().search(sql):
        return False
    condition = re.split(r"\bWHERE\b", sql, maxsplit=1, flags=re.IGNORECASE)
    return len(condition) < 2 or not _NAMES_SCHOOL.search(condition[1])


@contextmanager
def every_statement_names_its_school() -> Iterator[None]:
    """Fail when SQL inside the block goes across schools."""
    seen: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if spans_schools(sql):
            seen.append(sql)
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for name in connections:
            stack.enter_context(connections[name].execute_wrapper(watch))
        yield
    if seen:
        pytest.fail(
            "SQL on a leaf table without its school (RELIABILITY §1.7):\n" + "\n".join(seen)
        )


@pytest.fixture(scope="session")
def schools_named() -> Callable[[], AbstractContextManager[None]]:
    """The guard, for what is built once and used by many tests."""
    return every_statement_names_its_school


@pytest.fixture(autouse=True)
def _every_statement_names_the_school(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test whose SQL goes across schools, or that no run on PostgreSQL would find."""
    uses_database = request.node.get_closest_marker("django_db") or (
        {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    )
    room = request.path.relative_to(request.config.rootpath).as_posix()
    if uses_database and not room.startswith((*DATABASE_TESTS, *SQLITE_ALONE)):
        pytest.fail(f"PostgreSQL never runs this: tests with a database go to {DATABASE_TESTS}")
    if not uses_database or request.node.get_closest_marker("across_schools"):
        yield
        return
    request.getfixturevalue("_django_db_helper")
    with every_statement_names_its_school():
        yield


@pytest.fixture
def at() -> datetime:
    """An instant in the last week of May 2025."""
    return datetime(2025, 5, 26, 2, 0, tzinfo=UTC)


@pytest.fixture
def department(db: None, at: datetime) -> Unit:
    """The Sở."""
    return create_unit(
        kind="department",
        code="01",
        name="Sở Giáo dục và Đào tạo",
        province="Hà Nội",
        valid_from=date(2000, 1, 1),
        actor=None,
        at=at,
    )


@pytest.fixture
def authority(department: Unit, at: datetime) -> Unit:
    """The managing authority between the Sở and the schools."""
    return create_unit(
        kind="authority",
        code="01-A",
        name="Phòng Giáo dục và Đào tạo",
        parent_id=department.pk,
        valid_from=date(2000, 1, 1),
        actor=None,
        at=at,
    )


@pytest.fixture
def make_school(authority: Unit, at: datetime) -> Callable[[str], Unit]:
    """Enter a lower secondary school by its code."""

    def make(code: str) -> Unit:
        return create_unit(
            kind="school",
            code=code,
            name=f"Trường THCS số {code}",
            parent_id=authority.pk,
            school_level="THCS",
            ward="Phường Văn Miếu",
            province="Hà Nội",
            valid_from=date(2000, 1, 1),
            actor=None,
            at=at,
        )

    return make


@pytest.fixture
def school(make_school: Callable[[str], Unit]) -> Unit:
    """The school of the story."""
    return make_school("01000701")


@pytest.fixture
def other_school(make_school: Callable[[str], Unit]) -> Unit:
    """A school that must never be seen from the first one."""
    return make_school("01000702")


@pytest.fixture
def make_person(db: None, at: datetime) -> Callable[..., Person]:
    """Open an account with roles: `make_person("gv.lan", ("subject_teacher", school))`."""
    numbers = iter(range(1, 1000))

    def make(username: str, *roles: tuple[str, Unit], **more: Any) -> Person:
        values = {"citizen_id": f"0011800{next(numbers):05}", "full_name": f"Nguyễn {username}"}
        person = create_person(username=username, **(values | more), actor=None, at=at)
        for role, unit in roles:
            grant_role(
                person_id=person.pk,
                role=role,
                unit_id=unit.pk,
                valid_from=date(2024, 8, 1),
                actor=None,
                at=at,
            )
        return person

    return make


@pytest.fixture
def principal(make_person: Callable[..., Person], school: Unit) -> Person:
    """Head of the school."""
    return make_person("hieu.truong", ("principal", school))


@pytest.fixture
def clerk(make_person: Callable[..., Person], school: Unit) -> Person:
    """Who keeps the seal."""
    return make_person("van.thu", ("clerk", school))


@pytest.fixture
def it_officer(make_person: Callable[..., Person], school: Unit) -> Person:
    """Who keeps the school's accounts."""
    return make_person("cntt", ("it_officer", school))


@pytest.fixture
def subject_teacher(make_person: Callable[..., Person], school: Unit) -> Person:
    """Teacher of mathematics in class 9A1."""
    return make_person("gv.toan", ("subject_teacher", school))


@pytest.fixture
def homeroom_teacher(make_person: Callable[..., Person], school: Unit) -> Person:
    """Homeroom teacher of class 9A1, who also teaches literature there."""
    return make_person("gvcn.9a1", ("homeroom_teacher", school), ("subject_teacher", school))


@pytest.fixture
def authority_officer(make_person: Callable[..., Person], authority: Unit) -> Person:
    """Officer of the managing authority."""
    return make_person("can.bo.phong", ("authority_officer", authority))


@pytest.fixture
def department_officer(make_person: Callable[..., Person], department: Unit) -> Person:
    """Officer of the Sở."""
    return make_person("can.bo.so", ("department_officer", department))


@pytest.fixture
def operator(make_person: Callable[..., Person], department: Unit) -> Person:
    """Who runs the system and sees no marks."""
    return make_person("quan.tri", ("operator", department), is_staff=True, is_superuser=True)


@pytest.fixture
def viewer_for(at: datetime) -> Callable[[Person], Viewer]:
    """Look with a person's eyes."""

    def look(person: Person) -> Viewer:
        return viewer_of(person_id=person.pk, at=at)

    return look


@pytest.fixture
def student_entries() -> list[StudentEntry]:
    """Three lines of a class list."""
    names = ("Bùi Gia Bảo", "Nguyễn Thị Ánh Dương", "Trần Đức Huy")
    return [
        StudentEntry(
            list_number=number,
            student_code=f"01000701{number:04}",
            citizen_id=f"0012100{number:05}",
            full_name=name,
            birth_date=date(2010, 3, number),
            gender="Nữ" if "Thị" in name else "Nam",
            ethnicity="Kinh",
        )
        for number, name in enumerate(names, start=1)
    ]


@pytest.fixture
def accept_9a1(
    school: Unit,
    subject_teacher: Person,
    homeroom_teacher: Person,
    student_entries: list[StudentEntry],
    at: datetime,
) -> Callable[..., ClassGroup]:
    """Hand in the list of class 9A1; keyword arguments replace parts of it."""
    assignments = [
        AssignmentEntry(subject_key="toan", periods=140, teacher_id=subject_teacher.pk),
        AssignmentEntry(subject_key="ngu_van", periods=140, teacher_id=homeroom_teacher.pk),
    ]

    def accept(**changed: Any) -> ClassGroup:
        values: dict[str, Any] = {
            "school_id": school.pk,
            "school_year": "2024-2025",
            "grade": 9,
            "name": "9A1",
            "students": student_entries,
            "assignments": assignments,
            "homeroom_teacher_id": homeroom_teacher.pk,
            "actor": None,
            "at": at,
        }
        return accept_class(**(values | changed))

    return accept


@pytest.fixture
def class_9a1(accept_9a1: Callable[..., ClassGroup]) -> ClassGroup:
    """Class 9A1 of the school with three students and two subjects."""
    return accept_9a1()


@pytest.fixture
def stranger_id() -> UUID:
    """Key of nobody."""
    return UUID("00000000-0000-7000-8000-00000000dead")
