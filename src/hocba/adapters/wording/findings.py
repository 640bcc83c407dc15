"""Findings in words: what is wrong in the source and how to mend it.

One sentence for each code raised by `adapters.spreadsheets`, `core.assessment.completeness`, the
gradebook and the lint; `found` and `expected` are shown as they stand.
"""

from collections.abc import Mapping

from hocba.adapters.wording import Gettext, as_it_is
from hocba.adapters.wording.refusals import SENTENCES as REFUSALS
from hocba.adapters.wording.setups import FINDINGS as SETUP
from hocba.core.assessment.findings import Finding

FILE: Mapping[str, str] = {
    "workbook.bomb": "Tệp giải nén ra lớn bất thường (%(found)s). Hãy xuất lại từ phần mềm, hoặc "
    "chép dữ liệu sang một tệp mới.",
    "workbook.embedded_objects": "Tệp có đối tượng nhúng (%(found)s). Hãy xóa đối tượng đó rồi gửi "
    "lại.",
    "workbook.empty_file": "Tệp rỗng. Hãy xuất lại từ phần mềm hoặc Excel.",
    "workbook.encrypted": "Tệp có mật khẩu. Hãy bỏ mật khẩu (Tệp, Thông tin, Bảo vệ sổ làm việc) "
    "rồi gửi lại.",
    "workbook.external_links": "Tệp lấy dữ liệu từ tệp khác (%(found)s). Hãy dán thành giá trị "
    "(Dán đặc biệt, Giá trị) rồi gửi lại.",
    "workbook.macros": "Tệp có macro hoặc ở dạng nhị phân. Hãy lưu lại dạng “Sổ làm việc Excel "
    "(.xlsx)”.",
    "workbook.not_xlsx": "Đây không phải tệp .xlsx. Hãy mở bằng Excel và lưu lại dạng “Sổ làm việc "
    "Excel (.xlsx)”.",
    "workbook.old_format": "Tệp ở dạng Excel cũ (.xls). Hãy lưu lại dạng “Sổ làm việc Excel "
    "(.xlsx)”.",
    "workbook.too_heavy": "Tệp quá nhiều dữ liệu để đọc an toàn. Sổ của một lớp thường dưới 1 MB: "
    "hãy xóa ảnh, trang và định dạng thừa.",
    "workbook.too_large": "Tệp %(found)s lớn hơn giới hạn %(expected)s. Sổ của một lớp thường dưới "
    "1 MB: hãy xóa ảnh, trang thừa.",
    "workbook.unreadable": "Không mở được tệp. Hãy mở bằng Excel, lưu lại dạng .xlsx rồi gửi lại.",
}

