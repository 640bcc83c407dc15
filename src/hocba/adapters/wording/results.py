"""Results in the words of lists and tables: decisions, what is left to do."""

from collections.abc import Mapping, Sequence

from hocba.core.assessment.results import Decision, PromotionResult, SummerAction

SCOPES: Mapping[str, str] = {"HK1": "Học kì I", "HK2": "Học kì II", "year": "Cả năm"}
INSIDE: Mapping[str, str] = {"HK1": "học kì I", "HK2": "học kì II", "year": "cả năm"}
"""The same within a sentence; numerals stay capitals."""
DECISIONS: Mapping[str, str] = {
    Decision.PROMOTED.value: "Được lên lớp",
    Decision.PROMOTED_AFTER_SUMMER.value: "Được lên lớp sau hè",
    Decision.PENDING.value: "Chờ kết quả trong hè",
    Decision.RETAINED.value: "Ở lại lớp",
    Decision.UNDETERMINED.value: "Chưa đủ căn cứ",
}
_COMPLETED: Mapping[str, str] = {
    Decision.PROMOTED.value: "Hoàn thành chương trình",
    Decision.PROMOTED_AFTER_SUMMER.value: "Hoàn thành chương trình sau hè",
    Decision.RETAINED.value: "Chưa hoàn thành chương trình",
}
BADGES: Mapping[str, str] = {
    Decision.PROMOTED.value: "passed",
    Decision.PROMOTED_AFTER_SUMMER.value: "passed",
    Decision.PENDING.value: "warn",
    Decision.RETAINED.value: "failed",
    Decision.UNDETERMINED.value: "none",
}
_REVIEW: Mapping[str, str] = {
    "head_decides": "Học sinh khuyết tật: người đứng đầu nhà trường quyết định (Điều 11, 12.4).",
    "adjustment_readings_differ": "Hai cách hiểu về điều chỉnh mức cho kết quả khác nhau. Hãy xem "
    "lại trước khi kết luận.",
    "reassessed_lower": "Kết quả đánh giá lại thấp hơn kết quả cả năm. Hãy kiểm tra lại.",
    "reassessed_above_the_floor": "Sau đánh giá lại, mức học tập trên Đạt. Hãy xem lại mức được "
    "ghi.",
    "manual_result": "Có môn mà kết quả cả năm do người có trách nhiệm xác định.",
}


def decision_words(promotion: PromotionResult, *, completes: bool | None = None) -> str:
    """Return the conclusion as a list shows it; a final grade completes the level or does not."""
    words = DECISIONS if completes is None else _COMPLETED
    return words[promotion.decision.value]


def actions_words(promotion: PromotionResult, *, names: Mapping[str, str]) -> str:
    """Return what the summer is for: subjects to be reassessed, training; "" for nothing."""
    parts: Sequence[str] = [
        f"đánh giá lại {', '.join(names.get(one, one) for one in promotion.reassess_subjects)}"
        if action is SummerAction.REASSESSMENT
        else "rèn luyện trong hè"
        for action in promotion.actions
    ]
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def review_sentence(code: str) -> str:
    """Return what a person has to look at before the result is used."""
    return _REVIEW[code]
