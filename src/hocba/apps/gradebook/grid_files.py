"""Excel out of a sheet and back in: first the differences, then, if they are wanted, the writing.

Between the two steps the page carries what was shown, signed: the very cells, with the versions
that stood then. So what is written is what was shown, and what others changed meanwhile is a
conflict.
"""

from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from hocba.adapters.spreadsheets.term_sheet import read_term_sheet, write_term_sheet
from hocba.adapters.wording.findings import finding_sentence
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.gradebook.actions import CellEdit, save_cells
from hocba.apps.gradebook.forms import TermSheetForm
from hocba.apps.gradebook.grid import TERM_WORDS, Sheet
from hocba.apps.gradebook.grid_json import worded
from hocba.apps.gradebook.grid_queries import sheet_for
from hocba.apps.gradebook.grid_workbook import Comparison, about_sheet, compare, workbook_of
from hocba.core.assessment.findings import Place
from hocba.core.errors import HocbaError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT, SECONDS = "gradebook.import", 3600


@require_GET
@never_cache
def export(request: HttpRequest, class_id: UUID, subject_key: str, term: str) -> HttpResponse:
    """Return the sheet as it is seen, as a workbook."""
    sheet = _sheet(request, class_id, subject_key, term)
    name = f"{sheet.frame.subject.name} {sheet.frame.class_name} {term.upper()}.xlsx"
    return HttpResponse(
        write_term_sheet(workbook_of(sheet)),
        content_type=XLSX,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )


@require_http_methods(["GET", "POST"])
@never_cache
def import_sheet(request: HttpRequest, class_id: UUID, subject_key: str, term: str) -> HttpResponse:
    """Take a workbook, show what it would change, and write that when it is wanted."""
    sheet = _sheet(request, class_id, subject_key, term)
    if not sheet.can_enter:
        raise HocbaError("access.denied")
    context: dict[str, Any] = {"sheet": sheet, "term": term, "form": TermSheetForm()}
    context["term_word"] = TERM_WORDS[sheet.frame.term]
    if "dong-y" in request.POST:
        names = {str(row.enrolment_id): row.full_name for row in sheet.rows}
        answer = _write(request, sheet, request.POST["dong-y"])
        context["answer"] = answer
        context["conflicts"] = [
            {**one, "student": names[one["row"]]} for one in answer["conflicts"]
        ]
        context["refused"] = [{**one, "student": names[one["row"]]} for one in answer["refused"]]
        return render(request, "work/mark_import.html", context)
    if request.method == "POST":
        form = context["form"] = TermSheetForm(request.POST, request.FILES)
        if not form.is_valid():
            return render(request, "work/mark_import.html", context, status=422)
        context |= _preview(sheet, form.cleaned_data["workbook"], person=_person(request))
    return render(request, "work/mark_import.html", context)


def _preview(sheet: Sheet, upload: Any, *, person: UUID) -> dict[str, Any]:
    reading = read_term_sheet(upload.read(), filename=upload.name, about=about_sheet(sheet))
    found = compare(sheet, reading) if not reading.blocked else Comparison((), reading.findings)
    problems = [
        {
            "student": one.student_name,
            "cell": one.place.cell,
            "sentence": finding_sentence(one, gettext=_),
        }
        for one in found.problems
    ]
    shown: dict[str, Any] = {"previewed": True, "problems": problems}
    shown |= {"differences": found.differences, "blocked": reading.blocked}
    shown["emptied"] = sum(not one.after for one in found.differences)
    if found.differences:
        shown["token"] = signing.dumps(
            {
                "sheet": _name(sheet),
                "person": str(person),
                "file": reading.digest,
                "request": str(uuid4()),
                "cells": [_packed(one.edit) for one in found.differences],
            },
            salt=SALT,
            compress=True,
        )
    return shown


def _write(request: HttpRequest, sheet: Sheet, token: str) -> dict[str, Any]:
    """Write what was shown.

    Raises:
        HocbaError: "gradebook.preview_old".
    """
    person = _person(request)
    try:
        told = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        raise HocbaError("gradebook.preview_old") from None
    if told["sheet"] != _name(sheet) or told["person"] != str(person):
        raise HocbaError("gradebook.preview_old")
    frame = sheet.frame
    answer = save_cells(
        class_id=frame.class_id,
        subject_key=frame.subject.key,
        term=frame.term.value,
        edits=[_unpacked(cell) for cell in told["cells"]],
        request_id=UUID(told["request"]),
        origin_file=told["file"],
        actor=person,
        at=timezone.now(),
    )
    return worded(answer)


def _packed(edit: CellEdit) -> list[Any]:
    place = edit.place
    return [str(edit.enrolment_id), edit.column, edit.text, edit.seen, place.sheet, place.cell]


def _unpacked(cell: list[Any]) -> CellEdit:
    enrolment, column, text, seen, sheet, name = cell
    return CellEdit(UUID(enrolment), column, text, seen, Place(sheet, name))


def _name(sheet: Sheet) -> str:
    return f"{sheet.frame.class_id} {sheet.frame.subject.key} {sheet.frame.term.value}"


def _sheet(request: HttpRequest, class_id: UUID, subject_key: str, term: str) -> Sheet:
    viewer = viewer_of_request(request)
    return sheet_for(
        viewer=viewer,
        class_id=class_id,
        subject_key=subject_key,
        term=term.upper(),
        at=timezone.now(),
    )


def _person(request: HttpRequest) -> UUID:
    person_id = viewer_of_request(request).person_id
    if person_id is None:
        raise HocbaError("access.denied")
    return person_id
