"""`hocba verify`: its exit codes, its words, its JSON."""

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from hocba.adapters.wording.verdicts import REMARKS
from hocba.cli import MAX_FILE_BYTES
from hocba.core.registry.bundle import write_bundle
from hocba.core.signing.certificate import read_certificate
from tests.cli.conftest import AT, Answered
from tests.core.verification.issued import IDENTITY, city, issued

Run = Callable[..., Answered]
KEYS = {
    "archive",
    "status_list",
    "file",
    "passed",
    "word",
    "document_sha256",
    "lookup_uuid",
    "questions",
    "signatures",
    "log",
}


def test_all_must_pass_for_exit_zero(run: Run) -> None:
    assert run("lan.hocba.json").code == 0
    assert run("lan.hocba.json", "lan.hocba.json").code == 0
    mixed = run("lan.hocba.json", "sua.hocba.json", "thieu.xml")
    assert mixed.code == 1
    assert mixed.out.endswith("1/3 tệp đạt\n")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("lan.hocba.json", "Hợp lệ"),
        ("thu-hoi.hocba.json", "Đã thu hồi"),
        ("sua.hocba.json", "Không phải của trường"),
        ("trust.json", "Không phải của trường"),
        ("lan.xml", "Chưa kiểm tra được"),
    ],
)
def test_the_word_stands_beside_the_file(name: str, word: str, run: Run) -> None:
    told = run(name)
    assert f"{name}: {word}\n" in told.out
    assert told.code == (0 if word == "Hợp lệ" else 1)


def test_a_file_that_fails_says_why(run: Run) -> None:
    told = run("lan.xml").out
    assert "Có đang có hiệu lực không? Chưa biết" in told
    assert "- Tệp XML thiếu bằng chứng nhật ký" in told


def test_xml_passes_by_its_signatures_alone(run: Run, tmp_path: Path) -> None:
    assert run("lan.xml", "--signatures-only").code == 0
    forged = tmp_path / "gia.xml"
    forged.write_bytes(issued().document.replace(b"9.3", b"9.4", 1))
    assert run(forged, "--signatures-only").code == 1


@pytest.mark.parametrize("place", [40, 5_000, 30_000, -40])
@pytest.mark.parametrize("arguments", [(), ("--signatures-only",)])
def test_one_byte_changed_fails(
    place: int, arguments: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "doi"
    for data in (write_bundle(issued().bundle), issued().document):
        changed = bytearray(data)
        changed[place] ^= 1
        path.write_bytes(changed)
        assert run(path, *arguments).code == 1


def test_the_wrong_trust_file_passes_nothing(run: Run) -> None:
    told = run("lan.hocba.json", trust="trust-khac.json")
    assert told.code == 1
    assert "Không phải của trường" in told.out


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b'{"format":"hocba-trust/2"}', b"\xff\xfe", b"hocba"],
)
def test_an_unreadable_trust_file_is_a_wrong_command(
    content: bytes, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "trust.json").write_bytes(content)
    told = run("lan.hocba.json", trust=str(tmp_path / "trust.json"))
    assert (told.code, told.out) == (2, "")
    assert "Tệp danh sách tin cậy không đúng khuôn dạng." in told.err


@pytest.mark.parametrize("name", ["thieu.json", ".", "[/bold].json"])
def test_a_trust_file_that_is_not_there_is_named(name: str, run: Run) -> None:
    told = run("lan.hocba.json", trust=name)
    assert (told.code, told.out) == (2, "")
    assert f"Không đọc được tệp danh sách tin cậy {name}." in told.err


@pytest.mark.parametrize(
    "at",
    ["hôm nay", "2025-06-10", "2025-06-10T00:00:00", "9999-12-31T23:59:59+00:00", "2025-13-01"],
)
def test_a_time_that_is_none_is_a_wrong_command(at: str, run: Run) -> None:
    told = run("lan.hocba.json", at=at)
    assert (told.code, told.out) == (2, "")
    assert "Thời điểm --at phải có dạng 2026-06-01T00:00:00+07:00." in told.err


def test_at_moves_the_instant_of_the_check(run: Run) -> None:
    early = run("lan.hocba.json", "--json", at="2025-05-29T00:00:00+07:00")
    assert early.code == 1
    reasons = early.file["questions"]["rightly_signed"]["reasons"]
    assert {reason["code"] for reason in reasons} == {"signature.future"}
    assert run("lan.hocba.json", at="2045-05-29T00:00:00Z").code == 0


