"""Rows of a list of staff against accounts and roles: who is new, what they do, who ends.

Only teaching roles come from a file. Who heads the school, keeps its seal or its accounts is
appointed by a person, never by a list.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from unicodedata import combining, normalize

from hocba.adapters.spreadsheets.roster_reading import RosterRow
from hocba.apps.accounts.directory import people_by_citizen_ids, roles_in_unit, usernames_taken
from hocba.apps.accounts.models import ROLES, Person, RoleAssignment, sign_in_name
from hocba.apps.roster.models import Unit
from hocba.apps.roster.setup.values import Act, PlannedRow, Step, block, is_blocked, iso, warn
from hocba.core.assessment.findings import Finding
from hocba.core.assessment.spelling import plain_words

TEACHING = ("subject_teacher", "homeroom_teacher")
_WORDS: Mapping[str, tuple[str, ...]] = {
    **{role: (plain_words(title),) for role, title in ROLES.items()},
    "subject_teacher": ("giao vien bo mon", "gvbm", "giao vien", "giang day"),
    "homeroom_teacher": ("giao vien chu nhiem", "gvcn", "chu nhiem"),
}
_SEPARATORS = re.compile(r"[;,+/\n]| và ")
_CITIZEN_ID = re.compile(r"\d{12}")
_FIRST_MONTH = 8


@dataclass(frozen=True, slots=True)
class _Accounts:
    """People in the file who have an account, their roles here, sign-in names that are taken."""

    people: Mapping[str, Person]
    roles: Mapping[tuple[str, str], RoleAssignment]  # (citizen id, role) → the newest
    taken: set[str]


def plan_staff(*, school: Unit, school_year: str, rows: Sequence[RosterRow]) -> list[PlannedRow]:
    """Return what each row would do; three queries."""
    accounts = _on_record(school, rows)
    count = Counter(row.text("citizen_id") for row in rows)
    first_day = date(int(school_year[:4]), _FIRST_MONTH, 1)
    planned = []
    for row in rows:
        findings = list(row.findings)
        findings += _doubts(row, accounts, count)
        roles, role_findings = _roles(row, accounts)
        findings += role_findings
        steps = [] if is_blocked(findings) else _steps(row, roles, accounts, first_day, findings)
        about = f"{row.text('full_name')} ({row.text('citizen_id')})"
        planned.append(PlannedRow(row.place, about, tuple(steps), tuple(findings)))
    return planned


def _on_record(school: Unit, rows: Sequence[RosterRow]) -> _Accounts:
    people = people_by_citizen_ids(
        citizen_ids={row.text("citizen_id") for row in rows if row.text("citizen_id")}
    )
    roles = {
        (one.person.citizen_id or "", one.role): one for one in roles_in_unit(unit_id=school.pk)
    }
    names = {name for row in rows for name in _candidates(row, len(rows))}
    return _Accounts(people, roles, usernames_taken(usernames=names))


def _doubts(row: RosterRow, accounts: _Accounts, count: Mapping[str, int]) -> Iterator[Finding]:
    number, name = row.text("citizen_id"), row.text("full_name")
    if not _CITIZEN_ID.fullmatch(number):
        yield block(
            row,
            "staff.citizen_id_form",
            "citizen_id",
            found=f"{name}: {number}",
            expected="12 chữ số",
        )
    elif count[number] > 1:
        yield block(row, "setup.staff_twice", "citizen_id", found=number)
    if not name:
        yield block(row, "staff.name_missing", "full_name", found=number)
    person = accounts.people.get(number)
    if person is None:
        if told := row.text("username"):
            if sign_in_name(told) in accounts.taken:
                yield block(row, "setup.username_taken", "username", found=told)
            elif not re.fullmatch(r"[a-z0-9._\-]{3,60}", sign_in_name(told)):
                yield block(row, "setup.username_form", "username", found=told)
    elif name and person.full_name.casefold() != name.casefold():
        expected = person.full_name
        yield block(row, "workbook.staff_other_name", "full_name", found=name, expected=expected)
    elif (told := row.text("username")) and sign_in_name(told) != person.username:
        yield warn(row, "setup.username_kept", "username", found=told, expected=person.username)


def _roles(row: RosterRow, accounts: _Accounts) -> tuple[list[str], list[Finding]]:
    """Return the roles that the row tells; those beyond teaching only repeat what is on record."""
    roles: list[str] = []
    findings: list[Finding] = []
    told = [part.strip() for part in _SEPARATORS.split(row.text("role")) if part.strip()]
    for part in told:
        words = plain_words(part)
        role = next((role for role, known in _WORDS.items() if words in known), "")
        if not role:
            findings.append(block(row, "setup.role_unknown", "role", found=part))
        elif role in TEACHING:
            roles.append(role)
        elif (row.text("citizen_id"), role) not in accounts.roles:
            findings.append(block(row, "setup.role_not_by_file", "role", found=part))
    if not told:
        findings.append(block(row, "setup.role_unknown", "role"))
    return roles, findings


def _steps(
    row: RosterRow,
    roles: Sequence[str],
    accounts: _Accounts,
    first_day: date,
    findings: list[Finding],
) -> list[Step]:
    number = row.text("citizen_id")
    person, key = accounts.people.get(number), {"citizen_id": number}
    last = row.dates.get("to_date")
    start = row.dates.get("from_date") or first_day
    steps: list[Step] = []
    if person is None:
        name = _free_name(row, accounts.taken)
        after = {"full_name": row.text("full_name"), "username": name}
        steps.append(Step(Act.PERSON_ADDED, key, {}, after))
    elif not person.is_active and last is None:
        steps.append(Step(Act.PERSON_REOPENED, key, {"is_active": False}, {"is_active": True}))
    for role in roles:
        held = accounts.roles.get((number, role))
        if held is None or (held.valid_to and held.valid_to < start):
            days = {"valid_from": iso(start), "valid_to": iso(last)}
            steps.append(Step(Act.ROLE_GRANTED, key | {"role": role}, {}, days))
        elif last and held.valid_to is None:
            if last < held.valid_from:
                findings.append(block(row, "setup.role_ends_before_start", "to_date"))
            else:
                role_key = key | {"role": role, "assignment": str(held.pk)}
                step = Step(Act.ROLE_ENDED, role_key, {"valid_to": None}, {"valid_to": iso(last)})
                steps.append(step)
    if last and last < start and not is_blocked(findings):
        findings.append(block(row, "setup.role_ends_before_start", "to_date"))
    return steps


def _candidates(row: RosterRow, most: int) -> Iterator[str]:
    """Sign-in names for a new person: what the file says, else "lannt", "lannt2", …."""
    if told := row.text("username"):
        yield sign_in_name(told)
    base = _base_name(row.text("full_name"))
    yield base
    yield from (f"{base}{number}" for number in range(2, min(most, 50) + 2))


def _free_name(row: RosterRow, taken: set[str]) -> str:
    name = next(name for name in _candidates(row, 10**4) if name not in taken)
    taken.add(name)
    return name


def _base_name(full_name: str) -> str:
    """Nguyễn Thị Lan → lannt."""
    plain = normalize("NFD", full_name.casefold()).replace("đ", "d")
    words = "".join(letter for letter in plain if not combining(letter)).split()
    letters = ["".join(filter(str.isalnum, word)) for word in words] or ["gv"]
    initials = "".join(word[:1] for word in letters[:-1])
    return f"{letters[-1]}{initials}"[:40] or "gv"
