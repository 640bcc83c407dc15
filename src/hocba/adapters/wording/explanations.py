"""Why a result is what it is, in one Vietnamese sentence or two, built from its explanation."""

from collections.abc import Callable, Mapping
from typing import Any

from hocba.core.assessment.explain import Explanation
from hocba.core.assessment.results import Decision, SummerAction

Names = Mapping[str, str]
_SCOPES = {"HK1": "học kì I", "HK2": "học kì II", "year": "cả năm"}
_DECISIONS = {
    Decision.PROMOTED.value: "được lên lớp",
    Decision.PROMOTED_AFTER_SUMMER.value: "được lên lớp sau đánh giá lại hoặc rèn luyện trong hè",
    Decision.PENDING.value: "chờ kết quả trong hè",
    Decision.RETAINED.value: "không được lên lớp",
    Decision.UNDETERMINED.value: "chưa đủ căn cứ để kết luận",
}
_ACTIONS = {
    SummerAction.TRAINING.value: "rèn luyện trong kì nghỉ hè",
    SummerAction.REASSESSMENT.value: "đánh giá lại môn học",
}


def why(explanation: Explanation, *, names: Names) -> str:
    """Return the sentence; `names` are subject names by key."""
    text = _SENTENCES[explanation.rule](explanation, names)
    return f"{text} ({explanation.clause})."


def shown(value: Any) -> str:
    """Write tenths with a comma, words as they stand."""
    if value is None:
        return "chưa có"
    return value if isinstance(value, str) else f"{value // 10},{value % 10}"


def _subject(explanation: Explanation, names: Names) -> tuple[str, str]:
    _, key, scope = explanation.about.split(".")
    return names.get(key, key), _SCOPES[scope]


def _given(one: Explanation, names: Names) -> str:
    name, scope = _subject(one, names)
    if one.rule == "carried":
        return f"{name}, {scope}: {shown(one.result)} do trường cũ ghi nhận"
    reason, approver = one.inputs["reason"], one.inputs["approver"]
    return f"{name}, {scope}: {shown(one.result)} do {approver} xác định, lí do: {reason}"


def _missing(one: Explanation) -> str:
    inputs = one.inputs
    taken = sum(mark is not None for mark in inputs["regular"])
    gaps = []
    if taken != inputs["required"] or None in inputs["regular"]:
        gaps.append(f"có {taken}/{inputs['required']} điểm đánh giá thường xuyên")
    for key, words in (("midterm", "giữa kì"), ("final", "cuối kì")):
        if inputs[key] is None and key not in inputs["missed"]:
            gaps.append(f"chưa có điểm {words}")
    if not inputs["topics_fit"] or None in inputs["topics"]:
        gaps.append("chưa đúng số điểm chuyên đề")
    return ", ".join(gaps)


def _term_average(one: Explanation, names: Names) -> str:
    name, scope = _subject(one, names)
    if one.result is None:
        return f"{name}, {scope}: chưa tính được trung bình vì {_missing(one)}"
    inputs = one.inputs
    regular = " + ".join(shown(mark) for mark in [*inputs["regular"], *inputs["topics"]])
    periodic = "".join(f" + 2 × {shown(mark)}" for mark in inputs["periodic"])
    midterm, final = inputs["midterm"] or 0, inputs["final"] or 0
    middle = "" if inputs["midterm"] is None and periodic else f" + 2 × {shown(midterm)}"
    text = f"{name}, {scope}: trung bình của {regular}{periodic}{middle} + 3 × {shown(final)}"
    text += f" theo hệ số là {shown(one.result)}"
    for change in one.changes:
        text += f"; điểm cuối kì từ {shown(change['to'])} mới được {shown(change['result'])}"
    return text


def _year_average(one: Explanation, names: Names) -> str:
    name, scope = _subject(one, names)
    first, second = one.inputs["first"], one.inputs["second"]
    if one.result is None:
        return f"{name}, {scope}: chưa tính được vì thiếu trung bình một học kì"
    return f"{name}, {scope}: ({shown(first)} + 2 × {shown(second)}) : 3 = {shown(one.result)}"


def _remark_term(one: Explanation, names: Names) -> str:
    name, scope = _subject(one, names)
    if one.result is None:
        return f"{name}, {scope}: chưa có kết quả vì {_missing(one).replace('điểm', 'lần')}"
    inputs = one.inputs
    marks = [*inputs["regular"], *inputs["topics"], inputs["midterm"], inputs["final"]]
    marks = [mark for mark in marks if mark is not None]
    passed = sum(mark == "Đ" for mark in marks)
    return f"{name}, {scope}: {passed}/{len(marks)} lần đánh giá Đạt nên kết quả là {one.result}"


