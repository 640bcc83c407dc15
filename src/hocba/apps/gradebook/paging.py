"""Fifty lines a page; the page stands in the address."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from django.http import HttpRequest

Line = TypeVar("Line")
LINES = 50


class Paged(Generic[Line]):
    """One page of a list: its lines, its number, the numbers of all pages."""

    def __init__(self, request: HttpRequest, lines: Sequence[Line]):
        """Read the page from the address; one that is not there is the first."""
        self.total = len(lines)
        last = max(1, -(-self.total // LINES))
        asked = request.GET.get("trang", "1")
        known = asked.isascii() and asked.isdecimal() and 0 < int(asked[:4]) <= last
        self.number = int(asked[:4]) if known else 1
        self.lines = lines[(self.number - 1) * LINES : self.number * LINES]
        self.numbers = range(1, last + 1)
        query = request.GET.copy()
        query.pop("trang", None)
        self.rest = f"&{query.urlencode()}" if query else ""
