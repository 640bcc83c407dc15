"""Signals over changed marks in words: what was seen, with its figures. A signal is no verdict."""

from collections.abc import Mapping

from hocba.adapters.wording import Gettext, as_it_is

TITLES: Mapping[str, str] = {
    "signal.volume": "Sửa nhiều trong một ngày",
    "signal.hour": "Sửa vào ban đêm",
    "signal.direction": "Sửa gần như chỉ theo một hướng",
    "signal.threshold": "Trung bình môn vừa vượt một ngưỡng",
    "signal.after_lock": "Sửa sau khi sổ đã đóng",
}
_SENTENCES: Mapping[str, str] = {
    "signal.volume": "%(actor)s sửa %(changes)s điểm đã có trong ngày %(day)s.",
    "signal.hour": "%(actor)s sửa %(changes)s điểm đã có trong khoảng từ %(night_from)s giờ đến "
    "%(night_until)s giờ sáng.",
    "signal.direction": "%(same)s trong %(changes)s lần sửa của %(actor)s đều %(direction)s.",
    "signal.threshold": "Sau lần sửa của %(actor)s, trung bình môn học kì từ %(before)s thành "
    "%(after)s, vừa qua ngưỡng %(threshold)s.",
    "signal.after_lock": "%(actor)s sửa %(changes)s điểm sau khi sổ đã đóng, theo mở khóa hoặc đề "
    "nghị đã duyệt.",
}
_DIRECTIONS = {"up": "tăng", "down": "giảm"}
_TENTHS = ("before", "after", "threshold")


def signal_sentence(
    code: str, figures: Mapping[str, int | str], *, actor: str, gettext: Gettext = as_it_is
) -> str:
    """Say one signal; `actor` is the name of the person whose key the figures carry."""
    values: dict[str, int | str] = {**figures, "actor": actor}
    for name in _TENTHS:
        value = values.get(name)
        if isinstance(value, int):
            values[name] = f"{value // 10},{value % 10}"
    if "direction" in values:
        values["direction"] = _DIRECTIONS[str(values["direction"])]
    if "day" in values:
        values["day"] = "/".join(reversed(str(values["day"]).split("-")))
    return gettext(_SENTENCES[code]) % values
