"""`verify --raw-xml` and `verify-path`: strangers try their own files on our engine."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from asn1crypto import pem

from hocba.cli import main
from tests.cli.conftest import Answered
from tests.core.verification.issued import city, issued

Cli = Callable[..., Answered]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run `hocba …`."""

    def go(*arguments: str | Path) -> Answered:
        code = main([str(one) for one in arguments])
        captured = capsys.readouterr()
        return Answered(code, captured.out, captured.err)

    return go


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A signed XML, an altered one, and a path with its root and revocation lists."""
    (tmp_path / "tot.xml").write_bytes(issued().document)
    (tmp_path / "sua.xml").write_bytes(issued().document.replace(b"9.3", b"9.8", 1))
    (tmp_path / "la.xml").write_bytes(b"<a/>")
    trust = city().trust
    seal = issued().bundle.certificates[0]
    (tmp_path / "nguoi.cer").write_bytes(seal)
    (tmp_path / "ca.pem").write_bytes(
        b"".join(pem.armor("CERTIFICATE", der) for der in trust.intermediates)
    )
    (tmp_path / "goc.cer").write_bytes(trust.anchors[0])
    for number, der in enumerate(trust.crls):
        (tmp_path / f"{number}.crl").write_bytes(der)
    return tmp_path


def test_each_signature_is_told_with_its_references(cli: Cli, files: Path) -> None:
    done = cli("verify", "--raw-xml", files / "tot.xml", "--json")
    (file,) = json.loads(done.out)["files"]
    assert (done.code, file["accepted"], len(file["signatures"])) == (0, True, 5)
    first = file["signatures"][0]
    assert (first["value_ok"], first["reason"], first["remarks"]) == (True, "", [])
    assert all(one["ok"] for one in first["references"])
    assert first["references"][1]["uri"].startswith("#mon-")
    assert "CN=" in first["certificate"]["subject"]


def test_an_altered_part_is_named(cli: Cli, files: Path) -> None:
    done = cli("verify", "--raw-xml", files / "sua.xml", "--json")
    (file,) = json.loads(done.out)["files"]
    assert (done.code, file["accepted"]) == (1, False)
    reasons = {one["reason"] for one in file["signatures"]}
    assert "foreign.digest" in reasons
    broken = [
        ref["uri"] for one in file["signatures"] for ref in one["references"] if not ref["ok"]
    ]
    assert "#data" in broken


def test_an_unsigned_file_is_not_accepted_and_words_say_so(cli: Cli, files: Path) -> None:
    done = cli("verify", "--raw-xml", files / "la.xml", files / "tot.xml", files / "thieu.xml")
    assert done.code == 1
    assert "✗" in done.out
    assert "Tệp không có chữ ký XML nào." in done.out
    assert "Không có tệp này." in done.out
    assert "✓ sig-CBQL" in done.out


AT = ("--at", "2025-05-30T09:00:00+07:00")


def path_of(files: Path, *more: str | Path) -> list[str | Path]:
    """The command line of the good path, with more."""
    crls = sorted(files.glob("*.crl"))
    line: list[str | Path] = ["verify-path", files / "nguoi.cer", files / "ca.pem"]
    return [*line, "--anchor", files / "goc.cer", "--crl", *crls, *more]


def test_a_good_path_passes(cli: Cli, files: Path) -> None:
    done = cli(*path_of(files, *AT, "--signing"))
    assert (done.code, done.out) == (0, "Đạt (TOTAL-PASSED)\n")
    told = cli(*path_of(files, *AT, "--json")).json
    assert (told["indication"], told["reasons"]) == ("TOTAL-PASSED", [])
    assert (told["sub_indication"], told["reason"], len(told["path"])) == ("", "", 3)
    assert [one["issuer"] for one in told["path"][:2]] == [
        one["subject"] for one in told["path"][1:]
    ]


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2024-01-01T00:00:00+07:00", "certificate.not_yet_valid"),
        ("2035-01-01T00:00:00+07:00", "certificate.expired"),
    ],
)
def test_a_path_outside_its_time_fails_with_the_reason(
    cli: Cli, files: Path, at: str, code: str
) -> None:
    done = cli(*path_of(files, "--at", at, "--json"))
    assert done.code == 1
    assert [one["code"] for one in done.json["reasons"]] == [code]


def test_without_revocation_lists_nothing_is_concluded_unless_told(cli: Cli, files: Path) -> None:
    line = [
        "verify-path",
        files / "nguoi.cer",
        files / "ca.pem",
        "--anchor",
        files / "goc.cer",
        *AT,
    ]
    assert cli(*line).code == 1
    assert cli(*line, "--revocation", "if-given").code == 0
    assert cli(*line, "--revocation", "none").code == 0
    assert cli(*line, "--no-revocation").code == 0
    told = cli(*line, "--require-revocation", "--json").json
    assert (told["indication"], told["sub_indication"], told["reason"]) == (
        "INDETERMINATE",
        "TRY_LATER",
        "certificate.status_unknown",
    )


def test_the_chain_may_be_named_apart_and_policies_demanded(cli: Cli, files: Path) -> None:
    line: list[str | Path] = ["verify-path", files / "nguoi.cer", "--chain", files / "ca.pem",
                              "--anchor", files / "goc.cer", "--no-revocation", *AT]  # fmt: skip
    assert cli(*line).code == 0
    told = cli(*line, "--policy", "2.5.29.32.1", "--explicit-policy", "--json").json
    assert (told["indication"], told["reason"]) == ("TOTAL-FAILED", "certificate.policy")


def test_a_path_to_nowhere_is_not_concluded(cli: Cli, files: Path) -> None:
    (files / "goc.cer").write_bytes(city("other").trust.anchors[0])
    done = cli(*path_of(files, *AT, "--json"))
    assert (done.code, done.json["indication"]) == (1, "INDETERMINATE")


@pytest.mark.parametrize("name", ["thieu.cer", "la.xml"])
def test_a_file_that_is_no_certificate_is_said(cli: Cli, files: Path, name: str) -> None:
    done = cli("verify-path", files / name, "--anchor", files / "goc.cer")
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
    told = cli("verify-path", files / name, "--anchor", files / "goc.cer", "--json")
    assert (told.code, told.json["indication"], told.json["path"]) == (2, "INDETERMINATE", [])
    assert told.json["reason"] in ("file.missing", "certificate.unreadable")


def test_a_time_without_zone_is_refused(cli: Cli, files: Path) -> None:
    for text in ("2025-05-30T09:00:00", "hôm qua"):
        done = cli(*path_of(files, "--at", text))
        assert (done.code, "--at" in done.err) == (2, True)
