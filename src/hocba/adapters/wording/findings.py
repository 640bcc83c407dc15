"""Findings in words: what is wrong in the source and how to mend it."""

from collections.abc import Mapping

from hocba.adapters.wording import Gettext, as_it_is
from hocba.core.assessment.findings import Finding

SENTENCES: Mapping[str, str] = {
    "absences.excused_missing": "Chưa ghi số buổi nghỉ có phép. Không nghỉ thì ghi 0.",
    "absences.number": "Số buổi nghỉ phải là số nguyên từ 0 (mong đợi: %(expected)s).",
    "absences.over_limit": "Nghỉ %(found)s buổi, quá %(expected)s buổi: không được lên lớp. "
    "Hãy kiểm tra lại số buổi.",
    "absences.unexcused_missing": "Chưa ghi số buổi nghỉ không phép. Không nghỉ thì ghi 0.",
    "assignment.form": "Hình thức đánh giá của môn này phải là “%(expected)s”.",
    "assignment.missing": "Môn %(found)s có bảng điểm nhưng chưa phân công giáo viên ở trang "
    "PhanCong.",
    "assignment.periods": "Số tiết/năm phải là số nguyên lớn hơn 0.",
    "assignment.twice": "Môn này được phân công hai lần. Hãy để lại một dòng.",
    "average.differs": "Tệp ghi %(found)s, tính từ điểm thành phần là %(expected)s. Hệ thống dùng "
    "giá trị tính được.",
    "average.missing": "Ô trung bình để trống. Hệ thống tính được %(expected)s.",
    "conduct.first_missing": "Chưa có kết quả rèn luyện học kì I.",
    "conduct.second_missing": "Chưa có kết quả rèn luyện học kì II.",
    "conduct.words": "“%(found)s” không phải một mức rèn luyện. Hãy ghi một trong: %(expected)s.",
    "mark.form": "“%(found)s” không đúng hình thức đánh giá của môn. Hãy ghi %(expected)s.",
    "mark.formula": "Ô này là công thức. Hãy thay bằng điểm giáo viên cho.",
    "mark.precision": "Điểm %(found)s có hơn một chữ số thập phân. Hãy làm tròn đến một chữ số.",
    "mark.range": "Điểm %(found)s nằm ngoài thang %(expected)s.",
    "mark.scale": "Điểm %(found)s nằm ngoài thang 10. Có phải %(expected)s?",
    "mark.words": "“%(found)s” không phải điểm. Hãy ghi %(expected)s, hoặc để trống nếu chưa có.",
    "marks.final_missing": "Thiếu điểm đánh giá cuối kì (%(found)s).",
    "marks.midterm_missing": "Thiếu điểm đánh giá giữa kì (%(found)s).",
    "marks.regular_missing": "Thiếu điểm đánh giá thường xuyên (%(found)s).",
    "marks.regular_surplus": "Thừa điểm đánh giá thường xuyên (%(found)s): môn này chỉ ghi "
    "%(expected)s điểm mỗi học kì.",
    "row.missing": "Học sinh không có dòng ở trang này.",
    "row.other_name": "Trang này ghi tên “%(found)s”, danh sách ghi “%(expected)s”.",
    "row.stranger": "Mã %(found)s không có trong danh sách lớp.",
    "row.twice": "Học sinh có hai dòng ở trang này. Hãy để lại một dòng.",
    "staff.citizen_id_form": "Số định danh của giáo viên phải có đúng 12 chữ số (%(found)s).",
    "staff.citizen_id_twice": "Số định danh này đã ghi cho %(expected)s (%(found)s).",
    "staff.missing": "Trang PhanCong chưa có dòng %(expected)s.",
    "staff.name_missing": "Chưa ghi tên giáo viên.",
    "student.address_missing": "Chưa ghi chỗ ở hiện nay.",
    "student.age": "Ngày sinh %(found)s không hợp với khối lớp.",
    "student.birth_date": "Ngày sinh “%(found)s” không đọc được. Hãy ghi dạng %(expected)s.",
    "student.birth_place_missing": "Chưa ghi nơi sinh.",
    "student.citizen_id_form": "Số định danh cá nhân “%(found)s” phải có đúng %(expected)s.",
    "student.citizen_id_missing": "Chưa có số định danh cá nhân (%(expected)s). Hãy bổ sung từ "
    "giấy khai sinh hoặc căn cước.",
    "student.citizen_id_other": "Số định danh %(found)s không hợp với giới tính và năm sinh (mong "
    "đợi %(expected)s).",
    "student.citizen_id_twice": "Số định danh %(found)s ghi cho hai học sinh.",
    "student.code_missing": "Chưa có mã học sinh.",
    "student.code_twice": "Mã học sinh %(found)s ghi cho hai học sinh.",
    "student.ethnicity_missing": "Chưa ghi dân tộc.",
    "student.gender": "Giới tính “%(found)s” không đọc được. Hãy ghi %(expected)s.",
    "student.left": "Học sinh đã rời lớp (%(found)s): không lập học bạ năm này ở đây.",
    "student.list_number": "Số thứ tự “%(found)s” phải là số nguyên.",
    "student.list_number_twice": "Số thứ tự %(found)s ghi cho hai học sinh.",
    "student.name_missing": "Chưa ghi họ và tên.",
    "transcript.birth_date": "Ngày sinh %(found)s không hợp với năm học.",
    "transcript.completion": "Xác nhận hoàn thành chương trình không khớp với kết luận cuối năm.",
    "transcript.issue_date": "Ngày phát hành %(found)s sớm hơn năm học.",
    "transcript.not_canonical": "Tệp không ở đúng dạng chuẩn.",
    "transcript.remark_year": "Mức cả năm của môn nhận xét phải bằng học kì II (%(found)s).",
    "transcript.schema": "Không đúng khuôn dạng học bạ (%(found)s).",
    "transcript.school_year": "Năm học %(found)s không đúng.",
    "transcript.subject_incomplete": "Môn %(found)s chưa đủ kết quả.",
    "transcript.subject_twice": "Môn %(found)s có hai dòng.",
    "transcript.summary_incomplete": "Phần tổng kết còn thiếu %(found)s.",
    "transcript.value_form": "Kết quả không đúng hình thức đánh giá của môn (%(found)s).",
    "workbook.bomb": "Tệp giải nén ra quá lớn (%(found)s). Hãy xuất lại từ phần mềm.",
    "workbook.column_twice": "Một cột điểm có hai lần trong cùng học kì.",
    "workbook.encrypted": "Tệp có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại.",
    "workbook.external_links": "Tệp liên kết tới tệp khác. Hãy dán giá trị rồi gửi lại.",
    "workbook.head": "Không đọc được “%(expected)s” ở đầu trang DanhSach (thấy: “%(found)s”).",
    "workbook.header_missing": "Không thấy cột “%(expected)s”. Hãy giữ nguyên dòng tiêu đề của tệp "
    "mẫu.",
    "workbook.level": "Bản này nhận sổ cấp %(expected)s; tệp ghi cấp “%(found)s”.",
    "workbook.macros": "Tệp có macro. Hãy lưu lại dạng .xlsx không macro.",
    "workbook.not_xlsx": "Đây không phải tệp .xlsx. Hãy lưu lại dạng “Sổ làm việc Excel (.xlsx)”.",
    "workbook.other_school": "Tệp của trường có mã %(found)s; trường này có mã %(expected)s.",
    "workbook.sheet_hidden": "Trang này đang ẩn. Hãy kiểm tra xem có dữ liệu cũ không.",
    "workbook.sheet_missing": "Thiếu trang “%(expected)s”.",
    "workbook.sheet_of_other": "Đầu trang này ghi “%(found)s”, trang DanhSach ghi “%(expected)s”.",
    "workbook.sheet_too_large": "Trang này quá lớn. Hãy xóa các dòng, cột thừa.",
    "workbook.staff_other_name": "Số định danh này là của %(expected)s; tệp ghi %(found)s.",
    "workbook.staff_unknown": "%(found)s chưa có tài khoản ở trường.",
    "workbook.subject_twice": "Môn %(found)s có hai trang.",
    "workbook.subject_unknown": "“%(found)s” không phải một môn của chương trình.",
    "workbook.too_large": "Tệp %(found)s lớn hơn giới hạn 20 MB.",
    "workbook.unreadable": "Không mở được tệp. Hãy mở bằng Excel và lưu lại dạng .xlsx.",
}
_FALLBACK = "Có chỗ cần xem lại: %(found)s"


def finding_sentence(finding: Finding, *, gettext: Gettext = as_it_is) -> str:
    """One sentence saying what is wrong and what to do."""
    text = gettext(SENTENCES.get(finding.code, _FALLBACK))
    return text % {"found": finding.found, "expected": finding.expected}
