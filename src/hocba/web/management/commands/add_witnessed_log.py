"""`manage add_witnessed_log ORIGIN VKEY`: become a witness of another log.

The key is the log's C2SP verifier key, given or in a file (`--key-file`), whose first line counts;
a second call with another key lets both count while the log changes its key.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.ledger.actions import add_witnessed_log
from hocba.core.errors import HocbaError


class Command(BaseCommand):
    """Take up a log."""

    help = "Làm nhân chứng cho nhật ký của nơi khác"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("origin", metavar="TÊN", help="dòng đầu điểm chốt của nhật ký đó")
        group = parser.add_mutually_exclusive_group(required=True)
        group.add_argument("vkey", nargs="?", metavar="KHÓA", help="khóa C2SP: tên+mã+khóa")
        group.add_argument("--key-file", type=Path, metavar="TỆP")

    def handle(self, *_: Any, **options: Any) -> None:
        """Keep the log and its key."""
        try:
            path: Path | None = options["key_file"]
            text = options["vkey"] if path is None else path.read_text("utf-8").partition("\n")[0]
            add_witnessed_log(
                origin=options["origin"], vkey=text.strip(), actor=None, at=timezone.now()
            )
        except OSError as error:
            raise CommandError(f"Không đọc được {path}.") from error
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        self.stdout.write(f"Làm nhân chứng cho {options['origin']}.")
