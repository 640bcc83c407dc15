"""The parser's cell: python-calamine runs in a child process with bounds on memory and time.

Run as a module it reads a workbook from standard input and writes its cells as JSON.
"""

import json
import resource
import subprocess
import sys
from datetime import date, datetime
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
SECONDS = 20
MAX_ROWS, MAX_COLUMNS, MAX_SHEETS = 500, 100, 40


class UnreadableWorkbookError(Exception):
    """The child could not read the file within its bounds."""


def read_cells(data: bytes) -> list[dict[str, Any]]:
    """Return sheets as {"name", "hidden", "too_large", "rows"}; rows start at A1.

    Values are str, int, float, bool, None or {"date": "YYYY-MM-DD"}.

    Raises:
        UnreadableWorkbookError: for anything that is not a workbook or breaks a bound.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own module, data on standard input
            [sys.executable, "-I", "-c", _CHILD],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
        sheets: list[dict[str, Any]] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise UnreadableWorkbookError from error
    return sheets


_CHILD = "from hocba.adapters.spreadsheets.sandbox import child; child()"


def child() -> None:
    """Parse standard input under the limits; a crash of the parser stays in here."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    import io

    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    sheets = []
    for about in workbook.sheets_metadata[:MAX_SHEETS]:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(about.name)
        too_large = sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS
        rows: list[list[Any]] = []
        if not too_large:
            rows = [
                [_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)
            ]
        sheets.append(
            {
                "name": about.name,
                "hidden": about.visible != SheetVisibleEnum.Visible,
                "too_large": too_large,
                "rows": rows,
            }
        )
    sys.stdout.write(json.dumps(sheets))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return {"date": value.strftime("%Y-%m-%d")}
    if value == "" or isinstance(value, str | int | float | bool):
        return None if value == "" else value
    return str(value)
