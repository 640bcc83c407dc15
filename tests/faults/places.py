"""Where things lie, for processes that must not import a test's fixtures."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKBOOK = ROOT / "tests" / "vectors" / "workbooks" / "so-diem-6-hoc-sinh.xlsx"
