"""`manage backup TARGET --to age1… [--to …]`: back this installation up into a folder.

    manage backup /mnt/sao-luu --to age1… --recipients keys.txt [--with-private-keys] [--by NAME]

Cut at any point and run again it goes on; files that an earlier backup there holds are not copied
again. Exit code 1 when blobs are missing or altered, each named; the backup is made all the same.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.backups.sealed import read_recipients
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts.queries import person_by_username
from hocba.core.errors import HocbaError
from hocba.web.backups.making import Made, make_backup


class Command(BaseCommand):
    """Make a backup, tell what is in it."""

    help = "Sao lưu cơ sở dữ liệu, tệp lưu trữ, nhật ký và danh sách tin cậy, mã hóa bằng age"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("target", type=Path, metavar="THƯ_MỤC")
        parser.add_argument(
            "--to", action="append", default=[], help="khóa nhận: age1… hoặc khóa SSH công khai"
        )
        parser.add_argument(
            "--recipients", type=Path, action="append", default=[], help="tệp khóa nhận"
        )
        parser.add_argument(
            "--with-private-keys", action="store_true", help="kèm cả khóa ký nhật ký (log-key.pem)"
        )
        parser.add_argument("--by", help="tên đăng nhập của người sao lưu")

    def handle(self, *_: Any, **options: Any) -> None:
        """Make it."""
        person = person_by_username(username=options["by"]) if options["by"] else None
        if options["by"] and person is None:
            raise CommandError("Không có tài khoản này.")
        try:
            texts = [*options["to"], *(path.read_text() for path in options["recipients"])]
            made = make_backup(
                target=options["target"],
                recipients=read_recipients(texts),
                private_keys=options["with_private_keys"],
                actor=None if person is None else person.id,
                at=timezone.now(),
                tell=lambda text: self.stderr.write(text, style_func=str),
            )
        except OSError as error:
            raise CommandError(f"Không đọc được {error.filename}.") from error
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        self._tell(made)

    def _tell(self, made: Made) -> None:
        manifest = made.manifest
        self.stdout.write(f"Bản sao lưu {made.name}")
        self.stdout.write(f"  nhật ký: {manifest.log.size} mục, gốc {manifest.log.root}")
        self.stdout.write(f"  gói: {len(manifest.packs)}, mới {made.new_packs}")
        self.stdout.write(f"  tệp lưu trữ được nhắc tới: {manifest.named}")
        self.stdout.write(f"  mã băm của bản kê: {made.manifest_sha256}")
        if not manifest.private_keys:
            self.stdout.write("  không kèm khóa bí mật: giữ khóa ký nhật ký ở nơi ký gửi khóa")
        for digest in made.altered:
            self.stderr.write(f"tệp lưu trữ đã bị sửa hoặc hỏng: {digest}")
        for digest in manifest.missing:
            self.stderr.write(f"thiếu tệp lưu trữ: {digest}")
        if made.altered or manifest.missing:
            wrong = len({*made.altered, *manifest.missing})
            raise CommandError(f"Đã sao lưu, nhưng {wrong} tệp lưu trữ không còn nguyên.")
