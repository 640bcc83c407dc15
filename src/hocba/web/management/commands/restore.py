"""`manage restore TARGET --identity KEY.txt`: restore a backup into this empty installation.

    manage restore /mnt/sao-luu --identity key.txt --checkpoint published.txt [--backup NAME]
    manage restore /mnt/sao-luu --identity key.txt --check-only

`--checkpoint` is the newest checkpoint that outsiders have (a witness, a parent's bundle, the web
server's file); `--manifest-sha256` what `backup` told. Exit code 0: ready. 1: something is missing
or altered, each named; then issuing stays stopped.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.backups.sealed import read_identities
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.core.errors import HocbaError
from hocba.web.backups.restoring import check_backup, open_backup, restore_backup


class Command(BaseCommand):
    """Restore, or only check."""

    help = "Khôi phục một bản sao lưu vào nơi còn trống, hoặc chỉ kiểm tra nó (--check-only)"
    requires_system_checks: list[str] = []  # there is no database yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("target", type=Path, metavar="THƯ_MỤC")
        parser.add_argument(
            "--identity", type=Path, action="append", default=[], help="tệp khóa giải mã age"
        )
        parser.add_argument("--backup", default="", help="tên bản sao lưu (mặc định: mới nhất)")
        parser.add_argument("--manifest-sha256", default="", help="mã băm đã ghi lúc sao lưu")
        parser.add_argument("--checkpoint", type=Path, help="checkpoint mới nhất đã công bố")
        parser.add_argument("--check-only", action="store_true", help="chỉ kiểm tra, không ghi gì")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it, tell what is wrong."""
        try:
            source = open_backup(
                target=options["target"],
                name=options["backup"],
                identities=read_identities(path.read_text() for path in options["identity"]),
                manifest_sha256=options["manifest_sha256"],
            )
            self.stdout.write(f"Bản sao lưu {source.name}")
            if options["check_only"]:
                troubles = check_backup(source, tell=self._progress)
            else:
                path = options["checkpoint"]
                troubles = restore_backup(
                    source,
                    published=path.read_bytes() if path else None,
                    at=timezone.now(),
                    tell=self._progress,
                )
        except OSError as error:
            raise CommandError(f"Không đọc được {error.filename}.") from error
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        self._tell(troubles, checked=options["check_only"], published=bool(options["checkpoint"]))

    def _progress(self, text: str) -> None:
        self.stderr.write(text, style_func=str)

    def _tell(self, troubles: list[HocbaError], *, checked: bool, published: bool) -> None:
        for trouble in troubles:
            named = trouble.params.get("digest", "")
            self.stderr.write(f"{refusal_sentence(trouble)} ({trouble.code} {named})")
        if troubles:
            raise CommandError(f"Chưa sẵn sàng: {len(troubles)} chỗ chưa khớp.")
        if checked:
            self.stdout.write("Bản sao lưu nguyên vẹn.")
            return
        if not published:
            self.stdout.write("Chưa so với checkpoint mà người ngoài giữ (--checkpoint).")
        self.stdout.write("Sẵn sàng.")
