"""Subjects by number, as claims on paper name them.

A QR code has no room for names. A number means the same subject for ever, whatever catalogue or
code the Ministry comes to use: this list grows at its end alone.
"""

from hocba.core.transcript.model import SubjectRow

SUBJECTS: tuple[tuple[str, str], ...] = (
    ("toan", "Toán"),
    ("ngu_van", "Ngữ văn"),
    ("ngoai_ngu_1", "Ngoại ngữ 1"),
    ("khoa_hoc_tu_nhien", "Khoa học tự nhiên"),
    ("lich_su_dia_li", "Lịch sử và Địa lí"),
    ("giao_duc_cong_dan", "Giáo dục công dân"),
    ("cong_nghe", "Công nghệ"),
    ("tin_hoc", "Tin học"),
    ("giao_duc_the_chat", "Giáo dục thể chất"),
    ("nghe_thuat", "Nghệ thuật"),
    ("giao_duc_dia_phuong", "Nội dung giáo dục của địa phương"),
    ("hoat_dong_trai_nghiem", "Hoạt động trải nghiệm, hướng nghiệp"),
    ("ngoai_ngu_2", "Ngoại ngữ 2"),
    ("tieng_dan_toc", "Tiếng dân tộc thiểu số"),
    ("lich_su", "Lịch sử"),
    ("dia_li", "Địa lí"),
    ("vat_li", "Vật lí"),
    ("hoa_hoc", "Hóa học"),
    ("sinh_hoc", "Sinh học"),
    ("giao_duc_kinh_te_phap_luat", "Giáo dục kinh tế và pháp luật"),
    ("giao_duc_quoc_phong", "Giáo dục quốc phòng và an ninh"),
    ("am_nhac", "Âm nhạc"),
    ("mi_thuat", "Mĩ thuật"),
    ("the_duc", "Thể dục"),
)
_NUMBERS = {key: number for number, (key, _) in enumerate(SUBJECTS)}


def number_of(row: SubjectRow) -> int | str:
    """Return the number of a row's subject, or its name when it has none."""
    return _NUMBERS.get(row.key, row.name)


def name_of(subject: int | str) -> str:
    """Return the name of a claimed subject; a number from a newer list stays a number."""
    if isinstance(subject, str):
        return subject
    return SUBJECTS[subject][1] if 0 <= subject < len(SUBJECTS) else str(subject)
