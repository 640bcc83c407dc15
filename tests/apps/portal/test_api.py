"""Other systems: keys, single files, batches that are never lost, the record of who pulled what."""

import io
import json
import re
import zipfile
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from hocba.apps.audit.models import AuditEvent
from hocba.apps.ledger.life_models import Delivery
from hocba.apps.portal.actions import create_api_key, open_batch, revoke_api_key, work_off
from hocba.apps.portal.models import ApiKey, Batch, BatchItem, Pull
from hocba.apps.portal.sweeps import finish_batches, forget_batches
from hocba.core.errors import HocbaError
from hocba.core.transcript.model import Transcript

API = "/api/v1"
ALL = ("files", "codes", "documents")
pytestmark = pytest.mark.across_schools


def make_key(*scopes: str, days: int = 30, **more: object) -> dict[str, str]:
    """Make a key and return the headers that carry it."""
    now = timezone.now()
    values = {
        "name": "Tuyển sinh 10",
        "owner_unit": "01",
        "purpose": "Tuyển sinh lớp 10",
        "scopes": scopes or ALL,
        "expires_at": now + timedelta(days=days),
    }
    _, secret = create_api_key(**(values | more), actor=None, at=now)
    return {"Authorization": f"Bearer {secret}"}


def send_codes(
    client: Client, headers: dict[str, str], pairs: list, request_id: str = ""
) -> object:
    """Send a batch of codes."""
    items = [{"code": str(code), "birth_date": str(born)} for code, born in pairs]
    return client.post(
        f"{API}/batches/codes",
        {"items": items},
        content_type="application/json",
        headers={**headers, "Idempotency-Key": request_id or str(uuid4())},
    )


def send_zip(client: Client, headers: dict[str, str], files: dict[str, bytes]) -> object:
    """Send a batch of files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    headers = {**headers, "Idempotency-Key": str(uuid4())}
    body = packed.getvalue()
    return client.post(
        f"{API}/batches/files", body, content_type="application/zip", headers=headers
    )


def send_form(
    client: Client, headers: dict[str, str], files: list[tuple[str, bytes]], request_id: str = ""
) -> object:
    """Send a batch of files as a form."""
    uploads = [SimpleUploadedFile(name, data) for name, data in files]
    headers = {**headers, "Idempotency-Key": request_id or str(uuid4())}
    return client.post(f"{API}/batches/files", {"file": uploads, "note": "x"}, headers=headers)


def outcomes(client: Client, headers: dict[str, str], answer: object) -> list[dict[str, object]]:
    """Fetch the results that a batch's answer points to."""
    text = client.get(answer.json()["results"], headers=headers).getvalue().decode()
    return [json.loads(line) for line in text.splitlines()]


def test_a_file_is_judged_without_a_key_and_tells_no_name(
    client: Client, document: bytes, transcript: Transcript
) -> None:
    answer = client.post(f"{API}/verifications", document, content_type="application/octet-stream")
    verdict = answer.json()
    assert verdict["verdict"] == "hop_le"
    assert {one["answer"] for one in verdict["answers"].values()} == {"passed"}
    assert [one["kind"] for one in verdict["history"]] == ["issued"]
    assert verdict["log"]["tree_size"] == 6
    assert transcript.student.full_name not in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    place = client.get(f"{API}/log/entries/{verdict['document_sha256']}").json()
    assert place["entries"][0]["index"] == verdict["log"]["index"]
    forged = client.post(
        f"{API}/verifications",
        document.replace(b"Kinh", b"Kinx", 1),
        content_type="application/octet-stream",
    )
    assert forged.json()["verdict"] == "khong_phai_cua_truong"