SHEETS: Mapping[str, str] = {
    "workbook.cell_typed": "Giáo viên đã nhập ô này là “%(expected)s”; tệp ghi “%(found)s”. Nhận "
    "sổ sẽ thay bằng điểm của tệp.",
    "workbook.cells_hidden": "Trang này có dòng hoặc cột ẩn chứa dữ liệu. Hãy cho hiện và xem lại.",
    "workbook.column_twice": "Tiêu đề “%(found)s” có hai lần. Hãy xóa cột thừa.",
    "workbook.column_unheaded": "Cột này có dữ liệu (“%(found)s”) mà không có tiêu đề nên không "
    "được đọc. Hãy ghi tiêu đề hoặc xóa cột.",
    "workbook.column_unknown": "Không hiểu tiêu đề “%(found)s” nên không đọc cột này. Nếu cột cần "
    "dùng, hãy ghi lại tiêu đề như tệp mẫu.",
    "workbook.head": "Không đọc được “%(expected)s” ở đầu trang (đang ghi: “%(found)s”). Hãy ghi "
    "như tệp mẫu.",
    "workbook.header_missing": "Không thấy cột “%(expected)s”. Hãy giữ nguyên dòng tiêu đề của tệp "
    "mẫu.",
    "workbook.level": "Bản này nhận sổ cấp %(expected)s; tệp ghi cấp “%(found)s”.",
    "workbook.no_regulation": "Chưa có thông tư đánh giá cho %(found)s. Hãy xem lại lớp và năm học "
    "ở đầu trang.",
    "workbook.no_students": "Danh sách lớp không có học sinh nào.",
    "workbook.other_school": "Tệp của trường có mã %(found)s; trường này có mã %(expected)s.",
    "workbook.sheet_hidden": "Trang này đang ẩn. Hãy cho hiện và xem có phải dữ liệu cũ không.",
    "workbook.sheet_ignored": "Trang “%(found)s” không thuộc sổ điểm nên không được đọc.",
    "workbook.sheet_missing": "Thiếu trang “%(expected)s”. Hãy thêm trang này như tệp mẫu.",
    "workbook.sheet_of_other": "Đầu trang này ghi “%(found)s”, trang danh sách lớp ghi "
    "“%(expected)s”. Có thể trang này chép từ sổ khác.",
    "workbook.sheet_too_large": "Có dữ liệu ở ô quá xa bảng. Hãy xóa nội dung các dòng, cột thừa.",
    "workbook.sheet_twice": "Trang “%(found)s” trùng loại với trang “%(expected)s”. Hãy để lại một "
    "trang.",
    "workbook.staff_other_name": "Số định danh này là của %(expected)s; tệp ghi %(found)s. Hãy "
    "sửa tên hoặc số.",
    "workbook.staff_unknown": "%(found)s chưa có tài khoản ở trường. Hãy sửa số định danh, hoặc "
    "lập tài khoản trước.",
    "workbook.subject_absent": "Không có môn %(expected)s trong phân công và trong các trang điểm. "
    "Môn này bắt buộc.",
    "workbook.subject_twice": "Môn %(found)s có hai trang (trang kia: “%(expected)s”). Hãy để lại "
    "một trang.",
    "workbook.subject_unknown": "“%(found)s” không phải một môn của chương trình. Hãy ghi đúng tên "
    "môn.",
    "workbook.title_other": "Tiêu đề trang ghi môn %(found)s, tên trang là môn %(expected)s. Hãy "
    "xem điểm trong trang là của môn nào.",
}

STAFF: Mapping[str, str] = {
    "assignment.form": "Hình thức đánh giá của môn này phải là “%(expected)s” (đang ghi: "
    "“%(found)s”).",
    "assignment.missing": "Môn %(found)s có trang điểm nhưng chưa có dòng trong phân công. Hãy ghi "
    "số tiết và giáo viên.",
    "assignment.periods": "Số tiết/năm “%(found)s” phải là số nguyên lớn hơn 0 (chương trình: "
    "%(expected)s).",
    "assignment.periods_unusual": "Số tiết/năm là %(found)s, chương trình là %(expected)s. Số tiết "
    "quyết định số đầu điểm thường xuyên: hãy kiểm tra.",
    "assignment.twice": "Môn %(found)s được phân công hai lần. Hãy để lại dòng của giáo viên ghi "
    "điểm.",
    "staff.citizen_id_age": "Số định danh của giáo viên (%(found)s) cho biết năm sinh "
    "%(expected)s, không thể đúng. Hãy kiểm tra chữ số thứ tư đến thứ sáu.",
    "staff.citizen_id_form": "Số định danh của giáo viên phải có đúng %(expected)s (%(found)s).",
    "staff.citizen_id_twice": "Số định danh này đã ghi cho %(expected)s (%(found)s). Hãy sửa tên "
    "hoặc số.",
    "staff.citizen_id_zeros": "Excel đã cắt số 0 ở đầu số định danh %(found)s; hệ thống hiểu là "
    "%(expected)s. Hãy kiểm tra và để ô ở dạng Văn bản.",
    "staff.missing": "Phân công chưa có dòng “%(expected)s”. Hãy ghi tên và số định danh.",
    "staff.name_missing": "Chưa ghi tên giáo viên (số định danh: %(found)s).",
    "staff.two_numbers": "Tên này ghi với hai số định danh (%(found)s và %(expected)s). Nếu là một "
    "người, hãy sửa số sai.",
}

