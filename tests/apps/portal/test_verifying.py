"""The public pages: who gets to see what, and how each kind of file is answered."""

import json
from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hocba.core.registry.bundle import read_bundle
from hocba.core.transcript.canonical import from_xml
from hocba.web.demo.city import City

ADDRESS = "/xac-minh/"


def drop(client: Client, data: bytes, name: str = "hoc-ba.xml") -> str:
    """Drop a file on the page and return the text of the answer."""
    file = SimpleUploadedFile(name, data)
    return client.post(ADDRESS, {"cach": "tep", "document": file}).content.decode()


def look_up(client: Client, code: object, birth_date: str) -> str:
    """Ask by code and birth date and return the text of the answer."""
    form = {"cach": "ma", "code": str(code), "birth_date": birth_date}
    return client.post(ADDRESS, form).content.decode()


def test_the_file_of_a_transcript_is_valid_and_shows_its_marks(
    client: Client, bundle: bytes
) -> None:
    document = read_bundle(bundle).document
    for page in (drop(client, document), drop(client, bundle, "hoc-ba.hocba.json")):
        assert "verdict--hop_le" in page
        assert from_xml(document).student.full_name in page
        assert "Con dấu của trường" in page


def test_one_changed_byte_is_not_of_the_school(client: Client, bundle: bytes) -> None:
    document = read_bundle(bundle).document
    forged = document.replace(b"<KET_QUA_CN>7", b"<KET_QUA_CN>9", 1)
    if forged == document:
        forged = document.replace(b"Kinh", b"Kinx", 1)
    page = drop(client, forged)
    assert "verdict--khong_phai_cua_truong" in page
    assert "verdict--hop_le" not in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Tệp này rỗng"),
        (b"hello", "không phải tệp PDF, XML"),
        (b"<" + b"x" * (4 * 1024 * 1024), "lớn hơn 4 MB"),
    ],
)
def test_what_is_no_transcript_is_said_in_words(
    client: Client, db: None, data: bytes, sentence: str
) -> None:
    assert sentence in drop(client, data)


@pytest.mark.parametrize(
    "data",
    [
        b"<HOC_BA/>",
        b"<a><b></a>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"{}",
        b'{"format": "hocba-bundle/1"}',
        b"{" * 50_000,
        b"<a>" * 50_000,
    ],
)
def test_a_strange_file_gets_a_verdict_and_never_a_trace(
    client: Client, city: City, data: bytes
) -> None:
    page = drop(client, data)
    assert "verdict--khong_phai_cua_truong" in page or "verdict--chua_kiem_tra_duoc" in page
    assert "Traceback" not in page


def test_without_a_trust_list_nothing_is_called_valid(
    client: Client, db: None, data_dir: object
) -> None:
    file = SimpleUploadedFile("hoc-ba.xml", b"<HOC_BA/>")
    answer = client.post(ADDRESS, {"cach": "tep", "document": file})
    assert answer.status_code == 409
    assert "chưa công bố danh sách tin cậy" in answer.content.decode()


def test_code_and_birth_date_together_open_the_transcript(client: Client, bundle: bytes) -> None:
    transcript = from_xml(read_bundle(bundle).document)
    born = transcript.student.birth_date
    page = look_up(client, transcript.lookup_uuid, born.strftime("%d/%m/%Y"))
    assert "verdict--hop_le" in page
    assert transcript.student.full_name in page


def test_nobody_learns_whether_a_code_exists(client: Client, bundle: bytes) -> None:
    transcript = from_xml(read_bundle(bundle).document)
    wrong_date = look_up(client, transcript.lookup_uuid, "01/01/1999")
    wrong_code = look_up(client, uuid4(), date.today().strftime("%d/%m/%Y"))  # noqa: DTZ011
    sentence = "Không có học bạ nào khớp cả mã tra cứu và ngày sinh này."
    for page in (wrong_date, wrong_code):
        assert sentence in page
        assert transcript.student.full_name not in page


def test_the_address_on_the_print_asks_for_the_birth_date(client: Client, bundle: bytes) -> None:
    transcript = from_xml(read_bundle(bundle).document)
    page = client.get(f"{ADDRESS}{transcript.lookup_uuid}/").content.decode()
    assert transcript.lookup_uuid in page
    assert transcript.student.full_name not in page


@pytest.mark.parametrize(("kind", "start"), [("pdf", b"%PDF"), ("xml", b"<?xml"), ("bundle", b"{")])
def test_who_may_see_it_may_take_it_home(
    client: Client, bundle: bytes, kind: str, start: bytes
) -> None:
    transcript = from_xml(read_bundle(bundle).document)
    form = {
        "code": transcript.lookup_uuid,
        "birth_date": transcript.student.birth_date.strftime("%d/%m/%Y"),
        "kind": kind,
    }
    answer = client.post(f"{ADDRESS}tai-ve/", form)
    assert answer.content.startswith(start)
    assert transcript.student.full_name not in str(answer.headers)
    refused = client.post(f"{ADDRESS}tai-ve/", form | {"birth_date": "01/01/1999"})
    assert refused.status_code == 422


def test_a_machine_gets_the_same_verdict(client: Client, bundle: bytes) -> None:
    document = read_bundle(bundle).document
    file = SimpleUploadedFile("hoc-ba.xml", document)
    answer = json.loads(client.post("/api/xac-minh/", {"document": file}).content)
    assert answer["word"] == "hop_le"
    assert set(answer["questions"].values()) == {"passed"}
    assert len(answer["signatures"]) == 15
    assert client.post("/api/xac-minh/").status_code == 422


def test_the_log_is_public_and_tells_no_name(client: Client, bundle: bytes) -> None:
    transcript = from_xml(read_bundle(bundle).document)
    page = client.get("/nhat-ky/").content.decode()
    assert "Phát hành" in page
    assert transcript.student.full_name not in page
    assert transcript.lookup_uuid not in page
    assert client.get("/nhat-ky/checkpoint").content.decode() in page.replace("&#x27;", "'")


@pytest.mark.parametrize("place", ["-5", "abc", "99999999999999999999", "%00"])
def test_a_strange_page_of_the_log_is_just_a_page(client: Client, db: None, place: str) -> None:
    assert client.get(f"/nhat-ky/?sau={place}").status_code == 200
