"""The set-up of a school year in words: kinds of workbooks, what is found, what a step does."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hocba.adapters.wording import Gettext, as_it_is

FINDINGS: Mapping[str, str] = {
    "setup.citizen_id_form": "Số định danh “%(found)s” không đủ 12 chữ số: em vẫn được nhập, số để "
    "trống và vào danh sách cần sửa.",
    "setup.citizen_id_mismatch": "Số định danh %(found)s không hợp giới tính hoặc năm sinh: em vẫn "
    "được nhập và vào danh sách cần sửa.",
    "setup.citizen_id_missing": "Chưa có số định danh: em vẫn được nhập và vào danh sách cần bổ "
    "sung.",
    "setup.citizen_id_taken": "Số định danh %(found)s đã thuộc học sinh khác: em vẫn được nhập, số "
    "để trống và vào danh sách cần sửa.",
    "setup.class_name": "Tên lớp “%(found)s” không hợp với cấp học của trường (ví dụ: "
    "%(expected)s).",
    "setup.class_other_grade": "Lớp này đã có ở khối %(expected)s; tệp ghi khối %(found)s.",
    "setup.class_unknown": "Trường chưa có lớp “%(found)s” trong năm học này. Hãy lập lớp trước.",
    "setup.date": "Ngày “%(found)s” không đọc được. Hãy ghi dạng ngày/tháng/năm.",
    "setup.electives_count": "Phải chọn đúng %(expected)s môn lựa chọn khác nhau; đang ghi "
    "%(found)s.",
    "setup.electives_date": "Em đã có tổ hợp môn. Để đổi, hãy ghi Từ ngày (%(expected)s).",
    "setup.homeroom_twice": "%(found)s đã chủ nhiệm lớp %(expected)s trong tệp này. Hãy xem lại.",
    "setup.leaves_before_joining": "Ngày rời lớp phải sau ngày vào lớp.",
    "setup.left_kept": "Em đã rời lớp ngày %(expected)s; ngày đó được giữ nguyên.",
    "setup.no_rows": "Bảng không có dòng nào (%(expected)s).",
    "setup.no_sheet": "Không thấy trang “%(expected)s”. Hãy dùng tệp mẫu và giữ dòng tiêu đề.",
    "setup.no_topics_there": "Không học được chuyên đề môn %(found)s: môn này không có chuyên đề "
    "hoặc em không học môn này.",
    "setup.not_elective": "%(found)s không phải môn lựa chọn.",
    "setup.number": "“%(found)s” không phải số nên được bỏ qua.",
    "setup.number_kept": "Em giữ số thứ tự %(expected)s; số %(found)s trong tệp không được dùng.",
    "setup.number_taken": "Số thứ tự %(found)s đã có người: em nhận số kế tiếp trong lớp.",
    "setup.other_year": "Tệp của năm học %(found)s; đang thiết lập năm học %(expected)s.",
    "setup.role_ends_before_start": "Đến ngày phải sau Từ ngày.",
    "setup.role_not_by_file": "Vai trò “%(found)s” không giao bằng tệp: hiệu trưởng hoặc quản trị "
    "giao riêng.",
    "setup.role_unknown": "Không hiểu vai trò “%(found)s”. Hãy ghi: Giáo viên bộ môn, Giáo viên "
    "chủ nhiệm.",
    "setup.sheet_ignored": "Trang “%(found)s” không đọc.",
    "setup.staff_twice": "Số định danh %(found)s có ở hai dòng. Hãy gộp thành một dòng.",
    "setup.student_elsewhere": "Học sinh %(found)s đang học ở một trường khác. Trường đó cần ghi "
    "ngày chuyển đi trước.",
    "setup.student_other_person": "Mã %(found)s thuộc một học sinh khác (họ tên hoặc ngày sinh "
    "không khớp). Hãy xem lại mã.",
    "setup.student_two_classes": "Học sinh %(found)s có ở hai lớp. Nếu chuyển lớp, hãy ghi Ngày "
    "rời lớp ở lớp cũ và Ngày vào lớp ở lớp mới.",
    "setup.student_unknown": "Không có học sinh mã “%(found)s” trong lớp này năm học này.",
    "setup.subject_unknown": "Không hiểu tên môn “%(found)s”. Hãy ghi như chương trình.",
    "setup.teacher_namesakes": "Có nhiều người tên %(found)s. Hãy ghi số định danh.",
    "setup.teacher_not_homeroom_teacher": "%(found)s chưa có vai trò Giáo viên chủ nhiệm ở trường.",
    "setup.teacher_not_subject_teacher": "%(found)s chưa có vai trò Giáo viên bộ môn ở trường.",
    "setup.teacher_unknown": "Trường chưa có giáo viên “%(found)s”. Hãy nhập danh sách nhân sự "
    "trước.",
    "setup.topics_count": "Phải chọn đúng %(expected)s cụm chuyên đề khác nhau; đang ghi "
    "%(found)s.",
    "setup.transfer_date": "Em đang ở lớp %(found)s. Để chuyển lớp, hãy ghi Ngày vào lớp mới "
    "(không trước ngày rời lớp cũ).",
    "setup.username_form": "Tên đăng nhập “%(found)s” phải có 3 đến 60 chữ thường không dấu, số, "
    "dấu chấm, gạch nối.",
    "setup.username_kept": "Người này đã có tên đăng nhập %(expected)s; tên đó được giữ.",
    "setup.username_taken": "Tên đăng nhập “%(found)s” đã có người dùng.",
}

REFUSALS: Mapping[str, str] = {
    "roster.already_left": "Học sinh này đã rời lớp.",
    "roster.assignment_confirmed": "Hiệu trưởng đã phân công người khác cho phần này. Hãy đề nghị "
    "hiệu trưởng đổi phân công, hoặc sửa tên giáo viên trong sổ.",
    "roster.was_there": "Học sinh đã từng ở lớp đó trong năm học này nên không vào lại được.",
    "setup.blocked": "Tệp còn %(rows)s dòng có lỗi chặn nên chưa ghi gì. Hãy sửa tệp rồi gửi lại.",
    "setup.changed_since_preview": "Dữ liệu của trường đã thay đổi từ lúc xem trước, hoặc bản xem "
    "trước không phải của tệp này. Chưa ghi gì. Hãy mở lại trang xem trước rồi xác nhận.",
    "setup.import_unknown": "Không có tệp này.",
    "setup.kind_unknown": "Không có loại tệp này.",
    "setup.nothing_to_do": "Tệp không làm thay đổi gì.",
    "setup.owner_elsewhere": "Người này không làm việc ở trường.",
    "setup.reason_missing": "Hãy nêu lí do.",
    "setup.state": "Tệp này không còn ở bước đó.",
    "setup.undo_built_on": "Không hoàn tác được: đã có dữ liệu dựa vào dòng %(place)s (điểm, lớp, "
    "phân công, đăng nhập). Chưa đổi gì.",
    "setup.undo_changed": "Không hoàn tác được: dòng %(place)s đã được sửa sau lần nhập này. Chưa "
    "đổi gì.",
    "setup.year_unknown": "Năm học phải có dạng 2024-2025.",
}

KINDS: Mapping[str, str] = {
    "lop": "Lớp",
    "hoc-sinh": "Học sinh",
    "nhan-su": "Nhân sự",
    "phan-cong": "Phân công",
    "mon-lua-chon": "Môn lựa chọn",
}

STATES: Mapping[str, str] = {
    "checked": "Chưa ghi",
    "waiting": "Chờ hiệu trưởng duyệt",
    "applied": "Đã ghi",
    "returned": "Hiệu trưởng trả lại",
    "undone": "Đã hoàn tác",
}

OUTCOMES: Mapping[str, str] = {
    "them": "Thêm",
    "doi": "Sửa",
    "giu": "Giữ nguyên",
    "chan": "Lỗi chặn",
}

FIELDS: Mapping[str, str] = {
    "address": "Chỗ ở hiện nay",
    "birth_date": "Ngày sinh",
    "birth_place": "Nơi sinh",
    "citizen_id": "Số định danh",
    "ethnicity": "Dân tộc",
    "father_name": "Họ tên cha",
    "full_name": "Họ và tên",
    "gender": "Giới tính",
    "mother_name": "Họ tên mẹ",
}

_TEACHING = "Phân công %(teacher)s, %(periods)s tiết"
_SENTENCES: Mapping[str, str] = {
    "class_added": "Lập lớp mới, khối %(grade)s",
    "student_added": "Học sinh mới",
    "enrolled": "Vào lớp, số thứ tự %(number)s",
    "joined": "Ngày vào lớp: %(day)s",
    "left": "Rời lớp %(class)s ngày %(day)s; số thứ tự giữ nguyên",
    "person_added": "Mở tài khoản %(username)s",
    "person_reopened": "Mở lại tài khoản",
    "role_granted": "Thêm vai trò %(role)s từ %(day)s",
    "role_ended": "Kết thúc vai trò %(role)s ngày %(day)s",
}


def step_sentences(
    act: str,
    key: Mapping[str, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    names: Mapping[str, str],
    gettext: Gettext = as_it_is,
) -> list[str]:
    """Say what one step does; `names` has the titles of roles and subjects by their keys."""
    if act == "particulars":
        fields = (name for name in before if name in FIELDS)
        return [
            f"{gettext(FIELDS[name])}: {_shown(before[name]) or '—'} → {_shown(after[name])}"
            for name in fields
        ]
    if act in ("assigned", "homeroom"):
        return [_assignment(act, before, after, gettext)]
    if act == "choices":
        return _choices(before, after, names, gettext)
    days = (after.get(name) for name in ("joined_date", "left_date", "valid_to", "valid_from"))
    role = str(key.get("role", ""))
    first = after.get("valid_from") if act == "role_granted" else next(filter(None, days), "")
    values = {
        "grade": after.get("grade", ""),
        "number": after.get("list_number", ""),
        "username": after.get("username", ""),
        "class": key.get("class", ""),
        "role": names.get(role, role),
        "day": _shown(first),
    }
    sentence = gettext(_SENTENCES[act]) % values
    if act == "enrolled" and after.get("joined_date"):
        sentence += f" ({gettext('từ')} {_shown(after['joined_date'])})"
    if act == "enrolled" and after.get("left_date"):
        sentence += f" ({gettext('rời lớp')} {_shown(after['left_date'])})"
    return [sentence]


def _assignment(
    act: str, before: Mapping[str, Any], after: Mapping[str, Any], gettext: Gettext
) -> str:
    values = {"teacher": after["teacher_name"], "periods": after.get("periods", "")}
    text = _TEACHING if act == "assigned" else "Chủ nhiệm: %(teacher)s"
    sentence = gettext(text) % values
    if before and before["teacher"] != after["teacher"]:
        sentence += f" ({gettext('thay')} {before['teacher_name']})"
    elif before and before.get("periods", "") == after.get("periods", ""):
        sentence += f" ({gettext('đang dạy, chưa được duyệt')})"
    return sentence


def _choices(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    names: Mapping[str, str],
    gettext: Gettext,
) -> list[str]:
    lines = []
    for kind, title in (("elective", "Môn lựa chọn"), ("topic", "Chuyên đề")):
        new = ", ".join(names.get(key, key) for key in after.get(kind, ()))
        old = ", ".join(names.get(key, key) for key in before.get(kind, ()))
        if new != old:
            lines.append(
                f"{gettext(title)}: {new}" + (f" ({gettext('thay')} {old})" if old else "")
            )
    return [*lines, f"{gettext('Từ ngày')} {_shown(after['from_date'])}"]


def _shown(value: Any) -> str:
    """ISO days as people write them; everything else as it stands."""
    try:
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    except (TypeError, ValueError):
        return str(value or "")
