"""Refusals after the issue, in words: recall, telling recipients, printing, reading paper."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "delivery.channel": "Cách báo tin phải là email hoặc webhook có địa chỉ, hoặc không báo.",
    "print.gone": "Tệp của yêu cầu này không còn (giữ 7 ngày). Hãy yêu cầu lại.",
    "print.kind_unknown": "Hãy chọn loại tệp trong danh sách.",
    "print.not_yours": "Tệp này không mang dấu của trường và của yêu cầu, nên không được giao. "
    "Hãy yêu cầu lại và báo người quản trị.",
    "print.nothing": "Không có học sinh nào trong phạm vi này.",
    "print.too_many": "Bạn đang có 5 yêu cầu chưa xong. Hãy đợi xong rồi yêu cầu tiếp.",
    "print.unfinished": "Yêu cầu này chưa xong, hoặc không có tệp nào làm được.",
    "qr.image_too_large": "Ảnh quá lớn. Hãy chụp riêng vùng có mã QR.",
    "qr.image_unreadable": "Không đọc được ảnh này (cần PNG hoặc JPEG nguyên vẹn).",
    "qr.not_found": "Không thấy mã QR nào trong ảnh. Hãy chụp lại: đủ sáng, thẳng, rõ nét.",
    "recall.already_approved": "Bước này vừa được người khác duyệt.",
    "recall.asker_role": "Vai trò của bạn ở trường không được lập đề nghị loại này.",
    "recall.decision_missing": "Hãy ghi số quyết định của Bộ và kèm tệp quyết định.",
    "recall.evidence_count": "Chỉ kèm tối đa %(limit)s tệp.",
    "recall.evidence_missing": "Đề nghị này phải kèm tệp minh chứng (biên bản, quyết định).",
    "recall.evidence_size": "Mỗi tệp minh chứng phải có nội dung và không quá %(limit)s MB.",
    "recall.evidence_type": "Tệp minh chứng phải là PDF, PNG hoặc JPEG.",
    "recall.key_reused": "Đề nghị này đã gửi với nội dung khác. Hãy mở lại trang và lập đề nghị "
    "mới.",
    "recall.mass_unknown": "Không có đợt thu hồi này.",
    "recall.more_approvals_due": "Đã qua hạn chốt hoặc đã báo cáo Bộ: cần duyệt thêm bước.",
    "recall.no_managing_unit": "Không tìm thấy cấp quản lý đang hoạt động của trường. Hãy báo Sở.",
    "recall.no_procedure": "Chưa có quy trình cho loại đề nghị và thời điểm này.",
    "recall.not_in_force": "Học bạ không ở tình trạng cho phép đề nghị này (đã thu hồi, đã thay "
    "thế hoặc đang niêm phong).",
    "recall.not_your_turn": "Chưa tới lượt duyệt của bước này.",
    "recall.nothing_affected": "Không có học bạ nào đang có hiệu lực trong phạm vi này.",
    "recall.nothing_to_correct": "Loại đề nghị này không kèm điểm cần sửa.",
    "recall.open_request": "Học bạ này đã có một đề nghị đang xem xét.",
    "recall.own_request": "Không thể tự duyệt đề nghị của mình.",
    "recall.person_twice": "Bạn đã duyệt đề nghị này ở bước khác. Cần người khác duyệt.",
    "recall.reason_length": "Hãy nêu lí do, từ 10 đến 500 kí tự.",
    "recall.reason_unknown": "Hãy chọn lí do trong danh sách.",
    "recall.transcript_unknown": "Không có học bạ đã phát hành này.",
    "recall.unit_twice": "Đơn vị của bạn đã duyệt đề nghị này. Cần đơn vị khác duyệt.",
    "recall.wrong_state": "Đề nghị không còn ở bước này.",
}
