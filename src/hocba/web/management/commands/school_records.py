"""`manage school_records CODE --year 2024-2025 --out FOLDER`: one school's versions as files.

Each version's bundle, judged as the public would, and a list with counts: for an inspection, and
for one school after a restore beside the living installation (docs/backup.md). Run again, it goes
on: a file that is there and whole is not written anew. Exit code 1 when one does not pass.
"""

import csv
import io
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.durable import write_durably
from hocba.apps.ledger.models import IssuedTranscript
from hocba.apps.ledger.queries import bundles, issued_of_school, trust
from hocba.apps.roster.queries import unit_by_code
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import read_bundle
from hocba.core.verification import VerdictWord, verify_bundle

_GOOD = (VerdictWord.VALID, VerdictWord.RECALLED, VerdictWord.REPLACED)


class Command(BaseCommand):
    """Write and judge."""

    help = "Ghi ra tệp mọi học bạ đã phát hành của một trường trong một năm học, kiểm tra từng tệp"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("school", help="mã trường")
        parser.add_argument("--year", required=True, help="năm học, ví dụ 2024-2025")
        parser.add_argument("--out", required=True, type=Path, help="thư mục để ghi")

    def handle(self, *_: Any, school: str, year: str, out: Path, **__: Any) -> None:
        """Go through the versions one by one."""
        unit = unit_by_code(code=school)
        if unit is None or unit.kind != "school":
            raise CommandError("Không có trường này.")
        told: Counter[str] = Counter()
        lines = io.StringIO()
        listed = csv.writer(lines)
        listed.writerow(["lookup_uuid", "document_sha256", "issued_at", "verdict"])
        rows = issued_of_school(school_id=unit.pk, school_year=year)
        for row in rows:
            word = _judged(row, out)
            told[word] += 1
            listed.writerow([row.lookup_uuid, row.document_sha256, row.issued_at.isoformat(), word])
        write_durably(out / "danh-sach.csv", lines.getvalue().encode(), below=out)
        shown = ", ".join(f"{word}: {count}" for word, count in sorted(told.items()))
        self.stdout.write(f"{len(rows)} học bạ đã phát hành; {shown}")
        bad = sum(count for word, count in told.items() if word not in _GOOD)
        if bad:
            raise CommandError(f"{bad} học bạ không qua được phép kiểm tra.")


def _judged(row: IssuedTranscript, out: Path) -> str:
    """Write one bundle and return its verdict's word, or the code of what kept it from one."""
    try:
        data = next(bundles([row]))
        verdict = verify_bundle(bundle=read_bundle(data), trust=trust(), at=timezone.now())
    except HocbaError as refusal:
        return refusal.code
    path = out / f"{row.lookup_uuid}.hocba.json"
    if not path.exists() or path.read_bytes() != data:
        write_durably(path, data, below=out)
    return verdict.word.value
