"""A transcript's life in words for the public: what happened, and why in general words only."""

from collections.abc import Mapping

from hocba.adapters.wording import Gettext, as_it_is
from hocba.core.registry.entry import EntryKind

KINDS: Mapping[EntryKind, str] = {
    EntryKind.ISSUED: "Phát hành",
    EntryKind.RECALLED: "Thu hồi",
    EntryKind.REPLACED: "Thay thế bằng bản mới",
    EntryKind.CIVIL_STATUS: "Ghi thay đổi hộ tịch",
    EntryKind.COURT_SEALED: "Niêm phong",
    EntryKind.COURT_UNSEALED: "Gỡ niêm phong",
}
REASONS: Mapping[str, str] = {
    "wrong_mark": "Có điểm hoặc mức đánh giá ghi sai.",
    "wrong_particulars": "Có thông tin của học sinh ghi sai.",
    "wrong_form": "Bản này sai mẫu hoặc sai quy định.",
    "issued_by_mistake": "Bản này được phát hành nhầm.",
    "issued_twice": "Bản này bị phát hành trùng.",
    "civil_status": "Theo quyết định về hộ tịch.",
    "court_order": "Theo quyết định của cơ quan có thẩm quyền.",
    "other": "Theo quyết định của nhà trường và cấp quản lí.",
}


def event_word(kind: EntryKind, *, gettext: Gettext = as_it_is) -> str:
    """What happened."""
    return gettext(KINDS[kind])


def reason_words(code: str, *, gettext: Gettext = as_it_is) -> str:
    """Why, in general words; nothing for an event without a recorded reason."""
    return gettext(REASONS.get(code, REASONS["other"])) if code else ""


def msgids() -> tuple[str, ...]:
    """All texts of this module, for the catalogue test."""
    return (*KINDS.values(), *REASONS.values())
