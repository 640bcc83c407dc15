"""Refusals about accounts, roles and signing in."""

from collections.abc import Mapping

ACCOUNT_SENTENCES: Mapping[str, str] = {
    "accounts.citizen_id_form": "Số định danh cá nhân phải có đúng 12 chữ số.",
    "accounts.citizen_id_taken": "Số định danh cá nhân này đã có tài khoản.",
    "accounts.delegation_days": "Ủy quyền phải có ngày bắt đầu từ hôm nay và ngày kết thúc trong "
    "vòng một năm sau đó.",
    "accounts.delegation_overlaps": "Người này đang được ủy quyền việc đó trong thời gian này.",
    "accounts.delegation_reason": "Hãy ghi lí do hoặc số quyết định.",
    "accounts.delegation_receiver": "Chỉ ủy quyền cho phó hiệu trưởng đương nhiệm của trường, "
    "không cho văn thư hay cán bộ công nghệ thông tin.",
    "accounts.last_factor": "Vai trò của bạn cần bước xác minh thứ hai. Hãy thêm cách khác trước "
    "khi bỏ cách này.",
    "accounts.own_account": "Không thể tự khóa tài khoản của mình.",
    "accounts.own_role": "Không thể tự giao vai trò cho mình.",
    "accounts.person_inactive": "Tài khoản này đã khóa.",
    "accounts.person_unknown": "Không có tài khoản này.",
    "accounts.provider_failed": "Nơi đăng nhập kia không xác nhận được bạn. Hãy thử lại, hoặc vào "
    "bằng mật khẩu.",
    "accounts.provider_stranger": "Chưa có tài khoản nào khớp với người vừa đăng nhập ở nơi kia. "
    "Hãy hỏi người quản lí tài khoản.",
    "accounts.role_already_ended": "Vai trò này đã kết thúc.",
    "accounts.role_ends_before_start": "Ngày kết thúc phải sau ngày bắt đầu.",
    "accounts.role_overlaps": "Người này đã giữ vai trò này trong thời gian đó.",
    "accounts.role_unknown": "Vai trò này không có trong danh mục.",
    "accounts.roles_conflict": "Hai vai trò này không được do một người giữ cùng lúc.",
    "accounts.secret_unreadable": "Khóa xác minh của tài khoản không đọc được. Hãy báo người vận "
    "hành hệ thống.",
    "accounts.sign_in_again": "Việc này cần đăng nhập lại trong năm phút vừa qua. Hãy đăng xuất, "
    "đăng nhập rồi làm lại.",
    "accounts.username_taken": "Tên đăng nhập này đã có người dùng.",
}
