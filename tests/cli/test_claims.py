"""`hocba verify --qr`, `--status-list`, `hocba offline-page`: offline, in words and in JSON."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import segno
from PIL import Image

from hocba.cli import main
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.signing.trust import dump_trust
from tests.cli.conftest import Answered
from tests.core.offline import claims
from tests.core.verification.issued import NOW, issued

AT = NOW.isoformat()

Verify = Callable[..., Answered]


@pytest.fixture
def verify(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Verify:
    """Run `hocba verify …` with a trust file that knows the portal, and a list in some state."""
    (tmp_path / "trust.json").write_bytes(dump_trust(claims.trust()))
    for state in ("in_force", "recalled", "replaced"):
        token = claims.token(claims.listing(TranscriptState(state)))
        (tmp_path / state).write_bytes(token)
    (tmp_path / "strange").write_bytes(claims.token(claims.listing(), "other"))
    monkeypatch.chdir(folder)

    def go(*arguments: str, listed: str = "", at: str = AT) -> Answered:
        lists = ["--status-list", str(tmp_path / listed)] if listed else []
        trust = ["--trust", str(tmp_path / "trust.json"), "--at", at]
        code = main(["verify", *arguments, *trust, *lists])
        captured = capsys.readouterr()
        return Answered(code, captured.out, captured.err)

    return go


def test_a_qr_code_is_told_with_who_what_and_results(verify: Verify) -> None:
    answered = verify("--qr", claims.text(), listed="in_force")
    assert answered.code == 0
    assert answered.out.startswith("✓ Hợp lệ")
    for words in (issued().transcript.student.full_name, "Ngữ văn", "9,3", "Được lên lớp"):
        assert words in answered.out
    assert "Tình trạng đến ngày 10/06/2025 07:00: đang có hiệu lực." in answered.out


def test_json_tells_the_same(verify: Verify) -> None:
    answered = verify("--qr", claims.text(), "--json", listed="recalled")
    told = json.loads(answered.out)
    assert (answered.code, told["word"], told["passed"]) == (1, "da_thu_hoi", False)
    assert told["questions"]["genuine"]["answer"] == "passed"
    assert told["questions"]["in_force"]["reasons"][0]["code"] == "log.recalled"
    assert told["status_list"]["state"] == "recalled"
    assert told["claim"]["results"][0] == {"subject": "Toán", "year": "9.3", "reassessed": ""}


def test_text_comes_from_a_file_or_a_pipe_too(
    verify: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ma.txt"
    file.write_text(claims.text() + "\r\n")
    assert verify("--qr", f"@{file}", listed="in_force").code == 0
    pipe = io.TextIOWrapper(io.BytesIO(claims.text().encode() + b"\n"))
    monkeypatch.setattr("sys.stdin", pipe)
    assert verify("--qr", "-", listed="in_force").code == 0
    assert verify("--qr", "@khong-co", listed="in_force").code == 2


@pytest.mark.parametrize(("kind", "turned"), [("png", 0), ("jpg", 7)])
def test_the_code_is_read_off_a_picture(
    verify: Verify, tmp_path: Path, kind: str, turned: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a phone takes it: not straight, among other things, with the portal's address beside."""
    picture = tmp_path / f"Ảnh chụp.{kind.upper()}"
    photograph(claims.text(), "https://hocba.vn/xac-minh/").rotate(
        turned, expand=True, fillcolor=235
    ).save(picture, "PNG" if kind == "png" else "JPEG")
    assert verify("--qr", str(picture), listed="in_force").code == 0
    assert verify("--qr", f"@{picture}", listed="recalled").code == 1
    pipe = io.TextIOWrapper(io.BytesIO(picture.read_bytes()))
    monkeypatch.setattr("sys.stdin", pipe)
    assert verify("--qr", "-", listed="in_force").code == 0


def photograph(*texts: str) -> Image.Image:
    """A page with QR codes on it."""
    page = Image.new("L", (1600, 1000), 235)
    for number, text in enumerate(texts):
        drawn = io.BytesIO()
        segno.make(text, micro=False).save(drawn, kind="png", scale=6)
        page.paste(Image.open(drawn).convert("L"), (60 + 800 * number, 120))
    return page


def test_a_picture_without_code_or_broken_is_told(verify: Verify, tmp_path: Path) -> None:
    empty, broken, huge = (tmp_path / name for name in ("a.png", "b.jpg", "c.png"))
    photograph().save(empty)
    broken.write_bytes(b"\xff\xd8\xff" + bytes(40))
    Image.new("1", (10_000, 9_000)).save(huge)  # a few kilobytes that unpack to 90 million points
    for picture, words in (
        (empty, "Không thấy mã QR"),
        (broken, "Không đọc được ảnh"),
        (huge, "Ảnh quá lớn"),
        (tmp_path / "khong-co.png", "Không"),
    ):
        answered = verify("--qr", str(picture), listed="in_force")
        assert answered.code == 2
        assert words in answered.err