def test_a_batch_of_codes_answers_each_and_is_recorded(
    client: Client, transcript: Transcript
) -> None:
    headers = make_key("codes")
    code, born = transcript.lookup_uuid, transcript.student.birth_date
    pairs = [(code, born), (uuid4(), born), (code, "1999-01-01")]
    answer = send_codes(client, headers, pairs)
    assert answer.status_code == 200
    told = outcomes(client, headers, answer)
    assert [one["outcome"] for one in told] == ["judged", "not_found", "not_found"]
    assert told[0]["verdict"] == "hop_le"
    pull = Pull.objects.get()
    assert pull.purpose == "Tuyển sinh lớp 10"
    assert pull.code_digests == [sha256(str(pair[0]).encode()).hexdigest() for pair in pairs]
    assert pull.found == [str(code)]
    assert AuditEvent.objects.filter(action="portal.pulled").count() == 1
    assert not BatchItem.objects.exclude(birth_date=None).exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        Pull.objects.update(purpose="khác")


def test_the_same_request_again_is_the_same_batch(client: Client, transcript: Transcript) -> None:
    headers = make_key()
    pairs = [(transcript.lookup_uuid, transcript.student.birth_date)]
    first = send_codes(client, headers, pairs, "tuyen-sinh-0001")
    again = send_codes(client, headers, pairs, "tuyen-sinh-0001")
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Pull.objects.count() == 1
    other = send_codes(client, headers, pairs * 2, "tuyen-sinh-0001")
    assert other.status_code == 409
    assert other.json()["error"]["code"] == "api.request_id_used"


def test_a_zip_of_files_is_judged_file_by_file(
    client: Client, bundle: bytes, document: bytes, data_dir: object
) -> None:
    headers = make_key("files")
    files = {"a/hoc-ba.xml": document, "b.hocba.json": bundle, "c.pdf": b"%PDF-", "d": b"xin"}
    told = outcomes(client, headers, send_zip(client, headers, files))
    assert [one["file"] for one in told] == ["hoc-ba.xml", "b.hocba.json", "c.pdf", "d"]
    words = [one["verdict"] for one in told]
    assert words[:2] == ["hop_le"] * 2
    assert "hop_le" not in words[2:]
    assert list((data_dir / "portal-batches").glob("*/*")) == []


def test_work_that_takes_longer_is_found_and_finished(
    client: Client, transcript: Transcript, settings: object
) -> None:
    settings.HOCBA_API_SECONDS = 0
    headers = make_key()
    born = transcript.student.birth_date
    pairs = [(transcript.lookup_uuid, born), *((uuid4(), born) for _ in range(30))]
    answer = send_codes(client, headers, pairs)
    assert answer.status_code == 202
    assert answer.json()["judged"] == 0
    results = client.get(answer.json()["results"], headers=headers)
    assert results.json()["error"]["code"] == "api.batch_unfinished"
    assert client.get(answer.headers["Location"], headers=headers).status_code == 202
    assert finish_batches(seconds=60, actor=None, at=timezone.now()) == 0
    done = client.get(answer.headers["Location"], headers=headers)
    assert (done.status_code, done.json()["judged"]) == (200, 31)
    assert len(outcomes(client, headers, done)) == 31


