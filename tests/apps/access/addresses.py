"""The addresses of the site as the resolver knows them, and the lines of `matrix.toml`."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

TABLE = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text(encoding="utf-8"))
_PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Row:
    """One line of the table: who may do what at an address."""

    route: str
    may: dict[str, frozenset[str]]  # method → words
    unknown: bool = False
    parts: dict[str, str] = field(default_factory=dict)
    send: dict[str, str] | None = None
    json: str = "{}"

    def names(self) -> dict[str, str]:
        """Return the parts of the address and their kinds."""
        return {match["name"]: match["kind"] or "str" for match in _PART.finditer(self.route)}

    def fill(self, values: dict[str, Any]) -> str:
        """Return the address with its parts filled in."""
        return "/" + _PART.sub(lambda match: str(values[match["name"]]), self.route)


def routes() -> Iterator[str]:
    """Every route of the site, of included files too."""
    yield from _routes(get_resolver(), "")


def _routes(resolver: URLResolver, front: str) -> Iterator[str]:
    for one in resolver.url_patterns:
        route = front + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from _routes(one, route)


def listed() -> set[str]:
    """Every route that the table has a line for."""
    rows = {route for section, lines in TABLE.items() if section != "registers" for route in lines}
    kinds = ("", "add/", "<path:object_id>/history/", "<path:object_id>/delete/")
    kinds = (*kinds, "<path:object_id>/change/", "<path:object_id>/")
    return rows | {f"quan-tri/{name}/{kind}" for name in TABLE["registers"] for kind in kinds}


def workplace_rows() -> Iterator[Row]:
    """Rows about pages and JSON of the workplace, the accounts included."""
    for section, lines in TABLE.items():
        if section in ("public", "operator", "registers"):
            continue
        for route, line in lines.items():
            for one in line if isinstance(line, list) else [line]:
                parts = {name: value for name, value in one.items() if f":{name}>" in route}
                may = {method: frozenset(one.get(method, "").split()) for method in ("get", "post")}
                yield Row(
                    route,
                    may,
                    one.get("unknown", False),
                    parts,
                    one.get("send"),
                    one.get("json", "{}"),
                )
