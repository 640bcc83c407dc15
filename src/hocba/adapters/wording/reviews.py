"""A review before signing in words: why a page must be opened, how results are spread."""

from collections.abc import Mapping

from hocba.adapters.wording import Gettext, as_it_is

REASONS: Mapping[str, str] = {
    "changed": "Khác lần bạn xem trước",
    "returned": "Lập lại sau khi được trả lại",
    "signal": "Sổ điểm có dấu hiệu cần xem",
    "missing": "Còn phần để trống",
    "sample": "Lấy mẫu",
}
TITLES: Mapping[str, str] = {
    "learning": "Kết quả học tập",
    "conduct": "Kết quả rèn luyện",
    "promotion": "Kết luận cuối năm",
    "award": "Khen thưởng",
}
MISSING: Mapping[str, str] = {
    "remark": "thiếu nhận xét môn học",
    "year_result": "chưa có kết quả cả năm ở một môn",
    "homeroom_remark": "thiếu nhận xét của giáo viên chủ nhiệm",
    "pending": "chưa kết luận lên lớp",
}
PROMOTIONS: Mapping[str, str] = {
    "promoted": "Được lên lớp",
    "promoted_after_reassessment": "Được lên lớp sau đánh giá lại hoặc rèn luyện trong hè",
    "retained": "Không được lên lớp",
    "pending": "Chưa kết luận",
}


def spread_title(title: str, *, gettext: Gettext = as_it_is) -> str:
    """Name what is counted; a subject's name stands as it is."""
    return gettext(TITLES.get(title, title))


def spread_value(title: str, value: str, *, gettext: Gettext = as_it_is) -> str:
    """Word one counted value: a level as it is, a conclusion, a band of averages like "6,5–7,9"."""
    if title == "promotion":
        return gettext(PROMOTIONS.get(value, value))
    lower, dash, upper = value.partition("-")
    if dash and lower.isdecimal() and upper.isdecimal():
        return f"{_mark(lower)}–{_mark(upper)}"
    return value or "—"


def _mark(tenths: str) -> str:
    whole, tenth = divmod(int(tenths), 10)
    return f"{whole},{tenth}"
