"""The history of marks in words: which cell, what it said, where it came from, who let it be."""

from collections.abc import Mapping

from hocba.adapters.wording.windows import TERM_NAMES
from hocba.core.assessment.subjects import subject_names

KIND_NAMES: Mapping[str, str] = {"regular": "ĐĐGtx", "midterm": "ĐĐGgk", "final": "ĐĐGck"}
FIELD_NAMES: Mapping[str, str] = {
    "conduct_first": "Rèn luyện HKI",
    "conduct_second": "Rèn luyện HKII",
    "absences_excused": "Nghỉ có phép",
    "absences_unexcused": "Nghỉ không phép",
    "award": "Khen thưởng khác",
    "remark": "Nhận xét chung",
}
LEVEL_NAMES = ("Chưa đạt", "Đạt", "Khá", "Tốt")
HOMEROOM = "Phần của giáo viên chủ nhiệm"


def mark_cell(*, subject_key: str, term: str, kind: str, ordinal: int) -> str:
    """Name a mark's cell: "Toán, Học kì I, ĐĐGtx 2"."""
    column = f"{KIND_NAMES[kind]} {ordinal}" if kind == "regular" else KIND_NAMES[kind]
    return f"{subject_names().get(subject_key, subject_key)}, {TERM_NAMES[term]}, {column}"


def remark_cell(*, subject_key: str) -> str:
    """Name a subject's remark."""
    return f"{subject_names().get(subject_key, subject_key)}, nhận xét"


def field_words(field: str, value: object) -> str:
    """Say a homeroom field's value: "Rèn luyện HKI: Tốt"."""
    label = FIELD_NAMES.get(field, field)
    if value is None or value == "":
        return f"{label}: trống"
    if field.startswith("conduct") and isinstance(value, int):
        return f"{label}: {LEVEL_NAMES[value]}"
    return f"{label}: {value}"
