"""Printed copies at the desk: the school's clerk alone, each sealed once, none that is gone."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from hocba.adapters.software_signer import SoftwareSigner
from hocba.apps.certificates.models import Certificate
from hocba.apps.ledger.actions import obtain_sealed_pdf
from hocba.apps.ledger.models import IssuedTranscript, LogEntry, PdfRequest, SealedPdf
from hocba.apps.ledger.queries import pdfs_waiting
from hocba.apps.roster.models import Student, Unit
from hocba.web.demo.city import City
from tests.apps.issuing.test_desk import Desk

pytestmark = [pytest.mark.slow, pytest.mark.across_schools]
Item = dict[str, str]


@pytest.fixture
def asked(city: City, walk: Callable[[str], UUID]) -> list[Item]:
    """Two of the class have asked for their PDF; the seal's key is not on the server."""
    walk("issued")
    codes = IssuedTranscript.objects.order_by("lookup_uuid").values_list("lookup_uuid", flat=True)
    for code in codes[:2]:
        assert obtain_sealed_pdf(lookup_uuid=code, actor=None, at=timezone.now()) is None
    return [{"lookup": str(code)} for code in pdfs_waiting(school_id=city.school_id)]


def desk(city: City, username: str = "vanthu") -> Desk:
    """Sit somebody down before the school's printed copies."""
    return Desk(city, "ban-in", username, str(city.school_id))  # type: ignore[arg-type]


def sealed(city: City, ready: list[Item]) -> list[Item]:
    """Sign what was prepared with the school's seal."""
    key = city.key_file(city.school_code)
    signer = SoftwareSigner.load(key, city.key_password, demo=True)
    values = signer.sign_digests(tuple(b64decode(one["digest"]) for one in ready))
    return [
        {"lookup": one["lookup"], "token": one["token"], "signature": b64encode(value).decode()}
        for one, value in zip(ready, values, strict=True)
    ]


def codes_of(answer: tuple[int, dict[str, Any]]) -> list[str]:
    """The refusals of an answer; each has its sentence."""
    status, body = answer
    assert status == 200, body
    assert all(one["sentence"] for one in body["outcomes"] if "code" in one)
    return [one.get("code", "") for one in body["outcomes"]]


def test_the_clerk_finds_them_and_seals_each_once(city: City, asked: list[Item]) -> None:
    clerk = desk(city)
    start, tables, page = (
        clerk.client.get(address).content.decode()
        for address in ("/ban-lam-viec/", "/ky-so/", clerk.page)
    )
    assert "bản in đang chờ con dấu của trường" in start
    assert f"{len(asked)} bản in đang chờ con dấu" in tables
    names = [name for name in Student.objects.values_list("full_name", flat=True) if name in page]
    assert (len(names), "Lớp 9A1, năm học 2024-2025" in page) == (len(asked), True)
    done = {"items": sealed(city, clerk.prepare(asked)["ready"])}
    for _ in range(2):
        assert clerk.post("hoan-tat", done) == (200, {"outcomes": asked})
    assert SealedPdf.objects.count() == len(asked)
    assert clerk.prepare(asked) | {"certificate": ""} == {
        "certificate": "",
        "ready": [],
        "outcomes": asked,
    }
    assert "Không có bản in nào đang chờ" in clerk.client.get(clerk.page).content.decode()
    assert "bản in" not in clerk.client.get("/ban-lam-viec/").content.decode()


def test_nobody_else_has_business_there(city: City, asked: list[Item]) -> None:
    for username in ("vanthu2", "hieutruong", "hieutruong2", "gv01", "cntt", "phuong", "so"):
        stranger = desk(city, username)
        for name in ("chung-thu", "chuan-bi", "hoan-tat", "khoa-mau"):
            status, answer = stranger.post(name, {"items": asked})
            assert (status, answer["code"]) == (403, "access.denied"), username
        assert stranger.client.get(stranger.page).status_code == 403
        assert "bản in" not in stranger.client.get("/ky-so/").content.decode()
    other = Unit.objects.get(kind="school", code="01006502")
    neighbour = Desk(city, "ban-in", "vanthu2", str(other.pk))  # type: ignore[arg-type]
    good = sealed(city, desk(city).prepare(asked)["ready"])
    assert codes_of(neighbour.post("chuan-bi", {"items": asked})) == ["access.denied"] * 2
    assert codes_of(neighbour.post("hoan-tat", {"items": good})) == ["access.denied"] * 2
    assert not SealedPdf.objects.exists()
    assert codes_of(desk(city).post("hoan-tat", {"items": good})) == ["", ""]
    assert codes_of(neighbour.post("chuan-bi", {"items": asked})) == ["access.denied"] * 2
    assert desk(city, "vanthu").client.get(f"/ky-so/ban-in/{uuid4()}/").status_code == 403


