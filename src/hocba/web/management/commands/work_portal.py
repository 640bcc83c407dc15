"""`manage work_portal`: finish batches, make look-ups findable, forget what is old; for cron.

Exit code 1 when batches still wait.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.apps.ledger.actions import index_lookups
from hocba.apps.portal.sweeps import finish_batches, forget_batches


class Command(BaseCommand):
    """Sweep."""

    help = "Làm tiếp các lô kiểm tra, lập chỉ mục tra cứu còn thiếu, dọn phần cũ"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("--seconds", type=float, default=50, help="thời gian cho mỗi lô")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do what is due."""
        new = index_lookups(actor=None, at=timezone.now())
        waiting = finish_batches(seconds=options["seconds"], actor=None, at=timezone.now())
        forget_batches(actor=None, at=timezone.now())
        self.stdout.write(f"Chỉ mục mới: {new}. Lô còn chờ: {waiting}.")
        if waiting:
            raise CommandError(f"Còn {waiting} lô chưa xong.")
