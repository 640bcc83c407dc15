"""Which field of the model is which element of the Ministry's XML: data, and nothing else.

Adopting the official secondary annex should change these tables and the schema, not the code.
Kinds: "text", "date" (dd/MM/yyyy), "instant" (YYYY-MM-DDThh:mm:ss+07:00), "int", and those of
`WORDS`, whose values the XML says in words of its own. An element is left out when its value is
empty. Labels are what people call the field, for findings and for changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DOCUMENT, DATA, SIGNATURE_AREA = "HOC_BA", "DU_LIEU_HOC_BA", "DANH_SACH_THONG_TIN_KY"
GENERAL_BLOCK, SUMMARY_BLOCK = "THONG_TIN_CHUNG", "TONG_KET"
STUDY_STEPS_BLOCK, STUDY_STEP_BLOCK = "QUA_TRINH_HOC_TAP", "QUA_TRINH"
SUBJECTS_BLOCK, SUBJECT_BLOCK = "BANG_DIEM", "DIEM_TONG_KET"

PROMOTION_WORDS: Mapping[Any, str] = {
    "promoted": "DUOC_LEN_LOP",
    "promoted_after_reassessment": "DUOC_LEN_LOP_SAU_DANH_GIA_LAI",
    "retained": "KHONG_DUOC_LEN_LOP",
    "pending": "CHO_DANH_GIA_LAI",
}
FORM_WORDS: Mapping[Any, str] = {"scored": "DIEM_SO", "remark": "NHAN_XET"}
FLAG_WORDS: Mapping[Any, str] = {True: "1", False: "0"}
WORDS = {"promotion": PROMOTION_WORDS, "form": FORM_WORDS, "flag": FLAG_WORDS}


@dataclass(frozen=True, slots=True)
class Field:
    """One element: its name, where the value lies (dotted path), its label and kind."""

    element: str
    path: str
    label: str
    kind: str = "text"
    required: bool = True


def _optional(element: str, path: str, label: str, kind: str = "text") -> Field:
    return Field(element, path, label, kind, required=False)


GENERAL: tuple[Field, ...] = (
    Field("PHIEN_BAN", "format_version", "phiên bản"),
    Field("THONG_TU", "regulation", "thông tư đánh giá"),
    Field("MA_TRA_CUU_UUID", "lookup_uuid", "mã tra cứu"),
    _optional("MA_TRA_CUU_UUID_THAY_THE", "replaces_uuid", "mã tra cứu của bản được thay thế"),
    Field("TEN_NAM_HOC", "school_year", "năm học"),
    Field("MA_SO_GIAO_DUC", "school.department_code", "mã sở giáo dục và đào tạo"),
    Field("TEN_SO_GD", "school.department_name", "tên sở giáo dục và đào tạo"),
    Field("MA_TRUONG", "school.code", "mã trường"),
    Field("TEN_TRUONG", "school.name", "tên trường"),
    _optional("TEN_QUAN_HUYEN", "school.district", "quận, huyện của trường"),
    Field("TEN_XA_PHUONG", "school.ward", "xã, phường của trường"),
    Field("TEN_TINH_THANH_PHO", "school.province", "tỉnh, thành phố của trường"),
    Field("MA_CAP_HOC", "school_level", "cấp học"),
    _optional("SO_SO_DANG_BO", "student.register_number", "số sổ đăng bộ"),
    Field("HO_VA_TEN", "student.full_name", "họ và tên học sinh"),
    Field("SO_CCCD", "student.citizen_id", "số định danh cá nhân của học sinh"),
    Field("MA_HOC_SINH", "student.student_code", "mã học sinh"),
    Field("GIOI_TINH", "student.gender", "giới tính"),
    Field("NGAY_SINH", "student.birth_date", "ngày sinh", "date"),
    Field("NOI_SINH", "student.birth_place", "nơi sinh"),
    _optional("QUE_QUAN", "student.home_town", "quê quán"),
    Field("CHO_O_HIEN_NAY", "student.address", "chỗ ở hiện nay"),
    Field("DAN_TOC", "student.ethnicity", "dân tộc"),
    Field("QUOC_TICH", "student.nationality", "quốc tịch"),
    _optional("DOI_TUONG", "student.priority_group", "đối tượng"),
    _optional("HO_VA_TEN_CHA", "student.father_name", "họ và tên cha"),
    _optional("HO_VA_TEN_ME", "student.mother_name", "họ và tên mẹ"),
    _optional("HO_VA_TEN_NGUOI_GIAM_HO", "student.guardian_name", "họ và tên người giám hộ"),
    _optional("CAN_NANG", "student.weight", "cân nặng"),
    _optional("CHIEU_CAO", "student.height", "chiều cao"),
    Field("TONG_SO_BUOI_NGHI_CO_PHEP", "summary.absences_excused", "số buổi nghỉ có phép", "int"),
    Field(
        "TONG_SO_BUOI_NGHI_KHONG_PHEP",
        "summary.absences_unexcused",
        "số buổi nghỉ không phép",
        "int",
    ),
    Field("TEN_GIAM_HIEU_KY_HOC_BA", "principal.full_name", "họ và tên người kí học bạ"),
    Field("SO_CCCD_GIAM_HIEU_KY_HOC_BA", "principal.citizen_id", "số định danh người kí học bạ"),
    Field("CHUC_VU_GIAM_HIEU_KY_HOC_BA", "principal.title", "chức vụ người kí học bạ"),
    Field("DIA_DANH_PHAT_HANH_HOC_BA", "issue_place", "địa danh phát hành"),
    Field("NGAY_TAO_HOC_BA", "created_at", "ngày tạo học bạ", "instant"),
    Field("NGAY_KY_PHAT_HANH_HOC_BA", "issue_date", "ngày kí phát hành", "date"),
    Field("TEN_GIAO_VIEN_CHU_NHIEM", "homeroom_teacher.full_name", "họ và tên giáo viên chủ nhiệm"),
    Field(
        "SO_CCCD_GIAO_VIEN_CHU_NHIEM",
        "homeroom_teacher.citizen_id",
        "số định danh giáo viên chủ nhiệm",
    ),
    Field("CHUC_VU_GIAO_VIEN_CHU_NHIEM", "homeroom_teacher.title", "chức vụ giáo viên chủ nhiệm"),
    Field("MA_KHOI", "grade", "khối", "int"),
    Field("TEN_LOP", "class_name", "lớp"),
    # The Ministry names the year twice; `canonical` refuses two that differ.
    Field("NAM_HOC", "school_year", "năm học"),
)

STUDY_STEP: tuple[Field, ...] = (
    Field("NAM_HOC", "school_year", "năm học"),
    Field("TEN_LOP", "class_name", "lớp"),
    Field("TEN_TRUONG", "school_name", "tên trường"),
    _optional("NGAY_TRANG_THAI_CHUYEN_DEN", "arrival_date", "ngày chuyển đến", "date"),
)

SUBJECT_ROW: tuple[Field, ...] = (
    Field("MA_MON_HOC", "code", "mã môn học"),
    Field("TEN_MON_HOC", "name", "tên môn học"),
    Field("HINH_THUC_DANH_GIA", "form", "hình thức đánh giá", "form"),
    _optional("KET_QUA_HKI", "first", "kết quả học kì I"),
    _optional("KET_QUA_HKII", "second", "kết quả học kì II"),
    _optional("KET_QUA_CA_NAM", "year", "kết quả cả năm"),
    _optional("KET_QUA_SAU_DANH_GIA_LAI", "reassessed", "kết quả sau đánh giá lại"),
    _optional("NHAN_XET_GVBM", "remark", "nhận xét của giáo viên bộ môn"),
    Field("TEN_GIAO_VIEN", "teacher.full_name", "họ và tên giáo viên"),
    Field("SO_CCCD_GIAO_VIEN", "teacher.citizen_id", "số định danh giáo viên"),
    Field("CHUC_VU_GIAO_VIEN", "teacher.title", "chức vụ giáo viên"),
)

SUMMARY: tuple[Field, ...] = (
    _optional("KET_QUA_REN_LUYEN_HKI", "conduct_first", "kết quả rèn luyện học kì I"),
    _optional("KET_QUA_REN_LUYEN_HKII", "conduct_second", "kết quả rèn luyện học kì II"),
    _optional("KET_QUA_REN_LUYEN_CA_NAM", "conduct_year", "kết quả rèn luyện cả năm"),
    _optional("KET_QUA_HOC_TAP_HKI", "learning_first", "kết quả học tập học kì I"),
    _optional("KET_QUA_HOC_TAP_HKII", "learning_second", "kết quả học tập học kì II"),
    _optional("KET_QUA_HOC_TAP_CA_NAM", "learning_year", "kết quả học tập cả năm"),
    _optional("KET_QUA_REN_LUYEN_SAU_HE", "conduct_after_summer", "mức rèn luyện sau hè"),
    _optional(
        "KET_QUA_HOC_TAP_SAU_DANH_GIA_LAI",
        "learning_after_reassessment",
        "mức học tập sau đánh giá lại",
    ),
    Field("DUOC_LEN_LOP", "promotion", "được lên lớp", "promotion"),
    _optional(
        "DA_HOAN_THANH_CHUONG_TRINH_CAP_HOC",
        "completes_level",
        "hoàn thành chương trình cấp học",
        "flag",
    ),
    _optional("NOI_DUNG_KHEN_THUONG", "award", "khen thưởng"),
    _optional("NOI_DUNG_KHEN_THUONG_DOT_XUAT", "other_award", "khen thưởng đột xuất"),
    _optional("CHUNG_CHI", "certificates", "chứng chỉ"),
    _optional("KET_QUA_CUOC_THI", "contests", "kết quả tham gia các cuộc thi"),
    _optional("NHAN_XET_GVCN", "homeroom_remark", "nhận xét của giáo viên chủ nhiệm"),
)