def test_what_comes_late_wrong_or_strange_is_refused_alone(city: City, asked: list[Item]) -> None:
    clerk = desk(city)
    unknown = [{"lookup": str(uuid4())}]
    answer = clerk.prepare([*asked, *unknown])
    assert [one["code"] for one in answer["outcomes"]] == ["ledger.not_issued"]
    good, late = sealed(city, answer["ready"])
    PdfRequest.objects.filter(lookup_uuid=late["lookup"]).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    swapped = good | {"signature": late["signature"]}
    assert codes_of(clerk.post("hoan-tat", {"items": [swapped, late]})) == [
        "signing.invalid_signature",
        "signing.token_expired",
    ]
    clerk.prepare(asked)  # anew, in another window
    assert codes_of(clerk.post("hoan-tat", {"items": [good]})) == ["signing.token_unknown"]
    for body in ({"items": [asked[0], asked[0]]}, {"items": [{"lookup": "../.."}]}, {}):
        status, refused = clerk.post("chuan-bi", body)
        assert (status, refused["code"]) == (400, "signing.request_unreadable")
    assert Client().get(clerk.page).status_code == 302
    assert not SealedPdf.objects.exists()
    a_transcript_recalled_meanwhile_is_not_sealed(city, clerk, asked)


def a_transcript_recalled_meanwhile_is_not_sealed(
    city: City, clerk: Desk, asked: list[Item]
) -> None:
    items = sealed(city, clerk.prepare(asked)["ready"])
    row = LogEntry.objects.get(lookup_uuid=asked[0]["lookup"])
    row.index, row.kind = LogEntry.objects.count(), "recalled"
    row.leaf_hash = b"\1" * 32
    row.save(force_insert=True)
    assert codes_of(clerk.post("hoan-tat", {"items": items})) == ["ledger.not_in_force", ""]
    assert codes_of(clerk.post("chuan-bi", {"items": asked[:1]})) == ["ledger.not_in_force"]
    assert pdfs_waiting(school_id=city.school_id) == []
    assert SealedPdf.objects.count() == 1


def test_with_which_certificate_and_key(city: City, asked: list[Item], settings: Any) -> None:
    clerk = desk(city)
    signer = SoftwareSigner.load(city.key_file(city.school_code), city.key_password, demo=True)
    own = SoftwareSigner.load(
        city.key_file(city.principal.citizen_id or ""), city.key_password, demo=True
    )
    for certificate, status in ((signer.certificate, 200), (own.certificate, 409)):
        body = {"certificate": b64encode(certificate).decode()}
        assert clerk.post("chung-thu", body)[0] == status
    without_an_approved_seal_nothing_is_prepared(clerk, asked)
    status, answer = clerk.post("khoa-mau", {"items": asked})
    assert (status, answer["code"]) == (403, "signing.software_signer_forbidden")
    settings.HOCBA_DEMO = True
    for _ in range(2):
        assert codes_of(clerk.post("khoa-mau", {"items": asked})) == ["", ""]
    assert SealedPdf.objects.count() == len(asked)
    policy = clerk.client.get(clerk.page).headers["Content-Security-Policy"]
    assert settings.HOCBA_BRIDGE_URL in policy


def without_an_approved_seal_nothing_is_prepared(clerk: Desk, asked: list[Item]) -> None:
    seals = Certificate.objects.filter(unit_id=clerk.city.school_id)
    ends = seals.get().not_after
    seals.update(not_after=timezone.now() - timedelta(days=1))
    page = clerk.client.get(clerk.page).content.decode()
    assert ("Chứng thư đã hết hạn ngày" in page, 'name="khoa"' in page) == (True, False)
    answer = clerk.prepare(asked)
    assert [one["code"] for one in answer["outcomes"]] == ["signing.no_approved_seal"] * 2
    seals.update(not_after=ends)
