"""`manage api_keys`: the keys of other systems, with purpose, expiry and last use."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from hocba.apps.portal.keys import all_keys


class Command(BaseCommand):
    """List them; a key itself is kept nowhere."""

    help = "Liệt kê khóa API: chủ quản, mục đích, quyền, hạn, lần dùng cuối"

    def handle(self, *_: Any, **__: Any) -> None:
        """One line a key."""
        now = timezone.now()
        for key in all_keys():
            state = (
                "đã thu hồi" if key.revoked_at else "hết hạn" if key.expires_at <= now else "dùng"
            )
            self.stdout.write(
                f"{key.pk}  {state}  {key.owner_unit}  {key.name}  {', '.join(key.scopes)}  "
                f"hạn {_day(key.expires_at)}  dùng lần cuối {_day(key.last_used_at)}  {key.purpose}"
            )


def _day(at: datetime | None) -> str:
    return "chưa" if at is None else timezone.localtime(at).strftime("%d/%m/%Y")
