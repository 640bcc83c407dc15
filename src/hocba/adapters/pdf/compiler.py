"""Typst with our fonts and nothing of the machine: no system fonts, no packages, no network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

import typst

_ROOM = Path(__file__).parent
_TEMPLATE = _ROOM / "template"
# Archival and accessible at once: PDF/A-2a embeds everything, PDF/UA-1 is read aloud correctly.
_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[_ROOM / "fonts"])


def typeset(items: Iterator[tuple[Mapping[str, object], datetime]]) -> Iterator[bytes]:
    """Yield one PDF for each pair of form values and document date, all by one compiler.

    The same values and date always give the same bytes.
    """
    compiler = typst.Compiler(
        input=_TEMPLATE / "transcript.typ",
        root=_TEMPLATE,
        font_paths=_fonts(),
        ignore_system_fonts=True,
    )
    for values, dated in items:
        yield _one(compiler, json.dumps(values, ensure_ascii=False), dated)


def _one(compiler: typst.Compiler, values: str, dated: datetime) -> bytes:
    try:
        return _compiled(compiler, values, dated, _STANDARDS)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        # A script none of our fonts can show (say, Chinese): both standards forbid the empty box
        # that is then printed, the family still needs its paper.
        return _compiled(compiler, values, dated, [])


def _compiled(
    compiler: typst.Compiler,
    values: str,
    dated: datetime,
    standards: list[typst.PDFStandard],
) -> bytes:
    result = compiler.compile(
        format="pdf",
        sys_inputs={"values": values},
        timestamp=int(dated.timestamp()),
        pdf_standards=standards,
    )
    if not isinstance(result, bytes):
        raise TypeError("Typst gives one PDF as bytes")
    return result
