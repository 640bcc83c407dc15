"""`manage stop_issuing --reason "…"`, `manage stop_issuing --resume`: the stop switch of issuing.

It holds for every process from the moment this returns. Without either: tells how things stand.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts.queries import person_by_username
from hocba.apps.ledger.actions import resume_issuing, stop_issuing
from hocba.apps.ledger.guards import issuing_stopped
from hocba.core.errors import HocbaError


class Command(BaseCommand):
    """Stop, resume, or tell."""

    help = "Tạm dừng hoặc cho phép lại việc phát hành; tra cứu, kiểm tra và nhập điểm vẫn chạy"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--reason", help="tạm dừng, vì lí do này (người dùng sẽ đọc thấy)")
        which.add_argument("--resume", action="store_true", help="cho phát hành lại")
        parser.add_argument("--by", help="tên đăng nhập của người quyết định")

    def handle(self, *_: Any, reason: str | None, resume: bool, by: str | None, **__: Any) -> None:
        """Turn the switch."""
        person = person_by_username(username=by) if by else None
        if by and person is None:
            raise CommandError("Không có tài khoản này.")
        actor = None if person is None else person.id
        if resume:
            was = resume_issuing(actor=actor, at=timezone.now())
            self.stdout.write("Đã cho phát hành lại." if was else "Việc phát hành không bị dừng.")
            return
        if reason is not None:
            try:
                stop_issuing(reason=reason, actor=actor, at=timezone.now())
            except HocbaError as refusal:
                raise CommandError(refusal_sentence(refusal)) from refusal
        stopped = issuing_stopped()
        self.stdout.write(
            "Việc phát hành đang bình thường."
            if stopped is None
            else f"Việc phát hành đang tạm dừng: {stopped}"
        )
