"""`hocba` as anybody starts it: a process without Django, without network, in any locale."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import AT, Answered

pytestmark = pytest.mark.slow
Command = Callable[..., Answered]
TRUST = ("--trust", "trust.json", "--at", AT)


def test_the_guard_really_guards(guarded: dict[str, str]) -> None:
    for line in (
        "import django",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.socket().connect(('127.0.0.1', 9))",
    ):
        done = subprocess.run(
            [sys.executable, "-c", line], env=guarded, capture_output=True, check=False
        )
        assert done.returncode == 1
        assert b"forbidden here" in done.stderr or b"no network here" in done.stderr


def test_a_good_bundle_passes_and_a_bad_one_does_not(command: Command) -> None:
    good = command("verify", "lan.hocba.json", *TRUST)
    assert (good.code, good.err) == (0, "")
    assert "✓ lan.hocba.json: Hợp lệ" in good.out
    bad = command("verify", "sua.hocba.json", *TRUST)
    assert (bad.code, bad.err) == (1, "")
    assert "✗ sua.hocba.json: Không phải của trường" in bad.out


def test_json_is_utf8_in_every_locale(command: Command) -> None:
    told = command("verify", "thu-hoi.hocba.json", "--json", *TRUST, PYTHONIOENCODING="ascii")
    assert told.code == 1
    assert told.file["word"] == "da_thu_hoi"
    assert "Nhà trường đã thu hồi bản này." in told.out


def test_vietnamese_is_utf8_in_every_locale(command: Command) -> None:
    told = command("verify", "thieu.xml", *TRUST, PYTHONIOENCODING="cp1252")
    assert (told.code, told.err) == (1, "")
    assert "Không có tệp này." in told.out


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names are Unicode there")
def test_a_name_that_is_no_utf8_is_shown_escaped(command: Command, folder: Path) -> None:
    name = b"b\xe9 lan.hocba.json"
    path = os.path.join(os.fsencode(folder), name)
    with open(path, "wb") as file:
        file.write((folder / "lan.hocba.json").read_bytes())
    told = command("verify", name, *TRUST)
    assert (told.code, told.err) == (0, "")
    assert "b\\udce9 lan.hocba.json: Hợp lệ" in told.out
    listed = command("verify", name, "--json", *TRUST)
    assert os.fsencode(listed.file["file"]) == name
    missing = command("verify", b"kh\xf4ng c\xf3.xml", *TRUST)
    assert (missing.code, missing.err) == (1, "")
    assert "Không có tệp này." in missing.out


@pytest.mark.parametrize(
    "arguments",
    [(), ("verify",), ("verify", "--trust", "trust.json"), ("ky",), ("verify-path", "a.pem")],
    ids=["nothing", "no file", "trust alone", "another command", "no anchor"],
)
def test_a_wrong_command_line_exits_with_two(arguments: tuple[str, ...], command: Command) -> None:
    told = command(*arguments)
    assert told.code == 2
    assert told.out == ""
    assert "usage: hocba" in told.err
    assert "Traceback" not in told.err


def test_help_speaks_vietnamese(command: Command) -> None:
    told = command("verify", "--help")
    assert told.code == 0
    assert "tệp danh sách tin cậy" in told.out


def test_without_a_trust_list_a_transcript_is_not_judged(command: Command) -> None:
    told = command("verify", "lan.xml")
    assert (told.code, told.out) == (2, "")
    assert "--trust" in told.err
