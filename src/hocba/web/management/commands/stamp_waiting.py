"""`manage stamp_waiting`: put the time-stamps that are due, in every school; for cron.

Exit code 1 when some still wait, each school with its reasons.
"""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.apps.issuing.actions import stamp_waiting
from hocba.apps.roster.queries import all_schools


class Command(BaseCommand):
    """Sweep the schools."""

    help = "Đóng dấu thời gian còn thiếu cho chữ ký của hiệu trưởng và con dấu"

    def handle(self, *_: Any, **__: Any) -> None:
        """Go through the schools, one after the other."""
        waiting = 0
        for school in all_schools():
            reasons = Counter(
                stamp_waiting(school_id=school.id, actor=None, at=timezone.now()).values()
            )
            for code, count in sorted(reasons.items()):
                waiting += count
                self.stderr.write(f"{school.code}: {count} học bạ còn chờ ({code})")
        if waiting:
            raise CommandError(f"Còn {waiting} học bạ chờ dấu thời gian.")