def _remark_year(one: Explanation, names: Names) -> str:
    name, scope = _subject(one, names)
    return f"{name}, {scope}: lấy kết quả học kì II, {shown(one.result)}"


def _learning(one: Explanation, names: Names) -> str:
    scope = _SCOPES[one.about.split(".")[1]]
    base, final = one.result["base"], one.result["final"]
    if base is None:
        return f"Kết quả học tập {scope}: chưa đủ căn cứ vì còn môn chưa có kết quả"
    if final is None:
        return f"Kết quả học tập {scope}: học sinh khuyết tật, người đứng đầu nhà trường quyết định"
    text = f"Kết quả học tập {scope}: {final}"
    if one.result["average"] is not None:
        text += f", trung bình các môn {shown(one.result['average'])}"
    if one.deciding:
        value = shown(one.inputs["outcomes"][one.deciding])
        name = names.get(one.deciding, one.deciding)
        text += f"; theo điểm số là {base}, riêng môn {name} ({value}) kéo xuống nên được nâng"
        text += " một mức"
    if one.changes:
        nearest = one.changes[0]
        name = names.get(nearest["input"], nearest["input"])
        text += f"; nếu {name} đạt {shown(nearest['to'])} (đang {shown(nearest['from'])})"
        text += f" thì được mức {nearest['result']}"
    elif one.result["short_of"]:
        text += _short_of(one.result["short_of"], names)
    return text


def _short_of(gap: Mapping[str, Any], names: Names) -> str:
    """What the next level still asks."""
    parts = []
    if gap["below"]:
        below = ", ".join(names.get(key, key) for key in gap["below"])
        parts.append(f"mọi môn từ {shown(gap['every'])} (còn {below})")
    if gap["reached"] < gap["needed"]:
        need = f"ít nhất {gap['needed']} môn từ {shown(gap['counted'])}"
        parts.append(f"{need} (đang có {gap['reached']})")
    if gap["failed"]:
        failed = ", ".join(names.get(key, key) for key in gap["failed"])
        parts.append(f"các môn nhận xét Đạt (còn {failed})")
    return f"; để được mức {gap['level']} cần " + " và ".join(parts)


def _conduct(one: Explanation, _names: Names) -> str:
    if one.inputs["waiver"]:
        return f"Kết quả rèn luyện: không đánh giá, {one.inputs['waiver']}"
    if one.result is None:
        return "Kết quả rèn luyện cả năm: chưa đủ căn cứ"
    first, second = one.inputs["first"], one.inputs["second"]
    text = f"Kết quả rèn luyện cả năm: học kì I {shown(first)}, học kì II {shown(second)}"
    return f"{text} nên cả năm {one.result}"


def _promotion(one: Explanation, names: Names) -> str:
    result, inputs = one.result, one.inputs
    text = f"Kết luận: {_DECISIONS[result['decision']]}"
    if inputs["head_decided"] is not None:
        return f"{text}, do người đứng đầu nhà trường quyết định"
    text += f"; học tập {shown(inputs['learning'])}, rèn luyện {shown(inputs['conduct'])}"
    absences = inputs["absences"]
    text += f", nghỉ {'chưa ghi' if absences is None else absences} buổi"
    text += _after_summer(inputs)
    if result["actions"]:
        text += "; cần " + " và ".join(_ACTIONS[action] for action in result["actions"])
    if result["subjects"]:
        text += ": " + ", ".join(names.get(key, key) for key in result["subjects"])
    return text


def _after_summer(inputs: Mapping[str, Any]) -> str:
    """What the summer brought, once it is there."""
    text = ""
    if inputs["learning_after"] is not None:
        text += f"; sau đánh giá lại, học tập {inputs['learning_after']}"
    if inputs["conduct_after"] is not None:
        text += f"; sau rèn luyện trong hè, rèn luyện {inputs['conduct_after']}"
    return text


def _award(one: Explanation, _names: Names) -> str:
    learning, conduct = shown(one.inputs["learning"]), shown(one.inputs["conduct"])
    if one.result is None:
        return f"Danh hiệu: không có; học tập {learning}, rèn luyện {conduct}"
    return f"Danh hiệu: {one.result}; học tập {learning}, rèn luyện {conduct}"


_SENTENCES: Mapping[str, Callable[[Explanation, Names], str]] = {
    "carried": _given,
    "manual": _given,
    "term_average": _term_average,
    "remark_term": _remark_term,
    "year_average": _year_average,
    "remark_year": _remark_year,
    "learning": _learning,
    "conduct": _conduct,
    "promotion": _promotion,
    "award": _award,
}
