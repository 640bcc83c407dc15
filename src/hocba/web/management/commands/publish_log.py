"""`manage publish_log`: publish what entered the log and have it cosigned; for cron.

May be cut at any point and run twice at once. Exit code 1 when nothing could be published, or when
fewer witnesses cosigned than HOCBA_WITNESS_QUORUM; each that did not is named with the reason.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.ledger.actions import ask_witnesses, publish_checkpoint
from hocba.core.errors import HocbaError


class Command(BaseCommand):
    """Publish, then ask."""

    help = "Công bố điểm chốt mới của nhật ký và xin nhân chứng ký xác nhận"

    def handle(self, *_: Any, **__: Any) -> None:
        """Publish first: an entry must not wait for a witness."""
        try:
            note = publish_checkpoint(actor=None, at=timezone.now())
            problems = ask_witnesses(actor=None, at=timezone.now())
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        size = note.split("\n")[1]
        cosigned = len(settings.HOCBA_WITNESSES) - len(problems)
        self.stdout.write(f"Điểm chốt: {size} mục, {cosigned} nhân chứng.")
        for witness, code in sorted(problems.items()):
            words = refusal_sentence(HocbaError(code, witness=witness, host=witness))
            self.stderr.write(f"{words} ({code})")
        if cosigned < settings.HOCBA_WITNESS_QUORUM:
            raise CommandError(
                f"Cần {settings.HOCBA_WITNESS_QUORUM} nhân chứng, mới có {cosigned}."
            )
