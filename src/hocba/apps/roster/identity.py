"""Citizen ids: what is wrong with one, read from its digits (NĐ 137/2015: 12 digits that tell sex,
century and year of birth).
"""

import re
from datetime import date

_FORM = re.compile(r"\d{12}")


def citizen_id_problem(number: str, *, birth_date: date | None, gender: str) -> str:
    """Return "missing", "form", "mismatch", or "" when nothing speaks against the number."""
    if not number:
        return "missing"
    if not _FORM.fullmatch(number):
        return "form"
    if birth_date is None or not gender:
        return ""
    century_and_sex = 2 * (birth_date.year // 100 - 19) + (gender == "Nữ")
    return "" if number[3:6] == f"{century_and_sex}{birth_date.year % 100:02}" else "mismatch"
