"""What the pages of recall say, gathered from the ledger, the roster and the gradebook."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from hocba.adapters.wording import recalls as words
from hocba.apps.accounts.models import ROLES
from hocba.apps.accounts.queries import person_by_id
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.issuing.corrected_fields import CONDUCT, LIMITS, fields_of
from hocba.apps.issuing.queries import class_of_version, replacement_of
from hocba.apps.issuing.recall_forms import CELL
from hocba.apps.issuing.standing_year import (
    StandingYear,
    WhatIf,
    cells_of,
    is_field,
    own_parts,
    standing_year,
)
from hocba.apps.ledger.life_queries import (
    RequestView,
    issued_by_code,
    issued_rows,
    open_requests_of,
    status_of,
    statuses,
    waiting_period,
)
from hocba.apps.ledger.models import IssuedTranscript, LifeRequest
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import (
    assignments_of_class,
    class_by_id,
    class_for,
    enrolled_student,
    students_of_class,
    unit_by_id,
)
from hocba.core.assessment.marks import LEVEL_WORDS, SubjectKey
from hocba.core.assessment.subjects import subject_by_key
from hocba.core.errors import HocbaError
from hocba.core.registry.lifecycle import STEPS, TranscriptState
from hocba.core.registry.procedures import (
    OPEN,
    RequestEvent,
    RequestKind,
    RequestState,
    procedure_for,
)

_TERMS = {"HK1": "HKI", "HK2": "HKII"}
_BADGES = {
    TranscriptState.IN_FORCE: "passed",
    TranscriptState.RECALLED: "failed",
}
_STATE_BADGES = {
    RequestState.REQUESTED: "warn",
    RequestState.APPROVED: "passed",
    RequestState.REFUSED: "failed",
    RequestState.EXECUTED: "warn",
    RequestState.REPLACED: "passed",
}


@dataclass(frozen=True, slots=True)
class Version:
    """One issued version as a page speaks of it."""

    issued: IssuedTranscript
    class_group: ClassGroup
    student: str
    state: TranscriptState


def version(*, viewer: Viewer, lookup_uuid: UUID) -> Version:
    """Return an issued version of the viewer's own school.

    Raises:
        HocbaError: "access.denied", both when unknown and when not the viewer's.
    """
    issued = issued_by_code(lookup_uuid=lookup_uuid)
    if issued is None or issued.school_id not in viewer.units():
        raise HocbaError("access.denied")
    class_id = class_of_version(school_id=issued.school_id, lookup_uuid=lookup_uuid)
    student = enrolled_student(enrolment_id=issued.enrolment_id)
    if class_id is None or student is None:
        raise HocbaError("access.denied")
    class_group = class_for(viewer=viewer, class_id=class_id)
    state = status_of(lookup_uuid=lookup_uuid).state
    return Version(issued, class_group, student.full_name, state)


def askable(*, viewer: Viewer, about: Version, at: datetime) -> tuple[list[RequestKind], list[str]]:
    """Return the kinds that the viewer may ask for now, and the reasons that belong to them.

    Raises:
        HocbaError: "access.denied" when there is none.
    """
    roles = {role for role, unit in viewer.roles if unit == about.issued.school_id}
    kinds, reasons = [], []
    for kind in RequestKind:
        period, forwarded, day = waiting_period(issued=about.issued, at=at)
        rules = procedure_for(
            kind=kind,
            school_level=about.class_group.school.school_level,
            period=period,
            forwarded=forwarded,
            day=day,
        )
        if roles & set(rules.askers) and (about.state, rules.entry_kind) in STEPS:
            kinds.append(kind)
            reasons += [one for one in rules.reasons if one not in reasons]
    if not kinds:
        raise HocbaError("access.denied")
    return kinds, reasons


def class_versions(*, viewer: Viewer, class_id: UUID) -> dict[str, Any]:
    """Return the issued versions of a class with their status and the newest request about each."""
    class_group = class_for(viewer=viewer, class_id=class_id)
    pupils = {one.enrolment_id: one for one in students_of_class(viewer=viewer, class_id=class_id)}
    rows = issued_rows(
        school_id=class_group.school_id,
        school_year=class_group.school_year,
        enrolment_ids=list(pupils),
    )
    codes = [row.lookup_uuid for row in rows]
    lives, asked = statuses(lookup_uuids=codes), open_requests_of(lookup_uuids=codes)
    own = class_group.school_id in viewer.units(
        "clerk", "principal", "homeroom_teacher", "subject_teacher"
    )
    lines = []
    for row in sorted(rows, key=lambda row: pupils[row.enrolment_id].list_number):
        state, request = lives[row.lookup_uuid].state, asked.get(row.lookup_uuid)
        is_open = request is not None and RequestState(request.state) in OPEN
        may = state in (TranscriptState.IN_FORCE, TranscriptState.COURT_SEALED)
        lines.append(
            {
                "number": pupils[row.enrolment_id].list_number,
                "name": pupils[row.enrolment_id].full_name,
                "issued_at": row.issued_at,
                "state": _(words.LIVES[state]),
                "badge": _BADGES.get(state, "indeterminate"),
                "ask": reverse("recall_ask", args=[row.lookup_uuid])
                if own and may and not is_open
                else "",
                "request": None if request is None else _short(request),
            }
        )
    return {"class_group": class_group, "rows": lines}


def request_rows(rows: Iterable[LifeRequest]) -> list[dict[str, Any]]:
    """Return requests as lines of a list."""
    lines = []
    for row in rows:
        student = enrolled_student(enrolment_id=row.enrolment_id)
        class_group, school = class_by_id(class_id=row.class_id), unit_by_id(unit_id=row.school_id)
        lines.append(
            _short(row)
            | {
                "student": "" if student is None else student.full_name,
                "class_name": "" if class_group is None else class_group.name,
                "school": "" if school is None else school.name,
                "school_year": row.school_year,
                "asked_at": row.asked_at,
            }
        )
    return lines


def ask_context(
    *, about: Version, viewer: Viewer, typed: Mapping[str, Any], found: WhatIf | None
) -> dict[str, Any]:
    """Return the form's page: the marks that the viewer may propose, and what they would alter."""
    own = own_parts(viewer=viewer, class_group=about.class_group)
    context: dict[str, Any] = {"about": about, "cells": [], "found": None}
    if own and about.state is TranscriptState.IN_FORCE:
        standing = standing_year(
            class_group=about.class_group, enrolment_id=about.issued.enrolment_id
        )
        context["cells"] = _cells(standing, own, typed)
        if found is not None:
            names = standing.names()
            context["found"] = {
                "corrections": [_correction(one, names) for one in found.corrections],
                "effects": [_effect(one, names) for one in found.effects],
            }
    return context


