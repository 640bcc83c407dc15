"""The pages of recall as the people see them: who finds what, and the whole job by forms."""

from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hocba.apps.accounts.models import Person
from hocba.apps.issuing.actions import execute_request
from hocba.apps.ledger.actions import approve, publish_checkpoint
from hocba.apps.ledger.models import LifeRequest, RequestEvidence
from hocba.apps.ledger.queries import bundle_of
from hocba.core.registry.bundle import read_bundle
from hocba.core.registry.procedures import RequestKind
from tests.apps.issuing.recalls import LOCKED_DAY, REASON, Case, who


def as_person(client: Client, person_id: UUID) -> Client:
    """Sign in as somebody."""
    client.force_login(Person.objects.get(pk=person_id))
    return client


def page(client: Client, username: str, address: str) -> tuple[int, str]:
    answer = as_person(client, who(username)).get(address)
    return answer.status_code, answer.content.decode()


def act(client: Client, person_id: UUID, request_id: UUID, **data: object) -> tuple[int, str]:
    answer = as_person(client, person_id).post(f"/thu-hoi/{request_id}/", data, follow=True)
    return answer.status_code, answer.content.decode()


def form_of(case: Case, **changed: object) -> dict[str, object]:
    cell = case.cell()
    return {
        "request_id": "0b0e0a52-98f0-4f3c-8c0e-5d6a4a7a0001",
        "kind": "recall_and_replace",
        "reason_code": "wrong_mark",
        "reason": REASON,
        "evidence": SimpleUploadedFile("biên bản.pdf", b"%PDF-1.7 x"),
        f"diem.{cell.subject}.{cell.term}.{cell.kind}.{cell.ordinal}": cell.typed,
    } | changed


def test_the_whole_job_by_forms(client: Client, case: Case) -> None:
    address = f"/thu-hoi/lap/{case.issued.lookup_uuid}/"
    teacher = as_person(client, case.teacher)
    assert address in teacher.get(f"/thu-hoi/lop/{case.class_id}/").content.decode()
    preview = teacher.post(address, form_of(case, xem="1")).content.decode()
    assert "Nếu được duyệt" in preview
    assert "Toán: trung bình học kì II" in preview
    assert LifeRequest.objects.count() == 0
    for _ in range(2):  # the double click
        sent = teacher.post(address, form_of(case, gui="1"), follow=True)
        assert "chờ hiệu trưởng duyệt" in sent.content.decode()
    request_id = LifeRequest.objects.get().id

    principal, clerk = case.city.principal.id, case.city.clerk_id
    assert "Đề nghị thu hồi, thay thế" in page(client, "hieutruong", "/ban-lam-viec/")[1]
    status, text = act(client, principal, request_id, viec="duyet", buoc="principal")
    assert (status, "chờ cấp quản lý duyệt" in text) == (200, True)
    assert str(request_id) in page(client, "phuong", "/thu-hoi/")[1]
    act(client, who("phuong"), request_id, viec="duyet", buoc="managing", reason="Đồng ý.")
    _, text = act(client, clerk, request_id, viec="thuc-hien")
    assert "Đã thu hồi" in text
    _, text = act(client, clerk, request_id, viec="lap-lai")
    assert "Bản mới khác bản cũ ở đâu" in text
    assert "theo đề nghị" in text
    assert "Đang ký" in page(client, "vanthu", f"/hoc-ba/{case.class_id}/")[1]


@pytest.mark.parametrize("username", ["hieutruong2", "vanthu2", "quantri", "cntt"])
def test_strangers_see_nothing(client: Client, case: Case, username: str) -> None:
    request_id = case.ask()
    row = RequestEvidence.objects.get()
    for address in (
        f"/thu-hoi/{request_id}/",
        f"/thu-hoi/{request_id}/tep/{row.sha256}/",
        f"/thu-hoi/lap/{case.issued.lookup_uuid}/",
    ):
        status, text = page(client, username, address)
        assert status == 403
        assert "Đoàn" not in text
    assert str(request_id) not in page(client, username, "/thu-hoi/?loc=tat-ca")[1]