@pytest.mark.parametrize(
    ("text", "listed", "words"),
    [
        (claims.text(), "", "Không có danh sách tình trạng"),
        (claims.text()[:-3], "in_force", "chép thiếu, chép sai"),
        (claims.text(key="other"), "in_force", "khóa lạ"),
        ("https://hocba.vn/", "in_force", "Đây không phải mã QR"),
    ],
)
def test_what_does_not_pass_says_why(verify: Verify, text: str, listed: str, words: str) -> None:
    answered = verify("--qr", text, listed=listed)
    assert answered.code == 1
    assert words in answered.out
    assert (issued().transcript.student.full_name in answered.out) == (not listed)


@pytest.mark.parametrize(
    ("listed", "code", "word"),
    [("in_force", 0, "hop_le"), ("recalled", 1, "da_thu_hoi"), ("replaced", 1, "da_thay_the")],
)
def test_a_bundle_is_told_what_came_after_its_checkpoint(
    verify: Verify, listed: str, code: int, word: str
) -> None:
    assert verify("lan.hocba.json").code == 0
    answered = verify("lan.hocba.json", "--json", listed=listed)
    assert (answered.code, answered.file["word"]) == (code, word)
    assert answered.file["status_list"]["state"] == listed


def test_an_old_list_is_told_with_its_date(verify: Verify) -> None:
    answered = verify("lan.hocba.json", listed="in_force", at="2025-07-10T00:00:00+07:00")
    assert answered.code == 0
    assert "Tình trạng đến ngày 10/06/2025 07:00" in answered.out
    assert "(danh sách đã quá hạn)" in answered.out


def test_what_is_wrong_with_the_command_is_said(verify: Verify) -> None:
    assert "khóa ngoài danh sách tin cậy" in verify("lan.hocba.json", listed="strange").err
    assert verify("lan.hocba.json", listed="strange").code == 2
    assert verify("lan.hocba.json", listed="khong-co").code == 2
    for arguments in ((), ("lan.hocba.json", "--qr", claims.text()), ("--raw-xml",)):
        with pytest.raises(SystemExit, match="2"):
            verify(*arguments)


def test_the_page_is_written_for_a_list_that_can_be_trusted(tmp_path: Path) -> None:
    trust, listed, out = tmp_path / "trust.json", tmp_path / "list", tmp_path / "out"
    trust.write_bytes(dump_trust(claims.trust()))
    listed.write_bytes(claims.token(claims.listing(at=NOW)))
    line = ["offline-page", "--trust", str(trust), "--status-list", str(listed), "--out", str(out)]
    assert main(line) == 0
    page = (out / "kiem-tra-ngoai-tuyen.html").read_text(encoding="utf-8")
    assert "@@" not in page
    listed.write_bytes(b"x")
    assert main(line) == 2


GOLDEN = Path(__file__).parents[1] / "vectors" / "offline"


@pytest.mark.parametrize(("listed", "code"), [("in-force", 0), ("recalled", 1)])
def test_what_was_signed_once_is_read_for_ever(
    listed: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """These files never change: paper that was printed cannot be called back."""
    line = ["verify", "--qr", f"@{GOLDEN / 'claim.txt'}", "--trust", str(GOLDEN / "trust.json")]
    lists = ["--status-list", str(GOLDEN / f"status-list-{listed}")]
    assert main([*line, *lists, "--json", "--at", AT]) == code
    claim = json.loads(capsys.readouterr().out)["claim"]
    assert claim["full_name"] == "Công Tằng Tôn Nữ Nguyễn Hoàng Thục Quyên"
    assert [(one["subject"], one["year"], one["reassessed"]) for one in claim["results"]] == [
        ("Toán", "4.9", "6.0"),
        ("Lịch sử và Địa lí", "9.3", ""),
        ("Khoa học tự nhiên", "9.3", ""),
        ("Tin học", "9.3", ""),
        ("Ngữ văn", "9.3", ""),
        ("Ngoại ngữ 1", "9.3", ""),
        ("Giáo dục công dân", "9.3", ""),
        ("Công nghệ", "9.3", ""),
        ("Giáo dục thể chất", "Đ", ""),
        ("Nghệ thuật", "Đ", ""),
        ("Nội dung giáo dục của địa phương", "Đ", ""),
        ("Hoạt động trải nghiệm, hướng nghiệp", "Đ", ""),
        ("Tiếng Khmer", "Đ", ""),
    ]
