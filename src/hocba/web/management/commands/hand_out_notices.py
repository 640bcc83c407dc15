"""`manage hand_out_notices`: tell recipients of recalled and replaced versions; for cron.

Exit code 1 when a notice was given up, so that somebody looks.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.apps.ledger.sweeps import hand_out_notices


class Command(BaseCommand):
    """Sweep the outbox."""

    help = "Báo tin cho người đã nhận học bạ bị thu hồi hoặc được thay thế"

    def handle(self, *_: Any, **__: Any) -> None:
        """Send what is due and say what became of it."""
        done = hand_out_notices(actor=None, at=timezone.now())
        self.stdout.write(f"Đã báo {done.sent}, còn chờ {done.waiting}, thôi báo {done.given_up}.")
        if done.given_up:
            raise CommandError(f"{done.given_up} nơi nhận không báo được sau nhiều lần thử.")
