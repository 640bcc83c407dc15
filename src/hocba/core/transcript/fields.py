"""Which field of the model is which element of the Ministry's XML: data, and nothing else.

Adopting the official secondary annex should change these tables and the schema, not the code.
Kinds: "text", "date" (dd/MM/yyyy), "instant" (YYYY-MM-DDThh:mm:ss+07:00), "int", "flag" (1/0).
An element is left out when its value is empty.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One element: its name, where the value lies (dotted path), its kind, whether it must be."""

    element: str
    path: str
    kind: str = "text"
    required: bool = True


GENERAL: tuple[Field, ...] = (
    Field("PHIEN_BAN", "format_version"),
    Field("THONG_TU", "regulation"),
    Field("MA_TRA_CUU_UUID", "lookup_uuid"),
    Field("MA_TRA_CUU_UUID_THAY_THE", "replaces_uuid", required=False),
    Field("TEN_NAM_HOC", "school_year"),
    Field("MA_SO_GIAO_DUC", "school.department_code"),
    Field("TEN_SO_GD", "school.department_name"),
    Field("MA_TRUONG", "school.code"),
    Field("TEN_TRUONG", "school.name"),
    Field("TEN_QUAN_HUYEN", "school.district", required=False),
    Field("TEN_XA_PHUONG", "school.ward"),
    Field("TEN_TINH_THANH_PHO", "school.province"),
    Field("MA_CAP_HOC", "school_level"),
    Field("SO_SO_DANG_BO", "student.register_number", required=False),
    Field("HO_VA_TEN", "student.full_name"),
    Field("SO_CCCD", "student.citizen_id"),
    Field("MA_HOC_SINH", "student.student_code"),
    Field("GIOI_TINH", "student.gender"),
    Field("NGAY_SINH", "student.birth_date", "date"),
    Field("NOI_SINH", "student.birth_place"),
    Field("QUE_QUAN", "student.home_town", required=False),
    Field("CHO_O_HIEN_NAY", "student.address"),
    Field("DAN_TOC", "student.ethnicity"),
    Field("QUOC_TICH", "student.nationality"),
    Field("DOI_TUONG", "student.priority_group", required=False),
    Field("HO_VA_TEN_CHA", "student.father_name", required=False),
    Field("HO_VA_TEN_ME", "student.mother_name", required=False),
    Field("HO_VA_TEN_NGUOI_GIAM_HO", "student.guardian_name", required=False),
    Field("CAN_NANG", "student.weight", required=False),
    Field("CHIEU_CAO", "student.height", required=False),
    Field("TONG_SO_BUOI_NGHI_CO_PHEP", "summary.absences_excused", "int"),
    Field("TONG_SO_BUOI_NGHI_KHONG_PHEP", "summary.absences_unexcused", "int"),
    Field("TEN_GIAM_HIEU_KY_HOC_BA", "principal.full_name"),
    Field("SO_CCCD_GIAM_HIEU_KY_HOC_BA", "principal.citizen_id"),
    Field("CHUC_VU_GIAM_HIEU_KY_HOC_BA", "principal.title"),
    Field("DIA_DANH_PHAT_HANH_HOC_BA", "issue_place"),
    Field("NGAY_TAO_HOC_BA", "created_at", "instant"),
    Field("NGAY_KY_PHAT_HANH_HOC_BA", "issue_date", "date"),
    Field("TEN_GIAO_VIEN_CHU_NHIEM", "homeroom_teacher.full_name"),
    Field("SO_CCCD_GIAO_VIEN_CHU_NHIEM", "homeroom_teacher.citizen_id"),
    Field("CHUC_VU_GIAO_VIEN_CHU_NHIEM", "homeroom_teacher.title"),
    Field("MA_KHOI", "grade", "int"),
    Field("TEN_LOP", "class_name"),
)

STUDY_STEP: tuple[Field, ...] = (
    Field("NAM_HOC", "school_year"),
    Field("TEN_LOP", "class_name"),
    Field("TEN_TRUONG", "school_name"),
    Field("NGAY_TRANG_THAI_CHUYEN_DEN", "arrival_date", "date", required=False),
)

SUBJECT_ROW: tuple[Field, ...] = (
    Field("MA_MON_HOC", "code"),
    Field("TEN_MON_HOC", "name"),
    Field("HINH_THUC_DANH_GIA", "form"),
    Field("KET_QUA_HKI", "first", required=False),
    Field("KET_QUA_HKII", "second", required=False),
    Field("KET_QUA_CA_NAM", "year", required=False),
    Field("KET_QUA_SAU_DANH_GIA_LAI", "reassessed", required=False),
    Field("NHAN_XET_GVBM", "remark", required=False),
    Field("TEN_GIAO_VIEN", "teacher.full_name"),
    Field("SO_CCCD_GIAO_VIEN", "teacher.citizen_id"),
    Field("CHUC_VU_GIAO_VIEN", "teacher.title"),
)

SUMMARY: tuple[Field, ...] = (
    Field("KET_QUA_REN_LUYEN_HKI", "conduct_first", required=False),
    Field("KET_QUA_REN_LUYEN_HKII", "conduct_second", required=False),
    Field("KET_QUA_REN_LUYEN_CA_NAM", "conduct_year", required=False),
    Field("KET_QUA_HOC_TAP_HKI", "learning_first", required=False),
    Field("KET_QUA_HOC_TAP_HKII", "learning_second", required=False),
    Field("KET_QUA_HOC_TAP_CA_NAM", "learning_year", required=False),
    Field("KET_QUA_REN_LUYEN_SAU_HE", "conduct_after_summer", required=False),
    Field("KET_QUA_HOC_TAP_SAU_DANH_GIA_LAI", "learning_after_reassessment", required=False),
    Field("DUOC_LEN_LOP", "promotion"),
    Field("DA_HOAN_THANH_CHUONG_TRINH_CAP_HOC", "completes_level", "flag", required=False),
    Field("NOI_DUNG_KHEN_THUONG", "award", required=False),
    Field("NOI_DUNG_KHEN_THUONG_DOT_XUAT", "other_award", required=False),
    Field("CHUNG_CHI", "certificates", required=False),
    Field("KET_QUA_CUOC_THI", "contests", required=False),
    Field("NHAN_XET_GVCN", "homeroom_remark", required=False),
)

PROMOTION_WORDS = {
    "promoted": "DUOC_LEN_LOP",
    "promoted_after_reassessment": "DUOC_LEN_LOP_SAU_DANH_GIA_LAI",
    "retained": "KHONG_DUOC_LEN_LOP",
    "pending": "CHO_DANH_GIA_LAI",
}
FORM_WORDS = {"scored": "DIEM_SO", "remark": "NHAN_XET"}
