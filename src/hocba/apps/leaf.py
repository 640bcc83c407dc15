"""Leaf tables: those which grow with students × subjects, keyed by the school first.

A leaf table can be hash-partitioned or distributed by school without touching the application, so
its primary key is `CompositePrimaryKey("school_id", "id")` (marks and audit events put
"school_year" between the two), every unique constraint starts with "school_id", and so does every
foreign key between leaves. Each concrete model writes `pk` itself, so that its key is read where
its columns are. Nothing may point to a leaf table with an ordinary ForeignKey.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import models

CITY_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
_FIRST_MONTH_OF_SCHOOL_YEAR = 8  # the yearly plan of the city starts in August


class LeafModel(models.Model):
    """Columns shared by all leaf tables; `school_id` of a row never changes."""

    school_id = models.UUIDField("mã trường")
    id = models.UUIDField("mã dòng")

    class Meta:
        """Not a table of its own."""

        abstract = True


def leaf_models() -> Iterator[type[models.Model]]:
    """Every installed model whose primary key is composite and starts with the school."""
    for model in apps.get_models(include_auto_created=True):
        key = model._meta.pk
        if isinstance(key, models.CompositePrimaryKey) and key.field_names[0] == "school_id":
            yield model


def school_year_of(at: datetime) -> str:
    """School year in which an instant falls by the city's clock, e.g. "2024-2025"."""
    local = at.astimezone(CITY_TIME)
    first = local.year if local.month >= _FIRST_MONTH_OF_SCHOOL_YEAR else local.year - 1
    return f"{first}-{first + 1}"
