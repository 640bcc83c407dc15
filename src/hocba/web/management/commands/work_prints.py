"""`manage work_prints`: go on with print requests in every school, throw old files away; for cron.

Exit code 1 when requests still wait, so that somebody sees a queue that does not end.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.apps.issuing.actions.print_jobs import forget_prints
from hocba.apps.issuing.sweeps import finish_prints
from hocba.apps.roster.queries import all_schools


class Command(BaseCommand):
    """Sweep the schools."""

    help = "Làm tiếp các yêu cầu in học bạ còn dang dở, xóa tệp đã quá hạn giữ"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("--seconds", type=float, default=25, help="thời gian cho mỗi trường")

    def handle(self, *_: Any, seconds: float, **__: Any) -> None:
        """Go through the schools."""
        finished = waiting = forgotten = 0
        for school in all_schools():
            done, left = finish_prints(
                school_id=school.id, seconds=seconds, actor=None, at=timezone.now()
            )
            finished, waiting = finished + done, waiting + left
            forgotten += forget_prints(school_id=school.id, actor=None, at=timezone.now())
        self.stdout.write(f"Đã xong {finished}, còn chờ {waiting}, đã xóa tệp của {forgotten}.")
        if waiting:
            raise CommandError(f"Còn {waiting} yêu cầu chưa xong.")