def test_a_worker_that_dies_costs_no_item(
    transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key()
    at = timezone.now()
    pairs = [(UUID(transcript.lookup_uuid), transcript.student.birth_date)] * 2
    pairs += [(uuid4(), transcript.student.birth_date) for _ in range(25)]
    batch, _ = open_batch(
        key=ApiKey.objects.get(),
        request_id="x" * 8,
        content_sha256="",
        codes=pairs,
        actor=None,
        at=at,
    )
    calls = iter(range(100))

    def dying(**_: object) -> None:
        if next(calls) == 22:
            raise KeyboardInterrupt

    monkeypatch.setattr("hocba.apps.portal.actions.batches.find", dying)
    with pytest.raises(KeyboardInterrupt):
        work_off(batch_id=batch.pk, seconds=60, actor=None, at=at)
    assert BatchItem.objects.exclude(outcome__isnull=True).count() == 20
    Batch.objects.update(leased_until=at + timedelta(minutes=1))
    assert not work_off(batch_id=batch.pk, seconds=60, actor=None, at=at), "another holds it"
    monkeypatch.undo()
    assert work_off(batch_id=batch.pk, seconds=60, actor=None, at=at + timedelta(minutes=2))
    assert BatchItem.objects.filter(outcome__isnull=True).count() == 0
    assert Pull.objects.count() == 2


def test_a_document_goes_to_who_may_have_it(client: Client, transcript: Transcript) -> None:
    pair = {"code": transcript.lookup_uuid, "birth_date": str(transcript.student.birth_date)}

    def pull(headers: dict[str, str], body: dict[str, str]) -> object:
        return client.post(
            f"{API}/documents", body, content_type="application/json", headers=headers
        )

    assert pull(make_key("codes"), pair).status_code == 403
    headers = make_key("documents", contact="tuyensinh@example.vn")
    answer = pull(headers, pair)
    assert answer.json()["format"].startswith("hocba-bundle/")
    assert Pull.objects.get().found == [transcript.lookup_uuid]
    told = Delivery.objects.get()  # of a later recall
    assert (str(told.lookup_uuid), told.channel) == (transcript.lookup_uuid, "email")
    assert (told.recipient, told.address) == ("Tuyển sinh 10", "tuyensinh@example.vn")
    for number in range(5):
        assert pull(headers, pair | {"birth_date": f"1999-01-0{number + 1}"}).status_code == 404
    assert pull(headers, pair).status_code == 429, "dates cannot be tried through"


@pytest.mark.parametrize("how", ["none", "unknown", "ended", "revoked"])
def test_a_key_that_is_not_alive_opens_nothing(client: Client, db: None, how: str) -> None:
    headers = make_key()
    if how == "none":
        headers = {}
    elif how == "unknown":
        headers = {"Authorization": "Bearer hbs_x"}
    elif how == "ended":
        ApiKey.objects.update(created_at=timezone.now() - timedelta(days=9))
        ApiKey.objects.update(expires_at=timezone.now() - timedelta(days=1))
    else:
        revoke_api_key(key_id=ApiKey.objects.get().pk, actor=None, at=timezone.now())
    answer = send_codes(client, headers, [(uuid4(), "2010-01-01")])
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "api.key_required"


def test_a_batch_is_its_owners_alone(client: Client, db: None) -> None:
    mine, theirs = make_key(), make_key()
    answer = send_codes(client, mine, [(uuid4(), "2010-01-01")])
    for address in (answer.headers["Location"], answer.json()["results"]):
        assert client.get(address, headers=mine).status_code == 200
        assert client.get(address, headers=theirs).status_code == 404


def test_a_key_has_its_pace(client: Client, db: None) -> None:
    headers = make_key(items_a_minute=10)
    pairs = [(uuid4(), "2010-01-01")] * 20
    assert send_codes(client, headers, pairs).status_code == 200
    refused = send_codes(client, headers, pairs)
    assert refused.status_code == 429
    assert "Retry-After" in refused.headers


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "api.body"),
        (b"{", "api.body"),
        (b"[" * 100_000, "api.body"),
        (b"{}", "api.body"),
        (b'{"items": 1}', "api.body"),
        (b'{"items": []}', "api.batch_too_large"),
        (b'{"items": [1]}', "api.body"),
        (b'{"items": [{"code": "x", "birth_date": "2010-01-01"}]}', "api.body"),
        (b'{"items": [{"code": "' + bytes(36) + b'", "birth_date": 1}]}', "api.body"),
    ],
)
def test_what_is_no_batch_is_said_in_words(
    client: Client, db: None, body: bytes, code: str
) -> None:
    headers = make_key() | {"Idempotency-Key": "12345678"}
    answer = client.post(
        f"{API}/batches/codes", body, content_type="application/json", headers=headers
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


def test_a_bomb_is_refused_before_it_unpacks(client: Client, db: None, data_dir: object) -> None:
    headers = make_key()
    large = send_zip(client, headers, {"a": bytes(5 * 1024 * 1024)})
    assert large.status_code == 413
    many = send_zip(client, headers, {str(number): b"" for number in range(1001)})
    assert many.json()["error"]["code"] == "api.batch_too_large"
    headers = headers | {"Idempotency-Key": "12345678"}
    for body in (b"PK\x03\x04", b"", b"x" * 100):
        answer = client.post(
            f"{API}/batches/files", body, content_type="application/zip", headers=headers
        )
        assert answer.json()["error"]["code"] == "api.zip_unreadable"


def test_outcomes_are_forgotten_after_a_week(client: Client, db: None) -> None:
    send_codes(client, make_key(), [(uuid4(), "2010-01-01")])
    forget_batches(actor=None, at=timezone.now() + timedelta(days=6))
    assert Batch.objects.exists()
    forget_batches(actor=None, at=timezone.now() + timedelta(days=8))
    assert not Batch.objects.exists()
    assert Pull.objects.exists(), "who pulled stays"


def test_the_operator_makes_lists_and_ends_keys(client: Client, db: None, capsys: object) -> None:
    day = (timezone.now() + timedelta(days=60)).date().isoformat()
    call_command(
        "create_api_key", "Tuyển sinh", owner="01", purpose="thử", scope=["codes"], expires=day
    )
    secret = re.search(r"hbs_\S+", capsys.readouterr().out)[0]
    assert ApiKey.objects.get().key_sha256 == sha256(secret.encode()).hexdigest()
    headers = {"Authorization": f"Bearer {secret}"}
    assert send_codes(client, headers, [(uuid4(), "2010-01-01")]).status_code == 200
    assert ApiKey.objects.get().last_used_at is not None
    call_command("api_keys")
    listed = capsys.readouterr().out
    assert "thử" in listed
    assert secret not in listed
    call_command("revoke_api_key", str(ApiKey.objects.get().pk))
    assert send_codes(client, headers, [(uuid4(), "2010-01-01")]).status_code == 401
    with pytest.raises(CommandError, match="dạng 2026"):
        call_command("create_api_key", "x", owner="1", purpose="x", scope=["codes"], expires="x")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"scopes": ["everything"]}, "api.scope_unknown"),
        ({"purpose": " "}, "api.purpose_missing"),
        ({"expires_at": timezone.now() + timedelta(days=900)}, "api.expiry"),
    ],
)
def test_a_key_without_purpose_or_end_is_not_made(
    db: None, values: dict[str, object], code: str
) -> None:
    with pytest.raises(HocbaError) as refusal:
        make_key(**({"purpose": "x"} | values))
    assert refusal.value.code == code


