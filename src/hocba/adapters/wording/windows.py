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
SHORT_STATES: Mapping[str, str] = {
    "open": "mở",
    "not_yet": "chưa tới",
    "closed": "hết đợt",
    "locked": "khóa",
}
SHORT_GROUPS: Mapping[str, str] = {
    "regular": "Thường xuyên",
    "midterm": "Giữa kì",
    "final": "Cuối kì",
    "homeroom": "Chủ nhiệm",
    "remark": "Nhận xét",
}
SHORT_TERMS: Mapping[str, str] = {"": "cả năm", "HK1": "HKI", "HK2": "HKII"}
STATE_BADGES: Mapping[str, str] = {
    "open": "passed",
    "not_yet": "none",
    "closed": "warn",
    "locked": "block",
}

REOPENING_WORDS: Mapping[str, str] = {
    "requested": "Chờ hiệu trưởng duyệt",
    "endorsed": "Chờ cấp trên duyệt",
    "open": "Đang mở",
    "refused": "Bị từ chối",
    "withdrawn": "Đã rút",
    "closed": "Đã đóng lại",
    "expired": "Đã hết hạn, tự đóng",
}
REOPENING_BADGES: Mapping[str, str] = {
    "requested": "warn",
    "endorsed": "warn",
    "open": "passed",
    "refused": "block",
    "withdrawn": "none",
    "closed": "none",
    "expired": "none",
}
EVENT_WORDS: Mapping[str, str] = {
    "gradebook.window_set": "Đặt đợt nhập",
    "gradebook.window_changed": "Đổi ngày",
    "gradebook.book_locked": "Khóa sổ",
    "gradebook.reopening_asked": "Gửi đề nghị",
    "gradebook.reopening_endorsed": "Hiệu trưởng đồng ý, chuyển cấp trên",
    "gradebook.reopening_granted": "Duyệt, mở khóa",
    "gradebook.reopening_refused": "Từ chối",
    "gradebook.reopening_withdrawn": "Rút đề nghị",
    "gradebook.reopening_closed": "Đóng lại",
    "gradebook.reopening_expired": "Hết hạn, tự đóng",
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
