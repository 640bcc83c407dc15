"""`manage mend_store`: read every stored file in both copies, mend each from the other; for cron.

Exit code 1 when a file is whole in neither copy, each named: it must come from a backup.
"""

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hocba.adapters.backups.packs import Names
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.blobs import blob_store
from hocba.core.errors import HocbaError
from hocba.web.backups.contents import blobs_named


class Command(BaseCommand):
    """Walk through both copies."""

    help = "Đọc mọi tệp lưu trữ ở cả hai bản sao, bản nào hỏng thì chép lại từ bản kia"

    def handle(self, *_: Any, **__: Any) -> None:
        """Mend, and tell what was found."""
        if settings.HOCBA_SECOND_BLOB_DIR is None:
            raise CommandError("Chưa có bản sao thứ hai (HOCBA_SECOND_BLOB_DIR).")
        store, told = blob_store(), Counter[str]()
        for digest in Names(blobs_named()):
            try:
                found = store.mend(digest)
            except HocbaError as refusal:
                told["lost"] += 1
                self.stderr.write(f"{refusal_sentence(refusal)} ({refusal.code} {digest})")
            else:
                told["mended" if found else "whole"] += 1
        self.stdout.write(f"Nguyên vẹn {told['whole']}, đã chép lại {told['mended']}.")
        if told["lost"]:
            raise CommandError(f"{told['lost']} tệp không còn bản nào nguyên vẹn.")
