"""The signing desk's addresses: own slots only, bounded, repeatable, every refusal in words."""

import json
import re
from base64 import b64decode, encodebytes
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from hocba.adapters.software_signer import SoftwareSigner
from hocba.adapters.wording.bridge import SENTENCES
from hocba.apps.accounts.queries import person_by_username
from hocba.apps.certificates.models import Certificate
from hocba.apps.issuing.desk_json import MOST_BYTES, MOST_ITEMS
from hocba.apps.issuing.models import SigningSession, Slot
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE, look

Walk = Callable[[str], UUID]
STATIC = Path(__file__).parents[3] / "src" / "hocba" / "web" / "static"


class Desk:
    """Somebody at the signing desk, before one class, who has looked through what waits."""

    def __init__(self, city: City, class_id: UUID, username: str = "gv01", kind: str = "ca-nhan"):
        self.city, self.client, self.page = city, Client(), f"/ky-so/{class_id}/{kind}/"
        self.person = person_by_username(username=username)
        assert self.person is not None
        self.client.force_login(self.person)
        look(city, self.person.pk)

    def post(self, name: str, body: object, **options: Any) -> tuple[int, dict[str, Any]]:
        """Send an object; return status and answer."""
        text = body if isinstance(body, str) else json.dumps(body)
        options = {"content_type": "application/json"} | options
        answer = self.client.post(f"{self.page}{name}/", text, **options)
        return answer.status_code, answer.json()

    def session_page(self) -> str:
        """Address of the newest session in which this person looked at what waits."""
        mine = SigningSession.objects.filter(
            school_id=self.city.school_id, person_id=self.person.pk
        )
        return f"/ky-so/luot/{self.city.school_id}/{mine.latest('opened_at').id}/"

    def prepare(self, items: list[dict[str, str]], *, sheet: bool = False) -> dict[str, Any]:
        """Prepare, and return the answer."""
        status, answer = self.post("chuan-bi", {"items": items, "sheet": sheet})
        assert status == 200, answer
        return answer

    def signed_with_own_key(self, ready: list[dict[str, str]]) -> list[dict[str, str]]:
        """Sign what was prepared; the base64 comes in lines, as from signing software."""
        key = self.city.key_file(self.person.citizen_id or "")
        signer = SoftwareSigner.load(key, self.city.key_password, demo=True)
        values = signer.sign_digests(tuple(b64decode(one["digest"]) for one in ready))
        return [
            {name: one[name] for name in ("draft", "slot", "token")}
            | {"signature": encodebytes(value).decode()}
            for one, value in zip(ready, values, strict=True)
        ]


@pytest.fixture
def at_desk(city: City, walk: Walk) -> Callable[..., Desk]:
    """Sit somebody down before class 9A1, which waits for its subject teachers."""
    class_id = walk("composed")
    return lambda *who: Desk(city, class_id, *who)


def slots_of(city: City, role: str = "GVBM", signer_id: str = "") -> list[dict[str, str]]:
    """Return the items of a signer; of the first teacher when nobody is named."""
    signer_id = signer_id or city.teachers[0].citizen_id or ""
    rows = Slot.objects.filter(school_id=city.school_id, role=role, signer_id=signer_id)
    return [{"draft": str(one), "slot": key} for one, key in rows.values_list("draft_id", "key")]


def signed(city: City) -> int:
    return Slot.objects.filter(school_id=city.school_id, state="signed").count()


@pytest.mark.parametrize("sheet", [False, True])
def test_a_class_is_prepared_and_completed_once(
    city: City, at_desk: Callable[..., Desk], sheet: bool
) -> None:
    teacher, items = at_desk(), slots_of(city)
    answer = teacher.prepare(items, sheet=sheet)
    assert (len(answer["ready"]), answer["outcomes"]) == (CLASS_SIZE, [])
    assert len({one["digest"] for one in answer["ready"]}) == (1 if sheet else CLASS_SIZE)
    done = {"items": teacher.signed_with_own_key(answer["ready"])}
    for _ in range(2):  # the second time, nothing changes and all is said to be done
        status, outcome = teacher.post("hoan-tat", done)
        assert (status, outcome) == (200, {"outcomes": [pick(one) for one in done["items"]]})
    assert signed(city) == CLASS_SIZE
    again = teacher.prepare(items, sheet=sheet)
    assert again["ready"] == []
    assert sorted(map(str, again["outcomes"])) == sorted(map(str, items))


