"""`manage forget_saves`: forget answers to saves that no browser will send again; for cron."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from hocba.apps.gradebook.sweeps import forget_saved_requests


class Command(BaseCommand):
    """Sweep all schools once."""

    help = "Quên mã của các lần lưu điểm đã lâu"

    def handle(self, *_: Any, **__: Any) -> None:
        """Run the sweep and say what it did."""
        forgotten = forget_saved_requests(actor=None, at=timezone.now())
        self.stdout.write(f"Đã quên {forgotten} lần lưu.")