def request_context(*, viewer: Viewer, view: RequestView) -> dict[str, Any]:
    """Return one request's page."""
    request = view.request
    names = {
        item.subject_key: subject_by_key(
            SubjectKey(item.subject_key), school_level=request.school_level
        ).name
        for item in assignments_of_class(class_id=request.class_id)
    }
    executed = request.state == RequestState.EXECUTED.value
    replaces = request.kind == RequestKind.RECALL_AND_REPLACE.value
    is_clerk = viewer.has("clerk", request.school_id)
    draft = replacement_of(school_id=request.school_id, request_id=request.id)
    life = status_of(lookup_uuid=request.lookup_uuid).state
    return {
        "line": request_rows([request])[0],
        "view": view,
        "reason_code": _(words.REASONS[request.reason_code]),
        "period": _(words.PERIODS[view.procedure.period]),
        "life": _(words.LIVES[life]),
        "life_badge": _BADGES.get(life, "indeterminate"),
        "asked_by": _person(request.asked_by),
        "corrections": [_correction(one, names) for one in request.corrections],
        "effects": [_effect(one, names) for one in request.effects],
        "difference": _difference(request),
        "plan": _plan(view),
        "steps": [_step(row) for row in view.steps],
        "own_step": _(words.UNITS[view.may_approve.unit]) if view.may_approve else "",
        "may_compose": executed and replaces and is_clerk and draft is None,
        "may_drop": is_clerk and draft is not None and draft.state in ("signing", "sealed"),
        "draft": draft,
        "transcripts": reverse("transcripts", args=[request.class_id]),
    }


def _short(row: LifeRequest) -> dict[str, Any]:
    state = RequestState(row.state)
    return {
        "id": row.id,
        "kind": _(words.KINDS[RequestKind(row.kind)]),
        "state": _(words.STATES[state]),
        "badge": _STATE_BADGES.get(state, "indeterminate"),
        "waiting": _WAITING.get(row.waiting_for, ""),
    }