@pytest.mark.parametrize("username", ["vanthu", "hieutruong", "phuong", "so"])
def test_who_has_business_with_it_sees_it(client: Client, case: Case, username: str) -> None:
    request_id = case.ask()
    status, text = page(client, username, f"/thu-hoi/{request_id}/")
    assert (status, REASON in text) == (200, True)
    may = username == "hieutruong"
    assert ('value="duyet"' in text) is may
    assert str(request_id) in page(client, username, "/thu-hoi/?loc=tat-ca")[1]
    assert (str(request_id) in page(client, username, "/thu-hoi/")[1]) is may


def test_what_is_not_allowed_is_said_on_the_page(client: Client, case: Case) -> None:
    address = f"/thu-hoi/lap/{case.issued.lookup_uuid}/"
    teacher = as_person(client, case.teacher)
    for changed, sentence in (
        ({"evidence": ""}, "phải kèm tệp minh chứng"),
        ({"evidence": SimpleUploadedFile("a.exe", b"MZ")}, "phải là PDF, PNG hoặc JPEG"),
        ({"reason": "sai"}, "10"),
    ):
        answer = teacher.post(address, form_of(case, gui="1", **changed))
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    request_id = case.ask()
    status, text = act(client, case.city.principal.id, request_id, viec="tu-choi", reason="không")
    assert (status, "từ 10 đến 500" in text) == (422, True)
    status, text = act(client, who("phuong"), request_id, viec="duyet", buoc="managing")
    assert (status, "Chưa tới lượt" in text) == (422, True)


def test_a_file_is_a_download_that_nothing_runs(client: Client, case: Case) -> None:
    request_id = case.ask()
    row = RequestEvidence.objects.get()
    client = as_person(client, who("phuong"))
    answer = client.get(f"/thu-hoi/{request_id}/tep/{row.sha256}/")
    assert answer.content == b"%PDF-1.7 bien ban"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/thu-hoi/{request_id}/tep/{'0' * 64}/").status_code == 403


def test_the_portal_shows_nothing_of_what_a_court_sealed(client: Client, case: Case) -> None:
    before = bundle_of(lookup_uuid=case.issued.lookup_uuid)
    request_id = case.ask_plainly(RequestKind.COURT_SEAL, "court_order")
    approve(request_id=request_id, step="department", actor=who("so"), at=LOCKED_DAY)
    execute_request(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    publish_checkpoint(actor=None, at=timezone.now())
    document = read_bundle(before).document
    for name, data in (("a.xml", document), ("a.hocba.json", before)):
        answer = client.post(
            "/xac-minh/", {"cach": "tep", "document": SimpleUploadedFile(name, data)}
        )
        text = answer.content.decode()
        assert "Chưa kiểm tra được" in text
        assert "Đoàn" not in text
    birth = document.decode().split("<NGAY_SINH>")[1][:10]
    form = {"cach": "ma", "code": str(case.issued.lookup_uuid), "birth_date": birth}
    text = client.post("/xac-minh/", form).content.decode()
    assert "niêm phong" in text
    assert "Đoàn" not in text
    for kind in ("xml", "pdf", "bundle"):
        answer = client.post("/xac-minh/tai-ve/", form | {"kind": kind})
        assert b"Signature" not in answer.content


def test_an_old_bundle_handed_in_tells_what_happened_since(client: Client, case: Case) -> None:
    before = bundle_of(lookup_uuid=case.issued.lookup_uuid)
    case.recalled()
    publish_checkpoint(actor=None, at=timezone.now())
    upload = SimpleUploadedFile("a.hocba.json", before)
    answer = client.post("/xac-minh/", {"cach": "tep", "document": upload})
    assert "Đã thu hồi" in answer.content.decode()