def pick(item: dict[str, str]) -> dict[str, str]:
    """Return what names an item."""
    return {name: item[name] for name in ("draft", "slot")}


def test_nobody_prepares_the_slot_of_another(city: City, at_desk: Callable[..., Desk]) -> None:
    for username in ("gv02", "gvcn", "hieutruong", "vanthu", "cntt"):
        answer = at_desk(username).prepare(slots_of(city)[:1])
        (outcome,) = answer["outcomes"]
        assert (answer["ready"], outcome["code"]) == ([], "issuing.not_the_signer")
        assert outcome["sentence"] == "Phần này do người khác ký."


def test_who_has_no_business_here_gets_nothing(city: City, at_desk: Callable[..., Desk]) -> None:
    for who in (
        ("gv01", "con-dau"),
        ("hieutruong", "con-dau"),
        ("gv01", "khac"),
        ("hieutruong2", "ca-nhan"),
        ("vanthu2", "con-dau"),
        ("phuong", "ca-nhan"),
        ("so", "ca-nhan"),
        ("quantri", "ca-nhan"),
    ):
        stranger = at_desk(*who)
        for name in ("chung-thu", "chuan-bi", "hoan-tat", "khoa-mau"):
            status, answer = stranger.post(name, {"items": slots_of(city)})
            assert (status, answer["code"]) == (403, "access.denied"), who
        assert stranger.client.get(stranger.page).status_code == 403
        if who[0] not in ("gv01", "hieutruong"):
            assert "9A1" not in stranger.client.get("/ky-so/").content.decode()
    assert not Slot.objects.filter(school_id=city.school_id).exclude(state="waiting").exists()


def test_the_principal_and_the_seal_wait_for_their_turn(
    city: City, at_desk: Callable[..., Desk]
) -> None:
    for who, role, signer_id in (
        (("hieutruong",), "CBQL", city.principal.citizen_id or ""),
        (("vanthu", "con-dau"), "KY_PHAT_HANH", city.school_code),
    ):
        answer = at_desk(*who).prepare(slots_of(city, role, signer_id)[:1])
        assert [one["code"] for one in answer["outcomes"]] == ["signing.order_not_reached"]


def test_a_signature_is_completed_by_whom_it_was_prepared_for_and_in_time(
    city: City, at_desk: Callable[..., Desk]
) -> None:
    teacher = at_desk()
    items = teacher.signed_with_own_key(teacher.prepare(slots_of(city)[:1])["ready"])
    codes = []
    for desk, changes in (
        (at_desk("gv02"), {}),
        (teacher, {"token": "x" * 32}),
        (teacher, {"slot": "GVBM-000000000000"}),
        (teacher, {"draft": str(uuid4())}),
        (teacher, {"signature": "AAAA" * 64}),
    ):
        _, answer = desk.post("hoan-tat", {"items": [items[0] | changes]})
        codes += [one["code"] for one in answer["outcomes"]]
        assert answer["outcomes"][0]["sentence"]
    late = Slot.objects.filter(school_id=city.school_id, state="prepared")
    late.update(expires_at=timezone.now() - timedelta(seconds=1))
    codes.append(teacher.post("hoan-tat", {"items": items})[1]["outcomes"][0]["code"])
    assert codes == [
        "access.denied",
        "signing.token_unknown",
        "issuing.slot_unknown",
        "issuing.slot_unknown",
        "signing.invalid_signature",
        "signing.token_expired",
    ]
    assert signed(city) == 0


ITEM = {"draft": "01a20fb0-4798-7735-884d-a0f6c83fabdb", "slot": "GVBM"}


STRANGE: tuple[tuple[object, int], ...] = (
    ("{", 400),
    ("[]", 400),
    ("[" * 60_000, 400),
    ("{}", 400),
    ({"items": []}, 400),
    ({"items": [ITEM, ITEM]}, 400),
    ({"items": ["x"]}, 400),
    ({"items": [ITEM | {"draft": "../.."}]}, 400),
    ({"items": [ITEM | {"slot": 7}]}, 400),
    ({"items": [ITEM | {"slot": f"k{n}"} for n in range(MOST_ITEMS + 1)]}, 400),
    (" " * MOST_BYTES + "{}", 413),
)


