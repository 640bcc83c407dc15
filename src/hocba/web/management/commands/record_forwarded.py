"""`manage record_forwarded LIST --receipt NUMBER --by OFFICER`: these went to the Ministry.

LIST names one lookup code a line ("-": standard input). An officer of the Sở answers for it with
the receipt's number. From then on a recall of these versions asks the Ministry too
(docs/recall.md). All are recorded or none; what was recorded before stays, so that a list may come
again.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts.queries import person_by_username
from hocba.apps.ledger.actions import record_forwarded
from hocba.core.errors import HocbaError

_CHUNK = 500


class Command(BaseCommand):
    """Record."""

    help = "Ghi nhận các học bạ đã kết chuyển lên Bộ, theo danh sách mã tra cứu và số biên nhận"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("list", help="tệp danh sách, mỗi dòng một mã tra cứu; - là đầu vào")
        parser.add_argument("--receipt", required=True, help="số biên nhận của Bộ")
        parser.add_argument("--by", required=True, help="tên đăng nhập của cán bộ Sở")

    def handle(self, *_: Any, list: str, receipt: str, by: str, **__: Any) -> None:
        """Read the list and record it in one transaction."""
        text = sys.stdin.read() if list == "-" else Path(list).read_text(encoding="utf-8-sig")
        codes = _codes(text)
        officer = person_by_username(username=by)
        if officer is None:
            raise CommandError("Không có tài khoản này.")
        if not receipt.strip():
            raise CommandError("Hãy ghi số biên nhận.")
        new, now = 0, timezone.now()
        try:
            with transaction.atomic():
                for first in range(0, len(codes), _CHUNK):
                    new += record_forwarded(
                        lookup_uuids=codes[first : first + _CHUNK],
                        receipt=receipt.strip(),
                        actor=officer.pk,
                        at=now,
                    )
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        self.stdout.write(f"{len(codes)} học bạ trong danh sách, {new} mới ghi nhận.")


def _codes(text: str) -> list[UUID]:
    lines = [line.strip() for line in text.splitlines()]
    codes: dict[UUID, None] = {}
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            codes[UUID(line)] = None
        except ValueError as error:
            raise CommandError(f"Dòng {number} không phải mã tra cứu.") from error
    if not codes:
        raise CommandError("Danh sách trống.")
    return [*codes]
