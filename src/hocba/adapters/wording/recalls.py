"""Requests, their steps and their notices in words."""

from collections.abc import Mapping

from hocba.adapters.wording import Gettext, as_it_is
from hocba.core.registry.entry import EntryKind
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.registry.procedures import (
    AskedUnit,
    LockPeriod,
    RequestEvent,
    RequestKind,
    RequestState,
)

KINDS: Mapping[RequestKind, str] = {
    RequestKind.RECALL_AND_REPLACE: "Thu hồi và phát hành bản thay thế",
    RequestKind.RECALL_ONLY: "Thu hồi, không thay thế",
    RequestKind.CIVIL_STATUS: "Ghi thay đổi hộ tịch",
    RequestKind.COURT_SEAL: "Niêm phong theo quyết định",
    RequestKind.COURT_UNSEAL: "Gỡ niêm phong theo quyết định",
}
REASONS: Mapping[str, str] = {
    "wrong_mark": "Sai điểm hoặc mức đánh giá",
    "wrong_particulars": "Sai thông tin học sinh",
    "wrong_form": "Sai mẫu hoặc sai quy định",
    "issued_by_mistake": "Phát hành nhầm",
    "issued_twice": "Phát hành trùng",
    "civil_status": "Quyết định thay đổi, cải chính hộ tịch",
    "court_order": "Quyết định của tòa án, cơ quan có thẩm quyền",
    "other": "Lí do khác",
}
STATES: Mapping[RequestState, str] = {
    RequestState.REQUESTED: "Đang xét",
    RequestState.APPROVED: "Đã duyệt",
    RequestState.REFUSED: "Bị từ chối",
    RequestState.WITHDRAWN: "Đã rút",
    RequestState.EXECUTED: "Đã thực hiện",
    RequestState.REPLACED: "Đã có bản thay thế",
}
EVENTS: Mapping[RequestEvent, str] = {
    RequestEvent.APPROVE: "Duyệt",
    RequestEvent.COMPLETE: "Duyệt, đủ các bước",
    RequestEvent.REFUSE: "Từ chối",
    RequestEvent.WITHDRAW: "Rút đề nghị",
    RequestEvent.EXECUTE: "Ghi vào nhật ký",
    RequestEvent.REPLACE: "Phát hành bản thay thế",
}
UNITS: Mapping[AskedUnit, str] = {
    AskedUnit.SCHOOL: "Hiệu trưởng duyệt",
    AskedUnit.MANAGING: "Cấp quản lý duyệt",
    AskedUnit.DEPARTMENT: "Sở duyệt",
    AskedUnit.MINISTRY: "Quyết định của Bộ",
}
PERIODS: Mapping[LockPeriod, str] = {
    LockPeriod.BEFORE_LOCK: "Chưa chốt năm học",
    LockPeriod.AFTER_FIRST_LOCK: "Sau hạn chốt 30/06",
    LockPeriod.AFTER_SECOND_LOCK: "Sau hạn chốt 15/08",
}
LIVES: Mapping[TranscriptState, str] = {
    TranscriptState.UNKNOWN: "Chưa phát hành",
    TranscriptState.IN_FORCE: "Đang có hiệu lực",
    TranscriptState.RECALLED: "Đã thu hồi",
    TranscriptState.REPLACED: "Đã thay thế",
    TranscriptState.COURT_SEALED: "Đang niêm phong",
}
_SCOPES = {"HK1": "học kì I", "HK2": "học kì II", "year": "cả năm"}
_FACTS = {
    "conduct": "Kết quả rèn luyện cả năm",
    "promotion": "Kết luận lên lớp",
    "award": "Danh hiệu",
    "completes_level": "Hoàn thành chương trình cấp học",
}
_VALUES = {
    "promoted": "được lên lớp",
    "promoted_after_reassessment": "được lên lớp sau đánh giá lại hoặc rèn luyện trong hè",
    "retained": "không được lên lớp",
    "pending": "chờ kết quả trong hè",
    "undetermined": "chưa đủ căn cứ",
    "": "không có",
}
_SUBJECTS = {
    EntryKind.RECALLED.value: "Học bạ bạn đã nhận bị thu hồi",
    EntryKind.REPLACED.value: "Học bạ bạn đã nhận có bản thay thế",
}


def effect_name(about: str, *, names: Mapping[str, str], gettext: Gettext = as_it_is) -> str:
    """Name a result as people do: "Toán: trung bình học kì I"; `names` are subjects by key."""
    if about in _FACTS:
        return gettext(_FACTS[about])
    head, *rest = about.split(".")
    if head == "learning":
        return f"{gettext('Kết quả học tập')} {gettext(_SCOPES[rest[0]])}"
    return f"{names.get(rest[0], rest[0])}: {gettext('trung bình')} {gettext(_SCOPES[rest[1]])}"


def value_word(value: str, *, gettext: Gettext = as_it_is) -> str:
    """Return a stored value of an effect in words."""
    return gettext(_VALUES[value]) if value in _VALUES else value


def notice_subject(kind: str) -> str:
    """Return the subject line of a notice."""
    return _SUBJECTS[kind]


def notice_body(kind: str, facts: Mapping[str, object]) -> str:
    """Return the notice's text; it names the file by its digest and nobody by name."""
    lines = [
        f"{_SUBJECTS[kind]}.",
        "",
        f"SHA-256 của tệp đã nhận: {facts['document_sha256']}",
        f"Lần nhận: {facts['reference']}",
        f"Mục nhật ký công khai: {facts['log_index']}",
    ]
    if facts.get("replaced_by"):
        lines += [
            f"Dấu của bản thay thế trong nhật ký: {facts['replaced_by']}",
            "",
            "Hãy xin bản mới từ học sinh hoặc nhà trường và kiểm tra bản mới trước khi dùng.",
        ]
    else:
        lines += ["", "Bản này không còn giá trị sử dụng. Nếu có bản thay thế, bạn sẽ được báo."]
    return "\n".join(lines)
