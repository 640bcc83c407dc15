"""`hocba …`: what anybody may do offline, without Django, database or network.

`verify` checks transcripts (and any signed XML), `verify-path` a certificate path, `assess` judges
a class workbook or a file of worked cases, `archive` keeps a year provable for decades,
`offline-page` makes the page that checks paper, `log` holds a public log to its word (the one
command that may go to the net, when it is given an address). `backup` and `restore` alone are of an
installation, and run in its Django.
"""

import argparse
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from hocba.cli import archive, assess, installation, log, offline_page, verify, verify_path
from hocba.cli.verify import MAX_FILE_BYTES

__all__ = ["MAX_FILE_BYTES", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _speak_utf8()
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in installation.COMMANDS:
        return installation.run(given)
    parser = argparse.ArgumentParser(prog="hocba", description="Học bạ số: làm việc ngoại tuyến")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, module, words in (
        ("verify", verify, "kiểm tra học bạ (XML hoặc tệp .hocba.json)"),
        (
            "verify-path",
            verify_path,
            "xét một chuỗi chứng thư với gốc cho sẵn",
        ),
        ("assess", assess, "tính kết quả của một sổ điểm Excel hoặc một tệp tình huống mẫu"),
        ("offline-page", offline_page, "tạo trang kiểm tra bản in khi không có mạng"),
        ("archive", archive, "lưu trữ lâu dài một năm học bạ: lập, gia hạn, chứng minh"),
        ("log", log, "kiểm tra nhật ký công khai: tính lại, theo dõi, chứng minh một mục"),
    ):
        command = commands.add_parser(name, help=words)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    for name, words in installation.COMMANDS.items():
        commands.add_parser(name, help=words)
    options = parser.parse_args(arguments)
    code: int = options.run(options)
    return code


def _speak_utf8() -> None:
    """Vietnamese and JSON are UTF-8 wherever they go; a file name that is not is shown escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
