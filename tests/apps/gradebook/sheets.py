"""A sheet to work on: 9A1, mathematics, first term, as its teacher and others see it."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from django.urls import reverse

from hocba.apps.accounts.models import Person
from hocba.apps.gradebook.actions import CellEdit, save_cells
from hocba.apps.gradebook.models import Mark
from hocba.apps.gradebook.queries import mark_value, standing
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import roll_of_class

Cell = tuple[str, str, int]


def pupils(class_group: ClassGroup) -> list[UUID]:
    """Enrolments by list number."""
    return [one.enrolment_id for one in roll_of_class(class_id=class_group.pk)]


def save(
    class_group: ClassGroup,
    person: Person,
    cells: Iterable[tuple[UUID, str, str, int]],
    *,
    at: datetime,
    request_id: UUID | None = None,
    subject: str = "toan",
    term: str = "HK1",
) -> dict[str, Any]:
    """Save as an action: (pupil, column, text, version seen)."""
    return save_cells(
        class_id=class_group.pk,
        subject_key=subject,
        term=term,
        edits=[CellEdit(*cell) for cell in cells],
        request_id=request_id or uuid4(),
        actor=person.pk,
        at=at,
    )


def address(name: str, class_group: ClassGroup, subject: str = "toan", term: str = "hk1") -> str:
    """Address of a page of the sheet."""
    return reverse(name, args=[class_group.pk, subject, term])


def signed_in(person: Person) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(person)
    return client


def post(client: Client, url: str, body: Any) -> tuple[int, dict[str, Any]]:
    """Post JSON; return status and answer."""
    text = body if isinstance(body, str) else json.dumps(body)
    answer = client.post(url, text, content_type="application/json")
    return answer.status_code, answer.json()


def body_of(*cells: tuple[UUID, str, str, int], request: UUID | None = None) -> dict[str, Any]:
    """The body of a save."""
    return {
        "request": str(request or uuid4()),
        "cells": [
            {"row": str(row), "column": column, "value": value, "version": version}
            for row, column, value, version in cells
        ],
    }


def marks(class_group: ClassGroup, subject: str = "toan") -> dict[tuple[UUID, str, str, int], Any]:
    """What stands, by pupil, term, kind and ordinal: (value, version)."""
    rows = standing(
        Mark,
        school_id=class_group.school_id,
        school_year=class_group.school_year,
        enrolment_ids=pupils(class_group),
        subject_keys=[subject],
    )
    return {
        (row.enrolment_id, row.term, row.kind, row.ordinal): (mark_value(row), row.version)
        for row in rows
    }