def test_files_of_a_form_are_judged_like_those_of_a_zip(client: Client, document: bytes) -> None:
    headers, number = make_key(), "dot-1-form"
    files = [("lan.xml", document), ("la.txt", b"x"), ("lan.xml", document + b" ")]
    for _ in range(2):  # with another boundary, and the same request all the same
        answer = send_form(client, headers, files, number)
        assert answer.status_code == 200
    assert answer.headers["Idempotent-Replayed"] == "true"
    told = outcomes(client, headers, answer)
    assert [(one["file"], one["verdict"]) for one in told][:2] == [
        ("lan.xml", "hop_le"),
        ("la.txt", "khong_phai_cua_truong"),
    ]
    assert told[2]["verdict"] != "hop_le"
    other = send_form(client, headers, files[:1], number)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "api.request_id_used")


def test_a_form_is_bounded_while_it_arrives(client: Client, db: None) -> None:
    headers = make_key()
    for files, code in (
        ([(f"{number}.xml", b"x") for number in range(1001)], "api.batch_too_large"),
        ([("a.xml", bytes(4 * 1024 * 1024 + 1))], "api.file_too_large"),
        ([], "api.batch_too_large"),
    ):
        answer = send_form(client, headers, files)
        assert answer.json()["error"]["code"] == code
    for kind in ("multipart/form-data", "multipart/form-data; boundary=b"):
        answer = client.post(
            f"{API}/batches/files",
            b"--b\r\nContent-Dis",
            content_type=kind,
            headers={**headers, "Idempotency-Key": "form-0001"},
        )
        assert answer.json()["error"]["code"] == "api.form_unreadable"
    assert not Batch.objects.exists()