STUDENTS: Mapping[str, str] = {
    "student.address_missing": "Chưa ghi chỗ ở hiện nay.",
    "student.age": "Ngày sinh %(found)s không hợp với khối lớp (thường sinh năm %(expected)s). Hãy "
    "kiểm tra với giấy khai sinh.",
    "student.birth_date": "Ngày sinh “%(found)s” không đọc được. Hãy ghi dạng ngày/tháng/năm.",
    "student.birth_date_missing": "Chưa ghi ngày sinh.",
    "student.birth_place_missing": "Chưa ghi nơi sinh.",
    "student.citizen_id_form": "Số định danh cá nhân %(found)s phải có đúng %(expected)s. Hãy xem "
    "giấy khai sinh hoặc căn cước.",
    "student.citizen_id_missing": "Chưa có số định danh cá nhân (%(expected)s). Hãy bổ sung từ "
    "giấy khai sinh hoặc căn cước.",
    "student.citizen_id_other": "Số định danh %(found)s không hợp với giới tính và năm sinh; nếu "
    "hai mục đó đúng thì số phải có dạng %(expected)s. Hãy kiểm tra cả ba.",
    "student.citizen_id_twice": "Số định danh %(found)s ghi cho hai người. Hãy sửa số của người "
    "sai.",
    "student.citizen_id_zeros": "Excel đã cắt số 0 ở đầu số định danh %(found)s; hệ thống hiểu là "
    "%(expected)s. Hãy kiểm tra và để ô ở dạng Văn bản.",
    "student.code_form": "Mã học sinh “%(found)s” thường có %(expected)s. Hãy kiểm tra.",
    "student.code_missing": "Chưa có mã học sinh. Hãy ghi mã của cơ sở dữ liệu ngành.",
    "student.code_twice": "Mã học sinh %(found)s ghi cho hai học sinh. Hãy sửa mã của một em, ở "
    "mọi trang.",
    "student.ethnicity_missing": "Chưa ghi dân tộc.",
    "student.gender": "Giới tính “%(found)s” không đọc được. Hãy ghi một trong: %(expected)s.",
    "student.gender_missing": "Chưa ghi giới tính.",
    "student.joined_date": "Ghi chú “%(found)s” cần ngày chuyển đến rõ ràng (%(expected)s), dạng "
    "ngày/tháng/năm.",
    "student.left": "Học sinh đã rời lớp (%(found)s): không lập học bạ năm này ở đây. Nếu ghi "
    "nhầm, hãy xóa ghi chú.",
    "student.left_after_year": "Học sinh rời trường sau khi năm học kết thúc (%(found)s): vẫn lập "
    "học bạ năm này.",
    "student.left_date": "Ghi chú “%(found)s” cần ngày chuyển đi rõ ràng (%(expected)s), dạng "
    "ngày/tháng/năm.",
    "student.list_number": "Số thứ tự “%(found)s” không đọc được; tạm lấy %(expected)s theo vị "
    "trí.",
    "student.list_number_twice": "Số thứ tự %(found)s ghi cho hai học sinh. Hãy đánh số lại.",
    "student.name_letters": "Họ và tên “%(found)s” có chữ lạ. Có thể do phông chữ cũ: hãy gõ lại "
    "bằng Unicode.",
    "student.name_missing": "Chưa ghi họ và tên.",
    "student.note": "Ghi chú “%(found)s” không tự hiểu được. Hãy xem em này có đến, đi hoặc thôi "
    "học trong năm không.",
}

