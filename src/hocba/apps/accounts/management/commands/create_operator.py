"""`./run manage create_operator USERNAME "FULL NAME"`: the first account of an installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hocba.apps.accounts.actions import create_person, issue_activation
from hocba.core.errors import HocbaError


class Command(BaseCommand):
    """Open an operator's account and print the path where its password is set."""

    help = "Open an operator's account and print the path where its password is set."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the sign-in name and the full name."""
        parser.add_argument("username")
        parser.add_argument("full_name")

    def handle(self, *_args: Any, username: str, full_name: str, **_options: Any) -> None:
        """Create, then print."""
        now = timezone.now()
        try:
            person = create_person(
                username=username,
                full_name=full_name,
                is_staff=True,
                is_superuser=True,
                actor=None,
                at=now,
            )
        except HocbaError as refusal:
            raise CommandError(refusal.code) from refusal
        self.stdout.write(issue_activation(person_id=person.pk, actor=None, at=now))
