"""The grid's JSON address: a bounded, strictly read body in; what became of each cell out."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from hocba.adapters.wording.findings import finding_sentence
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.gradebook.actions import CellEdit
from hocba.apps.gradebook.remark_checks import RemarkDoubt
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.errors import HocbaError

MOST_BYTES, MOST_CELLS, MOST_TEXT = 1024 * 1024, 1000, 4000
STATUS = {
    "access.denied": 403,
    "gradebook.body_too_large": 413,
    "gradebook.body_unreadable": 400,
    "gradebook.cell_unknown": 400,
}
_CELL = {"row", "column", "value", "version"}


def read_save(request: HttpRequest) -> tuple[UUID, list[CellEdit]]:
    """Return the request key and the cells of a body {"request", "cells": [{…}]}, nothing else.

    Raises:
        HocbaError: "gradebook.body_too_large", "gradebook.body_unreadable".
    """
    declared = str(request.META.get("CONTENT_LENGTH") or "0")
    if not declared.isdecimal() or int(declared) > MOST_BYTES:
        raise HocbaError("gradebook.body_too_large")
    try:
        if request.content_type != "application/json":
            raise ValueError(request.content_type)
        body = json.loads(request.read(MOST_BYTES))
        if not isinstance(body, dict) or set(body) != {"request", "cells"}:
            raise ValueError("body")
        edits = [_edit(cell) for cell in _cells(body["cells"])]
        key = _identifier(body["request"])
    except (ValueError, RecursionError):
        raise HocbaError("gradebook.body_unreadable") from None
    if len({(one.enrolment_id, one.column) for one in edits}) != len(edits):
        raise HocbaError("gradebook.body_unreadable")
    return key, edits


def _cells(cells: object) -> list[dict[str, Any]]:
    if not isinstance(cells, list) or not 0 < len(cells) <= MOST_CELLS:
        raise ValueError("cells")
    if not all(isinstance(cell, dict) and set(cell) == _CELL for cell in cells):
        raise ValueError("cell")
    return cells


def _edit(cell: Mapping[str, Any]) -> CellEdit:
    column, value, version = cell["column"], cell["value"], cell["version"]
    if not isinstance(column, str) or not isinstance(value, str) or len(value) > MOST_TEXT:
        raise ValueError("value")
    if not isinstance(version, int) or isinstance(version, bool) or not 0 <= version < 32_768:
        raise ValueError("version")
    return CellEdit(_identifier(cell["row"]), column, value, version)


def _identifier(text: object) -> UUID:
    if not isinstance(text, str) or len(text) != 36:
        raise ValueError("identifier")
    return UUID(text)


def worded(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an action's answer with its sentences and hours, as a person reads them."""
    return {
        "time": _clock(answer["at"]),
        "saved": answer["saved"],
        "conflicts": [{**one, "when": _clock(one["at"])} for one in answer["conflicts"]],
        "refused": [{**one, "sentence": _sentence(one)} for one in answer["refused"]],
    }


def refusal(error: HocbaError) -> dict[str, str]:
    """Return a refusal of the whole save."""
    return {"code": error.code, "sentence": refusal_sentence(error, gettext=_)}


def doubt_sentences(doubts: Sequence[RemarkDoubt], names: Mapping[UUID, str]) -> list[str]:
    """Return the doubts about remarks as sentences."""
    texts = {
        "remark.other_name": _("Nhận xét của %(who)s có tên %(name)s."),
        "remark.same_text": _("%(n)s học sinh có cùng một nhận xét: %(who)s."),
    }
    return [
        texts[doubt.code]
        % {
            "who": ", ".join(names[one] for one in doubt.enrolment_ids),
            "name": doubt.name,
            "n": len(doubt.enrolment_ids),
        }
        for doubt in doubts
    ]


def _sentence(refused: Mapping[str, Any]) -> str:
    if "params" in refused:
        return refusal_sentence(HocbaError(refused["code"], **refused["params"]), gettext=_)
    found, expected = refused["found"], refused["expected"]
    return finding_sentence(
        Finding(refused["code"], Severity.BLOCK, found=found, expected=expected), gettext=_
    )


def _clock(at: str) -> str:
    """21:04, or with its day when that is another one."""
    if not at:
        return ""
    local, today = timezone.localtime(datetime.fromisoformat(at)), timezone.localdate()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%H:%M %d/%m/%Y}"