ROWS: Mapping[str, str] = {
    "row.missing": "Học sinh không có dòng ở trang %(found)s. Hãy thêm dòng.",
    "row.other_code": "Trang này ghi mã “%(found)s”, danh sách lớp ghi %(expected)s cho em này. "
    "Hãy sửa mã.",
    "row.other_name": "Trang này ghi tên “%(found)s”, danh sách lớp ghi “%(expected)s”. Hãy xem "
    "điểm của dòng là của ai.",
    "row.same_marks": "Mọi điểm trong dòng này giống hệt dòng của %(found)s. Hãy xem có dán nhầm "
    "không.",
    "row.stranger": "“%(found)s” không có trong danh sách lớp. Hãy sửa mã hoặc thêm em vào danh "
    "sách.",
    "row.twice": "%(found)s có hai dòng ở trang này. Hãy để lại một dòng.",
}

CELLS: Mapping[str, str] = {
    "cell.characters": "Ô này có kí tự không in được (%(found)s). Hãy gõ lại.",
    "cell.error_value": "Ô này đang báo lỗi của Excel. Hãy sửa hoặc gõ lại giá trị.",
    "cell.formula": "Ô này là công thức. Hãy dán thành giá trị (Dán đặc biệt, Giá trị).",
    "cell.formula_text": "Ô này bắt đầu bằng dấu “=” như một công thức: “%(found)s”. Hãy xóa phần "
    "thừa, chỉ giữ lời văn.",
    "cell.too_long": "Ô này quá dài (%(found)s, cho phép %(expected)s). Hãy viết gọn lại.",
    "remark.missing": "Chưa có nhận xét.",
    "sheet.cell_locked": "Ô %(found)s đã khóa nên không ghi.",
    "sheet.column_surplus": "Cột này không có trong bảng điểm nên “%(found)s” không được ghi.",
    "sheet.student_unknown": "Mã %(found)s và họ tên không khớp một học sinh của lớp.",
}

MARKS: Mapping[str, str] = {
    "mark.date": "Excel đã đổi ô này thành ngày %(found)s. Hãy định dạng ô là Số rồi gõ lại điểm "
    "(%(expected)s).",
    "mark.form": "“%(found)s” không đúng hình thức đánh giá của môn. Hãy ghi %(expected)s.",
    "mark.formula": "Ô này là công thức. Hãy thay bằng điểm giáo viên cho.",
    "mark.precision": "Điểm %(found)s có hơn một chữ số thập phân. Hãy làm tròn đến một chữ số.",
    "mark.range": "Điểm %(found)s nằm ngoài thang %(expected)s.",
    "mark.scale": "Điểm %(found)s nằm ngoài thang 10. Có phải %(expected)s? Hãy xem bài kiểm tra "
    "rồi sửa.",
    "mark.words": "“%(found)s” không phải điểm. Hãy ghi %(expected)s, hoặc để trống nếu chưa có.",
    "marks.zero_without_reason": "Điểm 0 ở %(found)s chưa rõ vì sao. Hãy ghi lí do (không dự kiểm "
    "tra) hoặc kiểm tra lại điểm.",
    "marks.topics": "Số điểm chuyên đề học tập chưa đúng (%(found)s điểm). Hãy ghi đủ điểm của các "
    "chuyên đề đã học.",
    "marks.final_missing": "Thiếu điểm đánh giá cuối kì (%(found)s). Chưa kiểm tra thì cho kiểm "
    "tra bù; không tự suy ra 0.",
    "marks.midterm_missing": "Thiếu điểm đánh giá giữa kì (%(found)s). Chưa kiểm tra thì cho kiểm "
    "tra bù; không tự suy ra 0.",
    "marks.regular_missing": "Thiếu điểm đánh giá thường xuyên (%(found)s điểm): mỗi học kì cần "
    "%(expected)s điểm.",
    "marks.regular_surplus": "Thừa điểm đánh giá thường xuyên (%(found)s điểm): mỗi học kì chỉ ghi "
    "%(expected)s điểm.",
}

