"""`manage revoke_api_key ID`: end a key of another system at once."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.portal.actions import revoke_api_key
from hocba.core.errors import HocbaError


class Command(BaseCommand):
    """End it."""

    help = "Thu hồi khóa API của một hệ thống"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("key_id", type=UUID, metavar="MÃ-KHÓA")

    def handle(self, *_: Any, **options: Any) -> None:
        """Say that it ended."""
        try:
            revoke_api_key(key_id=options["key_id"], actor=None, at=timezone.now())
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        self.stdout.write("Đã thu hồi khóa.")
