"""What the signing page says of itself: faults of the signer's own computer, never of the server.

The codes are those of `web/static/signing-bridge.js`, which knows no sentences.
"""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "bridge.blocked": "Trình duyệt đang chặn trang này gọi phần mềm ký trên máy. Bấm biểu tượng ở "
    "đầu ô địa chỉ, cho phép truy cập mạng cục bộ, rồi ký tiếp.",
    "bridge.cancelled": "Bạn đã hủy ở hộp nhập mã PIN. Học bạ này chưa được ký.",
    "bridge.no_answer": "Phần mềm ký ngắt kết nối khi chưa trả lời. Xem token còn cắm không, rồi "
    "ký tiếp.",
    "bridge.no_token": "Không đọc được chứng thư trên token. Cắm token, chờ đèn sáng, rồi ký tiếp.",
    "bridge.other_certificate": "Token vừa ký mang chứng thư khác với chứng thư đã duyệt. Chữ ký "
    "đó không được gửi đi. Cắm đúng token của bạn rồi ký tiếp.",
    "bridge.refused": "Token không ký: có thể token đã rút ra, mã PIN sai hoặc token bị khóa. Xem "
    "lại token rồi ký tiếp; hệ thống không tự thử lại mã PIN.",
    "bridge.repeated": "Ba chữ ký liền nhau không đúng nên đã dừng. Khởi động lại phần mềm ký rồi "
    "ký tiếp.",
    "bridge.timeout": "Phần mềm ký không trả lời trong thời gian cho phép. Xem có hộp nhập mã PIN "
    "nào đang bị che không, rồi ký tiếp.",
    "bridge.unreachable": "Không gọi được phần mềm ký trên máy này. Mở VGCA Sign Service rồi ký "
    "tiếp; nếu máy chưa cài, hãy nhờ cán bộ công nghệ thông tin của trường.",
    "bridge.unreadable": "Phần mềm ký trả lời không đúng khuôn dạng. Khởi động lại phần mềm ký rồi "
    "ký tiếp.",
    "desk.network": "Mất kết nối với hệ thống học bạ. Những gì đã ký vẫn còn. Xem lại mạng rồi ký "
    "tiếp.",
    "desk.server": "Hệ thống học bạ đang gặp sự cố. Những gì đã ký vẫn còn. Chờ ít phút rồi ký "
    "tiếp.",
    "desk.session_over": "Phiên làm việc đã hết. Tải lại trang, đăng nhập rồi ký tiếp; những gì đã "
    "ký vẫn còn.",
}