RESULTS: Mapping[str, str] = {
    "absences.excused_missing": "Chưa ghi số buổi nghỉ có phép. Không nghỉ thì ghi 0.",
    "absences.number": "Số buổi nghỉ “%(found)s” phải là số nguyên (%(expected)s).",
    "absences.over_limit": "Nghỉ tổng cộng %(found)s buổi, quá %(expected)s buổi: không được lên "
    "lớp. Hãy kiểm tra lại số buổi.",
    "absences.unexcused_missing": "Chưa ghi số buổi nghỉ không phép. Không nghỉ thì ghi 0.",
    "average.differs": "Tệp ghi %(found)s, tính từ điểm thành phần là %(expected)s. Hệ thống dùng "
    "giá trị tính được; hãy xem có điểm nào gõ nhầm không.",
    "average.formula": "Cột này có %(found)s ô công thức. Hệ thống chỉ đối chiếu với giá trị Excel "
    "tính lần cuối.",
    "average.implies": "Tệp ghi trung bình %(found)s, chỉ khớp nếu điểm còn thiếu hoặc sai của học "
    "kì này là %(expected)s. Hãy lấy điểm từ bài kiểm tra, không suy từ trung bình.",
    "average.missing": "Ô kết quả để trống. Hệ thống tính được %(expected)s.",
    "average.unreadable": "Kết quả ghi “%(found)s” không đọc được (%(expected)s, một chữ số thập "
    "phân). Hệ thống dùng giá trị tính được.",
    "average.without_basis": "Tệp ghi kết quả %(found)s trong khi điểm thành phần chưa đủ hoặc "
    "không thể cho kết quả này.",
    "award.differs": "Tệp ghi “%(found)s”, kết quả cả năm cho: %(expected)s. Hệ thống dùng kết quả "
    "tính được.",
    "conduct.first_missing": "Chưa có kết quả rèn luyện học kì I.",
    "conduct.year_missing": "Chưa có kết quả rèn luyện (hạnh kiểm) cả năm.",
    "conduct.second_missing": "Chưa có kết quả rèn luyện học kì II.",
    "conduct.words": "“%(found)s” không phải một mức rèn luyện. Hãy ghi một trong: %(expected)s.",
    "exemption.not_allowed": "Môn %(found)s không được miễn phần thực hành. Hãy bỏ ghi miễn học.",
    "manual.unexplained": "Kết quả ghi tay của môn %(found)s chưa có lí do hoặc người duyệt. Hãy "
    "ghi cả hai.",
    "reassessment.not_eligible": "Môn %(found)s không thuộc diện kiểm tra lại trong hè. Hãy xóa "
    "kết quả kiểm tra lại.",
    "shape.alike": "%(found)s: mọi điểm giống hệt nhau. Hãy xem có nhập nhầm không.",
    "shape.far_final": "%(found)s: điểm cuối kì khác xa các điểm thường xuyên. Hãy xem lại.",
    "shape.leap": "%(found)s: trung bình học kì II tăng vọt so với học kì I. Hãy xem lại.",
    "subjects.electives": "Có %(found)s môn lựa chọn, chương trình quy định %(expected)s môn. Hãy "
    "kiểm tra phân công.",
    "subjects.missing": "Thiếu môn bắt buộc %(expected)s. Hãy bổ sung vào phân công và sổ điểm.",
    "subjects.topic_clusters": "Có %(found)s môn có cụm chuyên đề, chương trình quy định "
    "%(expected)s. Hãy kiểm tra phân công.",
}

