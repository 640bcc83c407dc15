"""Claims on paper in words."""

from collections.abc import Mapping

from hocba.core.verification import VerdictWord

GENUINE = "Mã có do cổng học bạ số ký không?"
FIELDS: Mapping[str, str] = {
    "full_name": "Họ và tên",
    "birth_date": "Ngày sinh",
    "student_code": "Mã học sinh",
    "lookup_start": "Mã tra cứu bắt đầu bằng",
    "school": "Trường",
    "school_year": "Năm học",
    "class_name": "Lớp",
    "learning": "Kết quả học tập",
    "learning_again": "Học tập sau đánh giá lại",
    "conduct": "Kết quả rèn luyện",
    "conduct_again": "Rèn luyện sau hè",
    "promotion": "Lên lớp",
    "index": "Vị trí trong nhật ký",
    "document_sha256": "SHA-256 của tệp XML",
}
_SENTENCES: Mapping[VerdictWord, str] = {
    VerdictWord.VALID: "Mã do cổng ký, học bạ đang có hiệu lực. Bản in đúng khi mọi dòng dưới đây "
    "khớp với giấy.",
    VerdictWord.REPLACED: "Nhà trường đã phát hành bản khác thay cho bản này. Hãy đòi bản mới.",
    VerdictWord.RECALLED: "Nhà trường đã thu hồi bản này. Bản này không còn giá trị sử dụng.",
    VerdictWord.NOT_OF_SCHOOL: "Mã này không do cổng học bạ số ký, hoặc đã bị sửa.",
    VerdictWord.UNCHECKED: "Chưa đủ căn cứ để kết luận. Xem lí do bên dưới.",
}
_PROMOTIONS: Mapping[str, str] = {
    "promoted": "Được lên lớp",
    "promoted_after_reassessment": "Được lên lớp sau đánh giá lại hoặc rèn luyện trong hè",
    "retained": "Không được lên lớp",
    "pending": "Chờ đánh giá lại môn học hoặc rèn luyện trong hè",
}


def claim_sentence(word: VerdictWord) -> str:
    """What the word means for who holds the paper."""
    return _SENTENCES[word]


def promotion_words(promotion: str) -> str:
    """Được lên lớp, …"""
    return _PROMOTIONS[promotion]
