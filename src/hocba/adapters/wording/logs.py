"""What is wrong or odd in a log, in words."""

from collections.abc import Mapping

from hocba.adapters.wording.refusals import SENTENCES as REFUSALS
from hocba.adapters.wording.verdicts import REASONS

SENTENCES: Mapping[str, str] = {
    "ledger.beyond_head": "Cơ sở dữ liệu có mục nằm ngoài số mục đã đếm.",
    "ledger.entry_lost": "Mục đã công bố không còn trong cơ sở dữ liệu; tệp của mục cũng không "
    "còn.",
    "ledger.entry_lost_bytes_kept": "Mục đã công bố không còn trong cơ sở dữ liệu; tệp của mục vẫn "
    "còn trong kho.",
    "ledger.file_late": "Tệp điểm chốt cũ hơn điểm chốt đã ký. Hãy chạy manage publish_log.",
    "ledger.version_missing": "Mục phát hành không có bản đã phát hành đi kèm.",
    "ledger.version_without_entry": "Bản đã phát hành không có mục nhật ký khớp với nó.",
    "log.checkpoint": "Điểm chốt không có chữ ký của khóa nhật ký đã biết.",
    "log.entries": "Gói mục không đủ số mục, hoặc không đọc được.",
    "log.forked": "Nhật ký không còn chứa phần đã thấy lần trước: lịch sử đã bị viết lại.",
    "log.other_log": "Đây là nhật ký khác với lần trước.",
    "log.rolled_back": "Nhật ký ngắn hơn lần trước: đã bị lùi lại.",
    "log.root": "Gốc tính lại từ các mục khác với gốc đã ký.",
    "log.tile": "Mảnh nhật ký không khớp với phần bên dưới nó.",
    "log.time_backwards": "Mục ghi thời điểm sớm hơn mục đứng trước.",
    "log.two_heads": "Nhật ký có hai điểm chốt khác nhau cho cùng số mục.",
    "log.witnesses": "Điểm chốt chưa có đủ nhân chứng.",
}


def difference_sentence(code: str) -> str:
    """One sentence for what differs; a refusal's or a verdict's own words where it is one."""
    return SENTENCES.get(code) or REFUSALS.get(code) or REASONS.get(code) or code
