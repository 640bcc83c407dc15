"""A student's particulars by name: their words, how long they may be, which a homeroom teacher
corrects.
"""

from django.db.models import Field

from hocba.apps.roster.models import Student
from hocba.core.errors import HocbaError

CORRECTABLE = (
    "ethnicity",
    "nationality",
    "birth_place",
    "home_town",
    "address",
    "father_name",
    "mother_name",
    "guardian_name",
    "priority_group",
)


def particular_name(name: str) -> str:
    """Return the particular's name as people say it.

    Raises:
        HocbaError: "roster.not_correctable" when there is no such particular.
    """
    return str(_column(name).verbose_name)


def particular_length(name: str) -> int:
    """Return how many characters it may have.

    Raises:
        HocbaError: "roster.not_correctable".
    """
    return _column(name).max_length or 0


def _column(name: str) -> "Field[object, object]":
    found = next((one for one in Student._meta.fields if one.name == name), None)
    if found is None:
        raise HocbaError("roster.not_correctable")
    return found
