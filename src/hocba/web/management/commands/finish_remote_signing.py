"""`manage finish_remote_signing`: take open remote signing sessions further, in every school.

For cron, every minute; `--watch SECONDS` goes on for ever with that pause.
"""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from hocba.apps.issuing.sweeps import finish_remote_signing
from hocba.apps.roster.queries import all_schools


class Command(BaseCommand):
    """Sweep the schools."""

    help = "Hỏi tiếp các lượt ký số từ xa còn dang dở"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the pause."""
        parser.add_argument("--watch", type=float, default=0.0, metavar="GIÂY")

    def handle(self, *_: Any, watch: float, **__: Any) -> None:
        """Go through the schools, once or again and again."""
        while True:
            for school in all_schools():
                found = finish_remote_signing(school_id=school.id, actor=None, at=timezone.now())
                for state, count in sorted(found.items()):
                    self.stdout.write(f"{school.code}: {count} lượt ký ({state})")
            if not watch:
                return
            time.sleep(watch)
