"""Bảng tổng hợp kết quả of a class on A4 landscape, as large a class as it may be."""

from collections.abc import Mapping
from datetime import datetime

from hocba.adapters.pdf.compiler import printed

TEMPLATE = "class_results.typ"


def class_results_pdf(values: Mapping[str, object], *, dated: datetime) -> bytes:
    """Return the table as PDF/A-2a, PDF/UA-1; same values and date, same bytes."""
    return printed(TEMPLATE, values=values, dated=dated)
