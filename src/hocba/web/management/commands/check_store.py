"""`manage check_store [--checkpoint FILE] [--stop-issuing]`: is all that rows name here, unaltered?

Recomputes the log's root, compares tiles and checkpoints, reads every blob, verifies documents
taken by chance. For cron: exit code 1 when something is wrong, each named. With --stop-issuing
nothing is issued from then on until somebody resumes it (`manage stop_issuing --resume`).
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.ledger.actions import stop_issuing
from hocba.web.backups.checking import check_installation


class Command(BaseCommand):
    """Check everything."""

    help = "Kiểm tra nhật ký và mọi tệp lưu trữ của nơi này, nêu tên từng tệp thiếu hoặc bị sửa"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("--checkpoint", type=Path, help="checkpoint mới nhất đã công bố")
        parser.add_argument(
            "--stop-issuing", action="store_true", help="có gì sai thì tạm dừng phát hành"
        )

    def handle(self, *_: Any, checkpoint: Path | None, stop_issuing: bool, **__: Any) -> None:
        """Tell what is wrong."""
        published = checkpoint.read_bytes() if checkpoint else None
        wrong = 0
        for trouble in check_installation(manifest=None, published=published, at=timezone.now()):
            wrong += 1
            named = trouble.params.get("digest", "")
            self.stderr.write(f"{refusal_sentence(trouble)} ({trouble.code} {named})".strip())
        if not wrong:
            self.stdout.write("Mọi thứ nguyên vẹn.")
            return
        if stop_issuing:
            _stop(wrong)
        raise CommandError(f"{wrong} chỗ không nguyên vẹn.")


def _stop(wrong: int) -> None:
    reason = f"kiểm tra kho lưu trữ thấy {wrong} chỗ không nguyên vẹn."
    stop_issuing(reason=reason, actor=None, at=timezone.now())
