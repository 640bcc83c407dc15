"""A session's pages: own alone, refusals in words, and no more queries for more students."""

import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import person_by_username
from hocba.apps.issuing.desk import OWN
from hocba.apps.issuing.models import SessionItem, SigningSession
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE
from tests.apps.issuing.signing import begin, deputy, drafts, open_all

Walk = Callable[[str], UUID]


def sign_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def queries(client: Client, address: str) -> int:
    client.get("/ban-lam-viec/")  # the first request of a client writes its session
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.fixture
def session(city: City, walk: Walk) -> tuple[str, UUID]:
    """A session of the first teacher over class 9A1, and its address."""
    class_id = walk("composed")
    session_id = begin(city, city.teachers[0], class_id)
    return f"/ky-so/luot/{city.school_id}/{session_id}/", session_id


def test_a_session_is_begun_from_the_class_page_once(city: City, walk: Walk) -> None:
    class_id, client = walk("composed"), sign_in(city.teachers[0])
    form = {
        "truong": str(city.school_id),
        "tu-cach": OWN,
        "lop": [str(class_id)],
        "luot": str(uuid4()),
    }
    for _ in range(2):
        answer = client.post("/ky-so/luot/", form)
        assert (answer.status_code, answer.url) == (
            302,
            f"/ky-so/luot/{city.school_id}/{form['luot']}/",
        )
    assert SigningSession.objects.filter(school_id=city.school_id).count() == 1
    for wrong in ({"truong": "x"}, {"luot": "../"}, {"lop": []}, {"tu-cach": "con-dau"}):
        assert client.post("/ky-so/luot/", form | {"luot": str(uuid4())} | wrong).status_code in (
            403,
            409,
        )
    assert client.get("/ky-so/luot/").status_code == 405


def test_nobody_sees_or_signs_in_the_session_of_another(
    city: City, session: tuple[str, UUID]
) -> None:
    address, _ = session
    draft = drafts(city)[0]
    for username in ("gv02", "hieutruong", "cntt", "vanthu", "hieutruong2", "so", "quantri"):
        person = person_by_username(username=username)
        assert person
        client = sign_in(person)
        for page in (address, f"{address}hoc-ba/{draft.id}/"):
            assert client.get(page).status_code == 403, (username, page)
        for verb in ("chung-thu", "chuan-bi", "hoan-tat", "khoa-mau", "dien-thoai/gui"):
            answer = client.post(f"{address}{verb}/", "{}", content_type="application/json")
            assert (answer.status_code, answer.json()["code"]) == (403, "access.denied")
        assert client.post(f"{address}tra-lai/").status_code == 403
    items = SessionItem.objects.filter(school_id=city.school_id, opened_at__isnull=False)
    assert not items.exists()


def test_what_was_refused_is_told_again_after_a_reload(
    city: City, session: tuple[str, UUID]
) -> None:
    address, session_id = session
    client = sign_in(city.teachers[0])
    item = SessionItem.objects.filter(school_id=city.school_id, session_id=session_id).first()
    assert item
    body = {"items": [{"draft": str(item.draft_id), "slot": item.slot_key}]}
    answer = client.post(f"{address}chuan-bi/", json.dumps(body), content_type="application/json")
    assert [one["code"] for one in answer.json()["outcomes"]] == ["issuing.pages_unopened"]
    page = client.get(address).content.decode()
    assert "Còn học bạ phải mở ra xem trước khi ký." in page
    assert 'name="khoa"' not in page
    open_all(city, city.teachers[0], session_id)
    assert 'name="khoa"' in client.get(address).content.decode()


def test_pages_ask_no_more_for_more_students(city: City, session: tuple[str, UUID]) -> None:
    address, session_id = session
    client, head = sign_in(city.teachers[0]), sign_in(city.principal)
    found = {
        "session": queries(client, address),
        "page": queries(client, f"{address}hoc-ba/{drafts(city)[0].id}/"),
        "desk": queries(client, "/ky-so/"),
        "returns": queries(client, "/ky-so/tra-lai/"),
        "stand_in": queries(head, f"/ky-so/ky-thay/{city.school_id}/"),
        "delegations": queries(head, f"/ky-so/uy-quyen/{city.school_id}/"),
    }
    some = SessionItem.objects.filter(school_id=city.school_id, session_id=session_id)
    some.filter(draft_id__in=[one.id for one in drafts(city)[: CLASS_SIZE // 2]]).delete()
    assert queries(client, address) == found["session"], "half as many ask as often"
    assert {name: count <= LIMITS[name] for name, count in found.items()} == dict.fromkeys(
        found, True
    ), found


LIMITS = {
    "session": 24,
    "page": 26,
    "desk": 30,
    "returns": 14,
    "stand_in": 44,
    "delegations": 16,
}


def test_the_office_pages_are_for_those_they_concern(city: City, walk: Walk) -> None:
    walk("composed")
    school = city.school_id
    for username, stand_in, delegations in (
        ("hieutruong", 200, 200),
        ("phohieutruong", 403, 200),
        ("gv01", 403, 403),
        ("vanthu", 403, 403),
        ("cntt", 403, 403),
        ("hieutruong2", 403, 403),
    ):
        person = person_by_username(username=username)
        assert person
        client = sign_in(person)
        assert client.get(f"/ky-so/ky-thay/{school}/").status_code == stand_in, username
        assert client.get(f"/ky-so/uy-quyen/{school}/").status_code == delegations, username
        assert client.get("/ky-so/tra-lai/").status_code == 200
    client = sign_in(deputy())
    given = {"nguoi": str(deputy().pk), "tu": "2024-01-01", "den": "x", "li-do": "x", "ma": "x"}
    assert client.post(f"/ky-so/uy-quyen/{school}/", given).status_code in (200, 403)
    head = sign_in(city.principal)
    answer = head.post(f"/ky-so/uy-quyen/{school}/", given | {"ma": str(uuid4())})
    assert "Ủy quyền phải có ngày bắt đầu từ hôm nay" in answer.content.decode()
    assert "Hãy chọn ít nhất một phần" in head.post(f"/ky-so/ky-thay/{school}/").content.decode()
