"""Certificates: one registers, another approves, and only then they sign."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.db import IntegrityError, transaction

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.audit.actions import CITY_WIDE
from hocba.apps.audit.queries import events_of
from hocba.apps.certificates import actions, queries
from hocba.apps.certificates.models import Certificate
from hocba.apps.roster.models import Unit
from hocba.core.errors import HocbaError

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


@cache
def certificate(holder: str, start: datetime, end: datetime, *, signs: bool, serial: int) -> bytes:
    """Make a self-signed certificate whose subject names the holder as the profile says."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.USER_ID, holder)])
    others = (
        *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    usage = dict.fromkeys(others, False)
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial, start, end)
    usages = x509.KeyUsage(digital_signature=signs, **usage)
    signed = builder.add_extension(usages, critical=True).sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.DER)


@pytest.fixture
def register(at: datetime, it_officer: Person) -> Callable[..., Certificate]:
    def enter(
        holder: Person | Unit,
        names: str = "",
        end: timedelta = YEAR,
        signs: bool = True,
        serial: int = 7,
    ) -> Certificate:
        is_person = isinstance(holder, Person)
        own = f"CCCD:{holder.citizen_id}" if is_person else f"MDV:{holder.code}"
        der = certificate(names or own, at - YEAR, at + end, signs=signs, serial=serial)
        key = {"person_id" if is_person else "unit_id": holder.pk}
        return actions.register_certificate(der=der, **key, actor=it_officer.pk, at=at)

    return enter


def test_a_certificate_signs_only_after_approval(
    register: Callable[..., Certificate], clerk: Person, department_officer: Person, at: datetime
) -> None:
    row = register(clerk)
    assert queries.approved_certificate_of_person(person_id=clerk.pk, at=at) is None
    actions.approve_certificate(certificate_id=row.pk, actor=department_officer.pk, at=at)
    held = queries.approved_certificate_of_person(person_id=clerk.pk, at=at)
    assert held is not None
    assert sha256(held.der).hexdigest() == held.sha256 == row.sha256
    before = queries.approved_certificate_of_person(person_id=clerk.pk, at=at - YEAR / 2)
    after = queries.approved_certificate_of_person(person_id=clerk.pk, at=at + YEAR)
    assert (before, after) == (None, None)


def test_nobody_approves_their_own_request_or_certificate(
    register: Callable[..., Certificate], clerk: Person, it_officer: Person, at: datetime
) -> None:
    row = register(clerk)
    for actor, code in (
        (it_officer.pk, "certificates.own_approval"),
        (clerk.pk, "certificates.own_approval"),
        (None, "certificates.approver_needed"),
    ):
        with refused(code):
            actions.approve_certificate(certificate_id=row.pk, actor=actor, at=at)


def test_the_database_itself_refuses_own_approval(
    register: Callable[..., Certificate], clerk: Person, it_officer: Person, at: datetime
) -> None:
    row = register(clerk)
    values = {"status": "approved", "approved_by": it_officer.pk, "approved_at": at}
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"names": "CCCD:001099999999"}, "certificates.other_holder"),
        ({"names": "MDV:001180000002"}, "certificates.other_holder"),
        ({"names": "001180000002"}, "certificates.other_holder"),
        ({"end": timedelta(0)}, "certificates.expired"),
        ({"signs": False}, "certificates.not_for_signing"),
    ],
)
def test_a_certificate_that_does_not_fit_is_not_registered(
    register: Callable[..., Certificate], clerk: Person, changed: dict[str, Any], code: str
) -> None:
    assert clerk.citizen_id == "001180000002"
    with refused(code):
        register(clerk, **changed)


def test_registering_again_changes_nothing_for_another_is_refused(
    register: Callable[..., Certificate], clerk: Person, principal: Person
) -> None:
    assert register(clerk).pk == register(clerk).pk
    with refused("certificates.registered_for_another"):
        register(principal, names=f"CCCD:{clerk.citizen_id}")


