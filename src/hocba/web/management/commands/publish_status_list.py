"""`manage publish_status_list`: publish where every transcript stands; for cron, every hour.

A list that says the same and is younger than half a day stays. The page that checks paper without
network is written beside it.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.ledger.actions import publish_status_list
from hocba.apps.ledger.queries import offline_page_file, status_list_file
from hocba.core.errors import HocbaError


class Command(BaseCommand):
    """Publish the status list and the offline page."""

    help = "Công bố danh sách tình trạng đã ký và trang kiểm tra ngoại tuyến"

    def handle(self, *_: Any, **__: Any) -> None:
        """Publish, and tell what was."""
        try:
            listed = publish_status_list(actor=None, at=timezone.now())
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        day = timezone.localtime(listed.valid_until).strftime("%d/%m/%Y %H:%M")
        self.stdout.write(
            f"{status_list_file()}: {listed.size} mục, dùng đến {day}; {offline_page_file()}"
        )