def test_a_strange_or_huge_body_is_refused_in_words(at_desk: Callable[..., Desk]) -> None:
    teacher = at_desk()
    for body, status in STRANGE:
        for name in ("chuan-bi", "hoan-tat"):
            given, answer = teacher.post(name, body)
            assert (given, answer["code"].partition("_")[0]) == (status, "signing.request")
            assert answer["sentence"].endswith("rồi ký tiếp.")


def test_a_strange_signature_method_or_origin_is_refused(
    city: City, at_desk: Callable[..., Desk]
) -> None:
    teacher = at_desk()
    item = slots_of(city)[0] | {"token": "x"}
    for signature in ("", "ký", "a", "A" * 8192, None):
        status, answer = teacher.post("hoan-tat", {"items": [item | {"signature": signature}]})
        assert (status, answer["code"]) == (400, "signing.request_unreadable")
    status, _ = teacher.post("chuan-bi", {"items": [item]}, content_type="text/plain")
    assert status == 400
    got = teacher.client.get(f"{teacher.page}chuan-bi/")
    assert (got.status_code, got.headers["Allow"]) == (405, "POST")
    assert got.json()["code"] == "signing.request_method"
    wary = Client(enforce_csrf_checks=True)
    wary.force_login(teacher.person)
    forged = wary.post(f"{teacher.page}chuan-bi/", "{}", content_type="application/json")
    assert forged.status_code == 403
    assert Client().post(f"{teacher.page}chuan-bi/").status_code == 302


def test_the_demos_key_refuses_outside_the_demo(
    city: City, at_desk: Callable[..., Desk], settings: Any
) -> None:
    teacher, items = at_desk(), {"items": slots_of(city), "sheet": True}
    status, answer = teacher.post("khoa-mau", items)
    assert (status, answer["code"]) == (403, "signing.software_signer_forbidden")
    assert signed(city) == 0
    settings.HOCBA_DEMO = True
    for _ in range(2):
        status, answer = teacher.post("khoa-mau", items)
        assert (status, len(answer["outcomes"])) == (200, CLASS_SIZE)
        assert not any("code" in one for one in answer["outcomes"])
    foreign = {"items": slots_of(city, "GVCN", city.homeroom.citizen_id or "")[:1]}
    (outcome,) = teacher.post("khoa-mau", foreign)[1]["outcomes"]
    assert outcome["code"] == "issuing.not_the_signer"


def test_the_signing_page_alone_may_ask_the_signers_machine(
    at_desk: Callable[..., Desk], settings: Any
) -> None:
    settings.HOCBA_BRIDGE_URL = "wss://127.0.0.1:8987"
    teacher, clerk = at_desk(), at_desk("vanthu", "con-dau")
    for who, page in ((teacher, teacher.session_page()), (clerk, clerk.page)):
        policy = who.client.get(page).headers["Content-Security-Policy"]
        assert "connect-src 'self' wss://127.0.0.1:8987;" in f"{policy};"
        assert "unsafe" not in policy
    for address in ("/ky-so/", "/ban-lam-viec/", teacher.page, f"{teacher.page}chuan-bi/"):
        headers = teacher.client.get(address).headers
        assert "127.0.0.1" not in headers["Content-Security-Policy"]


def test_who_has_no_usable_certificate_is_told_why(
    city: City, at_desk: Callable[..., Desk]
) -> None:
    own, teacher = Certificate.objects.filter(person=city.teachers[0]), at_desk()
    waiting = {"status": "registered", "approved_by": None, "approved_at": None}
    for change, words in (
        ({"not_after": timezone.now() - timedelta(days=1)}, "Chứng thư đã hết hạn ngày"),
        ({"not_after": timezone.now() + timedelta(days=1)} | waiting, "đang chờ cấp quản lí"),
        ({}, "Bạn chưa có chứng thư số."),
    ):
        own.update(**change) if change else own.delete()
        for address in ("/ky-so/", teacher.page, teacher.session_page()):
            assert words in teacher.client.get(address).content.decode()
        assert 'name="khoa"' not in teacher.client.get(teacher.session_page()).content.decode()
        answer = teacher.prepare(slots_of(city)[:1])
        assert answer["outcomes"][0]["code"] == "signing.no_approved_certificate"


def test_every_fault_that_the_module_names_has_its_sentence() -> None:
    source = "".join(
        (STATIC / f"signing-{name}.js").read_text() for name in ("bridge", "desk", "phone")
    )
    assert set(re.findall(r'"((?:bridge|desk)\.[a-z_]+)"', source)) == set(SENTENCES)
