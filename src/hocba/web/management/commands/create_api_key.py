"""`manage create_api_key`: a key for another system; it is printed once and kept nowhere."""

from argparse import ArgumentParser
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.leaf import CITY_TIME
from hocba.apps.portal.actions import create_api_key
from hocba.apps.portal.keys import SCOPES
from hocba.core.errors import HocbaError


class Command(BaseCommand):
    """Make the key."""

    help = "Tạo khóa API cho một hệ thống khác (in ra một lần duy nhất)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("name", metavar="TÊN", help="tên hệ thống")
        parser.add_argument("--owner", required=True, metavar="MÃ", help="mã đơn vị chủ quản")
        parser.add_argument("--purpose", required=True, metavar="LÍ-DO", help="dùng để làm gì")
        parser.add_argument("--scope", action="append", choices=SCOPES, required=True)
        parser.add_argument("--expires", required=True, metavar="YYYY-MM-DD", help="ngày cuối")
        parser.add_argument("--contact", default="", help="nơi nhận tin khi học bạ bị thay thế")
        parser.add_argument("--items-a-minute", type=int, default=600, metavar="SỐ")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print identifier and key."""
        day = parse_date(options["expires"])
        if day is None:
            raise CommandError("--expires phải có dạng 2026-08-31.")
        try:
            key_id, secret = create_api_key(
                name=options["name"],
                owner_unit=options["owner"],
                purpose=options["purpose"],
                scopes=options["scope"],
                expires_at=datetime.combine(day, time(23, 59, 59), tzinfo=CITY_TIME),
                contact=options["contact"],
                items_a_minute=options["items_a_minute"],
                actor=None,
                at=timezone.now(),
            )
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        self.stdout.write(f"Mã khóa: {key_id}\nKhóa (chỉ hiện một lần): {secret}")
