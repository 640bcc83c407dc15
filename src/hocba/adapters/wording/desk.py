"""Refusals of the signing desk in words; part of `refusals.SENTENCES`."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "issuing.no_stand_in": "Phần này không được ký thay.",
    "issuing.not_a_later_signer": "Bạn không ký phần sau người này trên học bạ đó.",
    "issuing.not_reviewed": "Hãy xem trước lớp này rồi mới ký.",
    "issuing.nothing_waits": "Không có học bạ nào đang chờ bạn ký ở các lớp này.",
    "issuing.other_head_named": "Học bạ này ghi tên hiệu trưởng khác. Hãy trả lại để lập lại.",
    "issuing.pages_unopened": "Còn học bạ phải mở ra xem trước khi ký.",
    "issuing.return_answer": "Hãy ghi đã sửa gì, hoặc vì sao giữ nguyên.",
    "issuing.return_nothing_chosen": "Hãy chọn ít nhất một học bạ để trả lại.",
    "issuing.return_reason": "Hãy ghi lí do trả lại.",
    "issuing.returned": "Học bạ này vừa được trả lại, không ký được nữa.",
    "issuing.review_outdated": "Học bạ đã đổi sau lúc bạn xem. Hãy xem lại rồi ký.",
    "issuing.session_too_large": "Một lượt ký có nhiều nhất %(limit)s phần. Hãy chọn ít lớp hơn.",
    "issuing.session_unknown": "Không có lượt ký này.",
    "issuing.stand_in_nothing_chosen": "Hãy chọn ít nhất một phần để ký thay.",
    "issuing.stand_in_reason": "Hãy ghi lí do ký thay.",
    "issuing.teacher_in_office": "Giáo viên này vẫn đang công tác ở trường, không ký thay được.",
    "issuing.two_slots": "Một người không được ký hai phần này của cùng một học bạ.",
}
