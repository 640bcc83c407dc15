"""`manage check_log`: compare database, public files and stored bytes; say what differs.

While the newest comparison failed nothing is issued. --accept REASON lets issuing go on in spite of
what differs; the reason stays in the records. Exit code 1 when something differs and was not
accepted.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.wording.logs import difference_sentence
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.ledger.actions import check_stores
from hocba.core.errors import HocbaError


class Command(BaseCommand):
    """Compare the stores."""

    help = "So cơ sở dữ liệu, tệp nhật ký công khai và kho tệp; nêu chỗ khác nhau"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("--accept", default="", metavar="LÍ_DO", help="vẫn cho phát hành")

    def handle(self, *_: Any, **options: Any) -> None:
        """Compare and list."""
        accept = str(options["accept"]).strip()
        try:
            found = check_stores(accept=accept, actor=None, at=timezone.now())
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        for one in found:
            self.stderr.write(f"{one.what}: {difference_sentence(one.code)} ({one.code})")
        if not found:
            self.stdout.write("Cơ sở dữ liệu, tệp nhật ký và kho tệp khớp nhau.")
        elif accept:
            self.stdout.write(f"Có {len(found)} chỗ khác nhau, vẫn cho phát hành: {accept}")
        else:
            raise CommandError(f"Có {len(found)} chỗ khác nhau. Tạm dừng phát hành.")
