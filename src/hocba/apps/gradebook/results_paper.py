"""The values that the printed bảng tổng hợp shows, from the table that is seen on the page."""

from collections.abc import Mapping
from datetime import datetime

from hocba.adapters.pdf import printable, visible
from hocba.adapters.wording.results import SCOPES
from hocba.apps.gradebook.results_table import ResultsTable
from hocba.apps.leaf import CITY_TIME
from hocba.apps.roster.queries import department_of

_CELL, _NAME, _LINE = 60, 80, 160


def paper_of(
    table: ResultsTable, *, who: str, request_id: str, at: datetime
) -> Mapping[str, object]:
    """Return what the template prints, as JSON values."""
    results = table.results
    group = results.class_group
    school = group.school
    department = department_of(unit_id=school.pk)
    local = at.astimezone(CITY_TIME)
    homeroom = group.homeroom_teacher.full_name if group.homeroom_teacher else ""
    return {
        "school": {
            "department": printable(department.name if department else "", limit=_LINE),
            "name": printable(school.name, limit=_LINE),
        },
        "title": f"Bảng tổng hợp kết quả lớp {group.name}",
        "subtitle": f"{SCOPES[table.scope]}, năm học {group.school_year}",
        "regulation": results.regulation.title,
        "subjects": [printable(one.short, limit=_CELL) for one in results.columns],
        "titles": [printable(one, limit=_CELL) for one in table.titles],
        "rows": [
            {
                "number": str(line.pupil.list_number),
                "name": printable(line.pupil.full_name, limit=_NAME),
                "left": line.pupil.left_date is not None,
                "cells": [printable(cell, limit=_LINE) for cell in table.cells(line)],
            }
            for line in table.lines
        ],
        "homeroom": printable(homeroom, limit=_NAME),
        "place_date": f"{school.province}, ngày {local.day:02} tháng {local.month:02} "
        f"năm {local.year}",
        "owner": printable(who, limit=_NAME),
        "made_at": f"{local:%H:%M %d/%m/%Y}",
        "request": visible(request_id, limit=_LINE),
    }