def test_without_at_it_is_now(run: Run) -> None:
    told = run("lan.hocba.json", "--json", at="")
    checked = datetime.fromisoformat(told.json["checked_at"])
    assert checked.utcoffset() == timedelta(0)
    assert checked > datetime.fromisoformat(AT)


@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        ("thieu.xml", "file.missing", "Không có tệp này."),
        (".", "file.folder", "Đây là thư mục."),
        ("lan.xml/tep", "file.unreadable", "Không mở được tệp."),
        ("[/].xml", "file.missing", "Không có tệp này."),
    ],
)
def test_what_cannot_be_opened_is_said_plainly(
    name: str, error: str, sentence: str, run: Run
) -> None:
    told = run(name)
    assert (told.code, told.err) == (1, "")
    assert f"✗ {name}: {sentence}" in told.out
    file = run(name, "--json").file
    assert set(file) == {"file", "passed", "error", "sentence"}
    assert (file["file"], file["passed"], file["error"]) == (name, False, error)


def test_brackets_in_a_forged_file_are_only_shown(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "gia [bold].xml"
    path.write_bytes(issued().document.replace(b"xmldsig-more#rsa-sha256", b"[/red][bold]x", 1))
    told = run(path)
    assert told.code == 1
    assert f"✗ {path}: Không phải của trường" in told.out
    assert "[/red][bold]x" in told.out


def test_an_endless_file_is_not_read_to_its_end(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "lon.xml"
    path.touch()
    os.truncate(path, MAX_FILE_BYTES + 1)
    names = [path, *([Path("/dev/zero")] if os.path.exists("/dev/zero") else [])]
    told = run(*names, "--json")
    assert told.code == 1
    assert [file["error"] for file in told.json["files"]] == ["request.too_large"] * len(names)


def test_the_json_keeps_its_shape(run: Run) -> None:
    told = run("lan.hocba.json", "--json")
    assert set(told.json) == {"checked_at", "trust_sha256", "files"}
    assert told.json["checked_at"] == AT
    assert told.json["trust_sha256"] == sha256(Path("trust.json").read_bytes()).hexdigest()
    file = told.file
    assert set(file) == KEYS
    assert (file["passed"], file["word"]) == (True, "hop_le")
    assert file["document_sha256"] == sha256(issued().document).hexdigest()
    assert file["lookup_uuid"] == IDENTITY.lookup_uuid
    passed = {"answer": "passed", "reasons": []}
    assert file["questions"] == dict.fromkeys(("unaltered", "in_force", "rightly_signed"), passed)
    assert file["log"] == {
        "index": 5,
        "tree_size": 7,
        "origin": "nhat-ky.hocba.vn",
        "entry_at": "2025-05-31T02:00:00+00:00",
        "witnesses": [],
    }


def test_the_json_tells_who_signed_but_not_whose_marks(run: Run) -> None:
    told = run("lan.hocba.json", "--json")
    certificate = city().signers[IDENTITY.school.code].certificate
    seal = told.file["signatures"][-1]
    assert seal == {
        "slot": "KY_PHAT_HANH",
        "role": "KY_PHAT_HANH",
        "indication": "TOTAL-PASSED",
        "signer_name": IDENTITY.school.name,
        "capacity": "",
        "signing_time": "2025-05-30T09:04:00+07:00",
        "proven_time": None,
        "certificate_serial": read_certificate(certificate).serial,
        "reasons": [],
        "remarks": [{"code": "algorithm.pkcs1_v15", "sentence": REMARKS["algorithm.pkcs1_v15"]}],
    }
    student = IDENTITY.student
    for secret in (student.full_name, student.citizen_id, student.student_code, "9.3"):
        assert secret not in told.out


def test_the_json_words_every_reason(run: Run) -> None:
    told = run("thu-hoi.hocba.json", "sua.hocba.json", "lan.xml", "--json").json["files"]
    assert [file["word"] for file in told] == [
        "da_thu_hoi",
        "khong_phai_cua_truong",
        "chua_kiem_tra_duoc",
    ]
    for file in told:
        assert set(file) == KEYS
        reasons = [one for question in file["questions"].values() for one in question["reasons"]]
        assert reasons
        for reason in reasons:
            assert set(reason) == {"code", "sub_indication", "detail", "sentence"}
            assert reason["sentence"] != reason["code"]
    assert told[1]["log"] is None
    assert json.dumps(told)
