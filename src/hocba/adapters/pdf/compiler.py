"""Typst with our fonts and nothing of the machine: no system fonts, no packages, no network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

import typst

_ROOM = Path(__file__).parent
_TEMPLATE = _ROOM / "template"
# Archival and accessible at once: PDF/A embeds everything, PDF/UA-1 is read aloud correctly. Files
# of other kinds may be attached from PDF/A-3 on.
_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
_WITH_FILES: list[typst.PDFStandard] = ["a-3a", "ua-1"]
# What is drawn onto a page of another file has no reading order of its own.
_DRAWING: list[typst.PDFStandard] = ["a-3b"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be set: the form's values, the date it bears, the files that travel inside."""

    values: Mapping[str, object]
    dated: datetime
    files: Mapping[str, str] = field(default_factory=dict)
    to_be_sealed: bool = False


@dataclass(frozen=True, slots=True)
class SealPlace:
    """Where the seal will stand: page from 0, box (left, bottom, right, top) in whole points."""

    page: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Typeset:
    """A finished PDF, and the place of its seal when one was kept free."""

    pdf: bytes
    seal_place: SealPlace | None = None


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[_ROOM / "fonts"])


def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(
        input=_TEMPLATE / template,
        root=_TEMPLATE,
        font_paths=_fonts(),
        ignore_system_fonts=True,
    )


def typeset(items: Iterator[Sheet]) -> Iterator[Typeset]:
    """Yield one PDF for each sheet, all by one compiler; the same sheet gives the same bytes."""
    compiler = _compiler("transcript.typ")
    for item in items:
        yield _one(compiler, item)


def draw(template: str, *, values: Mapping[str, object], dated: datetime) -> bytes:
    """Return a one-page PDF of a template of ours, to be put onto a page of another."""
    inputs = {"values": json.dumps(values, ensure_ascii=False)}
    return _compiled(_compiler(template), inputs, dated, _DRAWING, tags=False)


def printed(template: str, *, values: Mapping[str, object], dated: datetime) -> bytes:
    """Return the PDF of another template of ours, archival and accessible as the form is."""
    inputs = {"values": json.dumps(values, ensure_ascii=False)}
    return _readable(_compiler(template), inputs, dated, _STANDARDS)


def _one(compiler: typst.Compiler, item: Sheet) -> Typeset:
    inputs = {"values": json.dumps(item.values, ensure_ascii=False), **item.files}
    pdf = _readable(compiler, inputs, item.dated, _WITH_FILES if item.files else _STANDARDS)
    return Typeset(pdf, _seal_place(compiler) if item.to_be_sealed else None)


def _readable(
    compiler: typst.Compiler,
    inputs: dict[str, str],
    dated: datetime,
    standards: list[typst.PDFStandard],
) -> bytes:
    try:
        return _compiled(compiler, inputs, dated, standards)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        # A script none of our fonts can show (say, Chinese): both standards forbid the empty box
        # that is then printed, the family still needs its paper.
        return _compiled(compiler, inputs, dated, [])


def _seal_place(compiler: typst.Compiler) -> SealPlace:
    """Ask the pages just set where they kept the seal's place; nothing is set again."""
    (place,) = json.loads(compiler.query("<seal-place>", field="value"))
    left, top = round(place["x"]), round(place["page_height"] - place["y"])
    right, bottom = left + round(place["width"]), top - round(place["height"])
    return SealPlace(place["page"] - 1, (left, bottom, right, top))


def _compiled(
    compiler: typst.Compiler,
    inputs: dict[str, str],
    dated: datetime,
    standards: list[typst.PDFStandard],
    *,
    tags: bool = True,
) -> bytes:
    result = compiler.compile(
        format="pdf",
        sys_inputs=inputs,
        timestamp=int(dated.timestamp()),
        pdf_standards=standards,
        pdf_tags=tags,
    )
    if not isinstance(result, bytes):
        raise TypeError("Typst gives one PDF as bytes")
    return result
