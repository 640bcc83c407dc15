"""Khóa sổ in words: parts of the book, states of windows and of reopenings."""

from collections.abc import Mapping

from hocba.core.assessment.subjects import subject_names

TERM_NAMES: Mapping[str, str] = {"": "Cả năm", "HK1": "Học kì I", "HK2": "Học kì II"}
_WITHIN = {"HK1": "học kì I", "HK2": "học kì II"}
GROUP_NAMES: Mapping[str, str] = {
    "": "Mọi cột",
    "regular": "Điểm thường xuyên",
    "midterm": "Điểm giữa kì",
    "final": "Điểm cuối kì",
    "remark": "Nhận xét môn học",
    "homeroom": "Phần của giáo viên chủ nhiệm",
}
STATE_WORDS: Mapping[str, str] = {
    "open": "đang mở",
    "not_yet": "chưa tới đợt nhập",
    "closed": "đã hết đợt nhập",
    "locked": "đã khóa sổ",
}
STATE_BADGES: Mapping[str, str] = {
    "open": "passed",
    "not_yet": "none",
    "closed": "warn",
    "locked": "block",
}


def scope_words(*, term: str, grade: int, subject_key: str, column_group: str) -> str:
    """Name a part of the book: "Điểm cuối kì, Toán, khối 9, học kì I"."""
    parts = [
        GROUP_NAMES[column_group] if column_group else "",
        subject_names().get(subject_key, subject_key) if subject_key else "",
        f"khối {grade}" if grade else "",
        _WITHIN.get(term, ""),
    ]
    named = [part for part in parts if part]
    if not named:
        return "Toàn trường, cả năm"
    words = ", ".join(named)
    return words[0].upper() + words[1:]