def test_only_people_with_a_number_and_schools_hold_certificates(
    register: Callable[..., Certificate],
    authority: Unit,
    school: Unit,
    make_person: Callable[..., Person],
    at: datetime,
) -> None:
    der = certificate(f"MDV:{authority.code}", at - YEAR, at + YEAR, signs=True, serial=7)
    with refused("certificates.holder_unknown"):
        actions.register_certificate(der=der, unit_id=authority.pk, actor=None, at=at)
    with refused("certificates.holder_unknown"):
        register(make_person("an.danh", ("clerk", school), citizen_id=None))


def test_a_holder_is_one_person_or_one_school(clerk: Person, school: Unit, at: datetime) -> None:
    for person_id, unit_id in ((None, None), (clerk.pk, school.pk)):
        with refused("certificates.one_holder"):
            actions.register_certificate(
                der=b"", person_id=person_id, unit_id=unit_id, actor=None, at=at
            )
    with refused("certificate.unreadable"):
        actions.register_certificate(der=b"x", person_id=clerk.pk, actor=None, at=at)


def test_a_seal_stays_on_the_list_of_its_time(
    register: Callable[..., Certificate], school: Unit, department_officer: Person, at: datetime
) -> None:
    officer, later = department_officer.pk, at + timedelta(days=30)
    row = register(school)
    assert queries.approved_seals() == []
    actions.approve_certificate(certificate_id=row.pk, actor=officer, at=at)
    actions.withdraw_certificate(certificate_id=row.pk, reason="lộ khóa", actor=officer, at=later)
    (seal,) = queries.approved_seals()
    assert (seal.school_code, seal.valid_from, seal.valid_to) == (school.code, at, later)
    assert queries.approved_seal_of_school(unit_id=school.pk, at=at) is not None
    assert queries.approved_seal_of_school(unit_id=school.pk, at=later) is None


def test_the_newest_approved_certificate_is_used(
    register: Callable[..., Certificate], clerk: Person, department_officer: Person, at: datetime
) -> None:
    old, new = register(clerk), register(clerk, serial=8)
    later = at + timedelta(hours=1)
    actions.approve_certificate(certificate_id=old.pk, actor=department_officer.pk, at=at)
    actions.approve_certificate(certificate_id=new.pk, actor=department_officer.pk, at=later)
    held = queries.approved_certificate_of_person(person_id=clerk.pk, at=later)
    assert held is not None
    assert held.id == new.pk


def test_states_follow_their_order(
    register: Callable[..., Certificate], clerk: Person, department_officer: Person, at: datetime
) -> None:
    row = register(clerk)
    key: dict[str, Any] = {"certificate_id": row.pk, "actor": department_officer.pk, "at": at}
    with refused("certificates.not_approved"):
        actions.withdraw_certificate(**key, reason="")
    actions.refuse_certificate(**key, reason="sai tên")
    with refused("certificates.not_registered"):
        actions.approve_certificate(**key)
    with refused("certificates.not_registered"):
        actions.refuse_certificate(**key, reason="")
    found = events_of(school_id=CITY_WIDE, object_type="certificate", object_id=str(row.pk))
    assert [event.reason for event in found] == ["", "sai tên"]


def test_who_reads_the_lists(
    register: Callable[..., Certificate],
    school: Unit,
    clerk: Person,
    operator: Person,
    viewer_for: Callable[[Person], Viewer],
    stranger_id: UUID,
) -> None:
    row = register(school)
    seals = queries.certificates_of_school(viewer=viewer_for(clerk), unit_id=school.pk)
    waiting = queries.certificates_waiting(viewer=viewer_for(operator))
    assert [one.id for one in (*seals, *waiting)] == [row.pk, row.pk]
    assert queries.certificate_by_sha256(sha256=row.sha256) == waiting[0]
    with refused("access.denied"):
        queries.certificates_waiting(viewer=viewer_for(clerk))
    with refused("access.denied"):
        queries.certificates_of_school(viewer=viewer_for(operator), unit_id=school.pk)
