"""`manage archive_list`: write the list of a year's issued transcripts, for `hocba archive`.

    manage archive_list 2024-2025 --out 2024-2025.list [--hash sha512 --archive OLD.archive.json
                        --list OLD.list …]

With --archive the list is for a new tree over what that archive holds (hash-tree renewal), and
--list names the list of each of its trees, in order.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.ledger.actions import list_for_archive
from hocba.apps.ledger.queries import ArchiveBefore
from hocba.core.errors import HocbaError
from hocba.core.merkle import HASHES
from hocba.core.signing.archive_files import read_archive


class Command(BaseCommand):
    """Write the list and leave an audit event."""

    help = "Ghi danh sách học bạ đã phát hành của một năm để lập lưu trữ"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("school_year", metavar="NĂM_HỌC")
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--hash", choices=sorted(HASHES), default="sha256")
        parser.add_argument("--archive", type=Path, help="lưu trữ cũ, khi đổi hàm băm")
        parser.add_argument("--list", type=Path, action="append", default=[])

    def handle(self, *_: Any, **options: Any) -> None:
        """Write the list."""
        try:
            before = None
            if options["archive"] is not None:
                archive = read_archive(options["archive"].read_bytes())
                before = ArchiveBefore(archive, tuple(options["list"]))
            size, root = list_for_archive(
                school_year=options["school_year"],
                algorithm=options["hash"],
                path=options["out"],
                before=before,
                actor=None,
                at=timezone.now(),
            )
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"Không mở được {error.filename}.") from error
        self.stdout.write(f"{options['out']}: {size} mục, gốc {root.hex()}")
