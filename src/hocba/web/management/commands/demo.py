"""`./run demo`: the whole road on this machine, then the site."""

import os
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from hocba.apps.ledger.queries import offline_page_file
from hocba.core.errors import HocbaError
from hocba.web.demo import road
from hocba.web.demo.city import PASSWORD, build_city
from hocba.web.demo.oracles import second_opinions
from hocba.web.demo.report import Report

WORKBOOK = Path("examples/so-diem-9A1.xlsx")
NEIGHBOUR = Path("examples/so-diem-9A2-loi.xlsx")
TO_SIGN = Path("examples/so-diem-9A3.xlsx")  # left unsigned, for whoever looks around


class Command(BaseCommand):
    """Makes a demo city, walks one class from Excel to verified transcripts, serves the site."""

    help = "Từ sổ điểm Excel đến học bạ đã kiểm tra, rồi mở trang web."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("--fresh", action="store_true", help="làm lại từ đầu")
        parser.add_argument("--no-serve", action="store_true", help="dừng sau bảng tổng kết")
        parser.add_argument("--serve-only", action="store_true", help="chỉ mở trang web")
        parser.add_argument("--workbook", type=Path, default=WORKBOOK, help="tệp sổ điểm")
        parser.add_argument("address", nargs="?", default="127.0.0.1:8000")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Walk the road; the exit code is 0 only when every transcript verified."""
        if not settings.HOCBA_DEMO:
            raise CommandError("Lệnh demo chỉ chạy khi HOCBA_DEMO=1.")
        if options["serve_only"]:
            self._serve(options["address"])
            return
        folder = Path(settings.HOCBA_DATA_DIR)
        if options["fresh"]:
            _empty(folder)
        report = Report()
        try:
            passed, total = _walk(options["workbook"], folder, report)
        except (HocbaError, road.DemoError) as error:
            raise CommandError(f"Dừng lại: {error}") from error
        report.summary()
        _tell(report, folder, class_left=options["workbook"] == WORKBOOK)
        if passed != total or total == 0:
            raise CommandError(f"Chỉ {passed}/{total} học bạ qua được mọi phép kiểm tra.")
        if not options["no_serve"]:
            self._serve(options["address"])

    def _serve(self, address: str) -> None:
        call_command("runserver", address, use_reloader=False)


def _empty(folder: Path) -> None:
    """Start over; the secret key stays, so that an open browser session ends quietly."""
    for item in folder.glob("*"):
        if item.is_dir():
            shutil.rmtree(item)
        elif item.name != "secret-key":
            item.unlink()


def _walk(workbook: Path, folder: Path, report: Report) -> tuple[int, int]:
    folder.mkdir(parents=True, exist_ok=True)
    os.umask(0o077)
    with report.step("Tạo cơ sở dữ liệu") as step:
        call_command("migrate", verbosity=0)
        step.done("SQLite")
    city = build_city(workbook, report, neighbours=[NEIGHBOUR])
    class_id = road.import_class(city, workbook, report)
    road.compose(city, class_id, report)
    road.sign(city, class_id, report)
    road.release(city, class_id, report)
    paths = road.export(city, folder / "hoc-ba", report)
    passed = road.verify(paths, Path(settings.HOCBA_TRUST_FILE), report)
    agreed = second_opinions([path.with_suffix("").with_suffix(".xml") for path in paths], report)
    if workbook == WORKBOOK:
        road.leave_to_sign(city, TO_SIGN, report)
    return min(passed, agreed), len(paths)


def _tell(report: Report, folder: Path, *, class_left: bool) -> None:
    out = report.console.print
    out()
    out(f"Tệp XML, PDF và tệp kiểm tra: [bold]{folder / 'hoc-ba'}[/]")
    out(
        "Thử ngay: [bold]./run hocba verify --trust "
        f"{settings.HOCBA_TRUST_FILE} "
        f"{folder / 'hoc-ba'}/*.hocba.json[/]"
    )
    out(f"Không có mạng:    {offline_page_file()}  quét mã QR trên bản in")
    out()
    out("Trang công khai:  http://localhost:8000/            tra cứu, kiểm tra tệp, nhật ký")
    out(f"Nơi làm việc:     http://localhost:8000/dang-nhap/  mật khẩu chung: {PASSWORD}")
    for username, words in (
        ("cntt", "cán bộ CNTT: nhận sổ điểm"),
        ("gv01", "giáo viên bộ môn: ký môn của mình"),
        ("gvcn", "giáo viên chủ nhiệm"),
        ("hieutruong", "hiệu trưởng"),
        ("vanthu", "văn thư: lập học bạ, đóng dấu, phát hành"),
        ("so", "cán bộ Sở"),
        ("quantri", "quản trị hệ thống: http://localhost:8000/quan-tri/"),
    ):
        out(f"    {username:<12}{words}")
    if class_left:
        out("Lớp 9A3 còn chờ ký: gv01, rồi gvcn, hieutruong, vanthu mở trang Ký số,")
        out("ký bằng Khóa mẫu; sau đó vanthu phát hành ở trang Việc đang chờ.")
    out("[dim]Khóa ký ở đây là khóa mẫu, không có giá trị pháp lí.[/]")