_WAITING = {
    "principal": "chờ hiệu trưởng duyệt",
    "managing": "chờ cấp quản lý duyệt",
    "department": "chờ Sở duyệt",
    "ministry": "chờ quyết định của Bộ",
    "execute": "chờ văn thư thực hiện",
    "replace": "chờ phát hành bản thay thế",
}


_PLACES = {
    "remark": "nhận xét",
    "conduct_first": "Rèn luyện HKI",
    "conduct_second": "Rèn luyện HKII",
    "conduct_year": "Rèn luyện cả năm",
    "absences_excused": "Nghỉ có phép",
    "absences_unexcused": "Nghỉ không phép",
    "award": "Khen thưởng, danh hiệu khác",
    "homeroom_remark": "Nhận xét của giáo viên chủ nhiệm",
}


def _place(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    kinds = {
        "regular": _("thường xuyên %(n)s") % {"n": one["ordinal"]},
        "midterm": _("giữa kì"),
        "final": _("cuối kì"),
    }
    subject = f"{names.get(one['subject'], one['subject'])}, " if names and one["subject"] else ""
    if is_field(one["kind"]):
        return f"{subject}{_(_PLACES[one['kind']])}"
    return f"{subject}{_TERMS[one['term']]}, {kinds[one['kind']]}"


def _correction(one: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    return {
        "place": _place(one, names),
        "before": _shown(one["before"]),
        "after": _shown(one["after"]),
    }


def _effect(one: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    return {
        "name": words.effect_name(one["about"], names=names, gettext=_),
        "before": _shown(words.value_word(one["before"], gettext=_)),
        "after": _shown(words.value_word(one["after"], gettext=_)),
    }


def _shown(value: str) -> str:
    """Figures with a comma; words as they stand."""
    whole, point, rest = value.partition(".")
    return f"{whole},{rest}" if point and whole.isdecimal() and rest.isdecimal() else value


def _cells(standing: StandingYear, own: set[str], typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    names, lines = standing.names(), []
    for one in (*cells_of(standing), *fields_of(standing.book)):
        if one["subject"] in own:
            kind = one["kind"]
            name = f"{CELL}.{one['subject']}.{one['term']}.{kind}.{one['ordinal']}"
            lines.append(
                {
                    "name": name,
                    "place": _place(one, {}),
                    "subject": names.get(one["subject"], ""),
                    "before": _shown(one["before"]),
                    "typed": str(typed.get(name, "")),
                    "levels": list(LEVEL_WORDS.values()) if kind in CONDUCT else [],
                    "limit": LIMITS.get(kind, 0),
                }
            )
    return lines


def _difference(request: LifeRequest) -> list[dict[str, Any]]:
    whys = {
        "approved": _("theo đề nghị"),
        "version": _("bản mới nào cũng đổi"),
        "outside": _("ngoài đề nghị, cần xem lại"),
    }
    order = ["outside", "approved", "version"]
    lines = sorted(request.difference or [], key=lambda one: order.index(one["why"]))
    return [
        {
            "label": one["label"] or one["path"],
            "before": _shown(one["before"]),
            "after": _shown(one["after"]),
            "why": whys[one["why"]],
            "badge": "warn" if one["why"] == "outside" else "",
        }
        for one in lines
    ]


def _plan(view: RequestView) -> list[dict[str, Any]]:
    """Return the approvals that the procedure asks, with those that are there."""
    given = {row.step: row for row in view.steps if row.step}
    due = {step.key for step in view.due}
    return [
        {
            "name": _(words.UNITS[step.unit]),
            "done": step.key in given,
            "due": step.key in due,
            "who": _person(given[step.key].person_id) if step.key in given else "",
            "at": given[step.key].at if step.key in given else None,
        }
        for step in view.procedure.steps
    ]


def _step(row: Any) -> dict[str, Any]:
    unit = None if row.unit_id is None else unit_by_id(unit_id=row.unit_id)
    back = row.event == RequestEvent.APPROVE.value and not row.step
    return {
        "event": _("Đưa về duyệt thêm vì đã qua hạn chốt hoặc đã báo cáo Bộ")
        if back
        else _(words.EVENTS[RequestEvent(row.event)]),
        "who": _person(row.person_id),
        "place": ", ".join(
            part for part in (ROLES.get(row.role, ""), unit.name if unit else "") if part
        ),
        "reason": row.reason,
        "decision_number": row.decision_number,
        "at": row.at,
    }


def _person(person_id: UUID) -> str:
    person = person_by_id(person_id=person_id)
    return "" if person is None else person.full_name
