"""`manage end_reopenings`: write down the end of reopenings whose time is over; for cron."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from hocba.apps.gradebook.sweeps import end_expired_reopenings


class Command(BaseCommand):
    """Sweep all schools once."""

    help = "Ghi nhận các lần mở khóa đã hết hạn"

    def handle(self, *_: Any, **__: Any) -> None:
        """Run the sweep and say what it did."""
        ended = end_expired_reopenings(actor=None, at=timezone.now())
        self.stdout.write(f"{ended} lần mở khóa đã hết hạn.")