TRANSCRIPT: Mapping[str, str] = {
    "issuing.return_open": "Học bạ được trả lại, đang chờ %(found)s sửa hoặc trả lời. Lí do "
    "trả lại: %(expected)s.",
    "transcript.arrival_date": "Ngày chuyển đến %(found)s phải sau ngày sinh và không muộn hơn "
    "ngày phát hành. Hãy kiểm tra quá trình học tập.",
    "transcript.birth_date": "Ngày sinh %(found)s không hợp với năm học.",
    "transcript.citizen_id": "Số định danh cá nhân phải có đúng 12 chữ số (%(found)s). Hãy sửa "
    "trong danh sách rồi lập lại.",
    "transcript.citizen_id_shared": "%(found)s và %(expected)s ghi cùng một số định danh. Hãy sửa "
    "số của người sai rồi lập lại.",
    "transcript.completion": "Xác nhận hoàn thành chương trình không khớp với kết luận cuối năm.",
    "transcript.grade": "Không có khối %(found)s ở cấp %(expected)s. Hãy xem lại lớp và cấp học.",
    "transcript.issue_before_creation": "Ngày phát hành %(found)s sớm hơn ngày lập học bạ "
    "%(expected)s. Hãy chọn lại ngày phát hành.",
    "transcript.issue_date": "Ngày phát hành %(found)s sớm hơn năm học.",
    "transcript.lookup_code": "Mã tra cứu “%(found)s” không đúng dạng, hoặc trùng mã của bản được "
    "thay thế. Hãy lập lại học bạ để có mã mới.",
    "transcript.mark": "“%(found)s” không phải điểm (0.0 đến 10.0) hay mức Đ, CĐ. Hãy xem lại sổ.",
    "transcript.not_canonical": "Tệp không ở đúng dạng chuẩn.",
    "transcript.remark_year": "Mức cả năm của môn nhận xét phải bằng học kì II (%(found)s).",
    "transcript.schema": "Không đúng khuôn dạng học bạ (%(found)s).",
    "transcript.school_year": "Năm học %(found)s không đúng.",
    "transcript.study_steps": "Quá trình học tập (%(found)s) phải theo thứ tự năm và kết thúc ở "
    "năm %(expected)s. Hãy kiểm tra từng dòng.",
    "transcript.subject_incomplete": "Môn %(found)s chưa đủ kết quả.",
    "transcript.subject_twice": "Môn %(found)s có hai dòng.",
    "transcript.subjects_missing": "Học bạ không có môn nào. Hãy nhận sổ điểm của lớp trước.",
    "transcript.summary_incomplete": "Phần tổng kết còn thiếu %(found)s.",
    "transcript.untidy_text": "Thừa dấu cách ở đầu hoặc cuối (%(found)s). Hãy xóa rồi lập lại.",
    "transcript.value_form": "Kết quả không đúng hình thức đánh giá của môn (%(found)s).",
}

SENTENCES: Mapping[str, str] = {
    **FILE,
    **SHEETS,
    **STAFF,
    **STUDENTS,
    **ROWS,
    **CELLS,
    **MARKS,
    **RESULTS,
    **TRANSCRIPT,
    **SETUP,
}

WITH_OTHER_HEADERS = "%(sentence)s Tiêu đề chưa hiểu trên trang: %(found)s."
WITH_TITLE = "%(sentence)s Tiêu đề trang nói môn %(expected)s."
_FALLBACK = "Có chỗ cần xem lại: %(found)s"


def finding_sentence(finding: Finding, *, gettext: Gettext = as_it_is) -> str:
    """Say what is wrong and what to do; what reading refuses is worded as the refusal is."""
    values = {"found": finding.found, "expected": finding.expected}
    refusal = REFUSALS.get(finding.code)
    if finding.code not in SENTENCES and refusal and "%(" not in refusal:
        # The lint passes on what reading a document refuses.
        place = f" ({finding.found})" if finding.found else ""
        return f"{gettext(refusal)}{place}"
    sentence = gettext(SENTENCES.get(finding.code, _FALLBACK)) % values
    more = ""
    if finding.code == "workbook.header_missing" and finding.found:
        more = WITH_OTHER_HEADERS
    elif finding.code == "workbook.subject_unknown" and finding.expected:
        more = WITH_TITLE
    return gettext(more) % {**values, "sentence": sentence} if more else sentence
