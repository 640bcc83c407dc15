"""Verdicts in words."""

from collections.abc import Mapping
from datetime import timedelta, timezone

from hocba.adapters.wording import Gettext, as_it_is
from hocba.adapters.wording.refusals import SENTENCES as REFUSALS
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.signing.verdict import Capacity, Reason, SlotRole
from hocba.core.verification import Answer, ListedStatus, VerdictWord

QUESTIONS: Mapping[str, str] = {
    "unaltered": "Nội dung có nguyên vẹn không?",
    "in_force": "Có đang có hiệu lực không?",
    "rightly_signed": "Có được ký đúng người, đúng thẩm quyền không?",
}
_WORDS: Mapping[VerdictWord, tuple[str, str]] = {
    VerdictWord.VALID: (
        "Hợp lệ",
        "Học bạ này do nhà trường phát hành, còn nguyên vẹn và đang có hiệu lực.",
    ),
    VerdictWord.REPLACED: (
        "Đã thay thế",
        "Nhà trường đã phát hành bản khác thay cho bản này. Hãy dùng bản mới.",
    ),
    VerdictWord.RECALLED: (
        "Đã thu hồi",
        "Nhà trường đã thu hồi bản này. Bản này không còn giá trị sử dụng.",
    ),
    VerdictWord.NOT_OF_SCHOOL: (
        "Không phải của trường",
        "Tệp này không phải bản nhà trường đã ký: nội dung đã bị sửa hoặc chữ ký không đúng.",
    ),
    VerdictWord.UNCHECKED: (
        "Chưa kiểm tra được",
        "Chưa đủ căn cứ để kết luận. Xem lí do ở từng câu hỏi bên dưới.",
    ),
}
_ANSWERS: Mapping[Answer, str] = {
    Answer.PASSED: "Có",
    Answer.FAILED: "Không",
    Answer.INDETERMINATE: "Chưa biết",
}
_SIGNATURES: Mapping[Answer, str] = {
    Answer.PASSED: "Đúng",
    Answer.FAILED: "Sai",
    Answer.INDETERMINATE: "Chưa biết",
}
_ROLES: Mapping[SlotRole, str] = {
    SlotRole.SUBJECT_TEACHER: "Giáo viên bộ môn",
    SlotRole.HOMEROOM_TEACHER: "Giáo viên chủ nhiệm",
    SlotRole.PRINCIPAL: "Hiệu trưởng",
    SlotRole.SEAL: "Con dấu của trường (ký phát hành)",
}
_CAPACITIES: Mapping[Capacity, str] = {
    Capacity.IN_PLACE: "Hiệu trưởng ký thay giáo viên đã nghỉ",
    Capacity.DELEGATED: "Phó hiệu trưởng ký theo ủy quyền",
}
_ON_PDF = "Con dấu trên các trang PDF"
_HANOI = timezone(timedelta(hours=7))
_STATES: Mapping[TranscriptState, str] = {
    TranscriptState.IN_FORCE: "đang có hiệu lực",
    TranscriptState.RECALLED: "đã thu hồi",
    TranscriptState.REPLACED: "đã thay thế",
    TranscriptState.COURT_SEALED: "đang niêm phong",
}
REMARKS: Mapping[str, str] = {
    "algorithm.pkcs1_v15": "Chữ ký dùng RSA PKCS#1 v1.5; quy định muốn RSASSA-PSS hoặc ECDSA.",
    "remark.enveloped": "Chữ ký nằm bên trong phần mà nó ký.",
    "remark.enveloping": "Dữ liệu được ký nằm bên trong chữ ký.",
    "remark.no_certificate": "Chữ ký không kèm chứng thư số, chỉ có khóa.",
    "remark.not_xades": "Chữ ký không theo XAdES: không gắn thời điểm và chứng thư vào chữ ký.",
    "remark.other_canonicalization": "Chữ ký dùng cách chuẩn hóa khác với khuôn dạng của hệ thống.",
    "remark.other_signing_certificate": "Thuộc tính đã ký nêu một chứng thư khác.",
    "remark.properties_of_another": "Thuộc tính XAdES trỏ tới một chữ ký khác.",
    "remark.properties_unsigned": "Thuộc tính XAdES không nằm trong phần được ký.",
    "remark.unsigned_object": "Trong chữ ký có dữ liệu không được ký.",
    "remark.whole_document": "Chữ ký phủ toàn bộ tệp.",
}
REASONS: Mapping[str, str] = {
    "algorithm.key_kind": "Loại khóa ký không được chấp nhận.",
    "algorithm.not_accepted": "Thuật toán ký không được chấp nhận.",
    "algorithm.retired": "Thuật toán đã hết được tin cậy, mà chưa có bằng chứng lưu trữ từ trước "
    "lúc đó.",
    "algorithm.weak_key": "Khóa ký quá yếu (cần RSA từ 2048 bit hoặc ECDSA từ 256 bit).",
    "archive.authority": "Nơi cấp dấu thời gian lưu trữ không được tin cậy vào lúc đó.",
    "archive.future": "Dấu thời gian lưu trữ ở tương lai.",
    "archive.not_stamped": "Lưu trữ chưa được đóng dấu thời gian.",
    "archive.other_item": "Bằng chứng lưu trữ không phải của học bạ này.",
    "archive.overdue": "Lưu trữ quá hạn gia hạn: chứng thư của dấu mới nhất đã hết hạn.",
    "archive.renewed_late": "Lưu trữ từng được gia hạn muộn, sau khi chứng thư của dấu cũ hết hạn.",
    "archive.stamp": "Dấu thời gian lưu trữ không khớp.",
    "archive.time_order": "Các dấu thời gian lưu trữ không đúng thứ tự.",
    "bundle.certificates": "Tệp kiểm tra kèm chứng thư số không phải của người ký học bạ.",
    "certificate.algorithm": "Chuỗi chứng thư có chữ ký dùng thuật toán không được chấp nhận.",
    "certificate.critical_extension": "Chứng thư có phần mở rộng bắt buộc không xét được.",
    "certificate.expired": "Chứng thư số đã hết hạn khi ký.",
    "certificate.issuer": "Chuỗi có chứng thư không được quyền cấp chứng thư khác.",
    "certificate.names": "Tên trong chứng thư nằm ngoài phạm vi cho phép của nơi cấp.",
    "certificate.no_path": "Chứng thư số không dẫn tới nơi cấp nào trong danh sách tin cậy.",
    "certificate.not_yet_valid": "Chứng thư số chưa có hiệu lực khi ký.",
    "certificate.path_invalid": "Chuỗi chứng thư không hợp lệ theo RFC 5280.",
    "certificate.path_length": "Chuỗi chứng thư dài hơn mức cho phép.",
    "certificate.policy": "Chuỗi chứng thư không đáp ứng yêu cầu về chính sách chứng thư.",
    "certificate.revoked": "Chứng thư số đã bị thu hồi trước khi ký.",
    "certificate.revoked_before_proof": "Chứng thư số bị thu hồi trước khi chữ ký được chứng minh.",
    "certificate.signature": "Chữ ký của nơi cấp trên một chứng thư trong chuỗi không đúng.",
    "certificate.status_unknown": "Chưa biết chứng thư số có bị thu hồi khi ký hay không.",
    "certificate.usage": "Chứng thư số không được cấp để ký văn bản.",
    "claim.key_dates": "Khóa ký mã QR không có hiệu lực vào lúc ký.",
    "claim.signature": "Chữ ký của mã QR không khớp: nội dung đã bị sửa.",
    "claim.unknown_key": "Mã QR do một khóa lạ ký. Hãy dùng danh sách tin cậy mới hơn.",
    "document.layout": "Tệp có chỗ đã bị thêm, bớt hoặc sửa.",
    "foreign.no_key": "Chữ ký không kèm chứng thư hay khóa đọc được.",
    "foreign.signature_method": "Thuật toán ký này không thuộc những thuật toán được đọc.",
    "foreign.value": "Giá trị chữ ký không khớp.",
    "log.checkpoint": "Nhật ký đi kèm không do nhật ký công khai ký.",
    "log.court_sealed": "Học bạ đang được niêm phong theo quyết định của cơ quan có thẩm quyền.",
    "log.inclusion": "Bằng chứng nhật ký không khớp với nhật ký công khai.",
    "log.no_proof": "Tệp XML thiếu bằng chứng nhật ký: hãy dùng mã tra cứu hoặc tệp .hocba.json.",
    "log.not_published": "Nhật ký công khai chưa ghi nhận bản này.",
    "log.other_document": "Bằng chứng nhật ký là của một tệp khác.",
    "log.recalled": "Nhà trường đã thu hồi bản này.",
    "log.replaced": "Nhà trường đã phát hành bản khác thay thế.",
    "log.witnesses": "Điểm chốt của nhật ký chưa có đủ nhân chứng.",
    "pdf.changed": "Tệp PDF đã bị sửa sau khi đóng dấu.",
    "pdf.changed_later": "Sau khi đóng dấu, tệp PDF đã bị thêm hoặc thay nội dung.",
    "pdf.encrypted": "Tệp PDF bị khóa bằng mật khẩu nên không kiểm tra được.",
    "pdf.kind_unknown": "Loại chữ ký PDF không được chấp nhận.",
    "pdf.no_document": "Tệp PDF không kèm học bạ XML nên không kiểm tra được. Hãy dùng mã in "
    "trên bản này.",
    "pdf.no_signature": "Tệp PDF không có chữ ký nào.",
    "pdf.no_signing_time": "Con dấu trên PDF không nêu thời điểm ký.",
    "pdf.not_covered": "Chữ ký trên PDF không phủ hết tệp.",
    "pdf.not_sealed": "Các trang PDF chưa được đóng dấu nên chưa được kiểm tra. Chỉ tin nội dung "
    "đọc từ tệp XML kèm theo.",
    "pdf.other_seal": "Con dấu trên PDF không phải của trường ghi trong học bạ.",
    "pdf.too_heavy": "Tệp PDF quá nặng hoặc quá phức tạp so với một học bạ.",
    "pdf.too_many_files": "Tệp PDF kèm quá nhiều tệp.",
    "pdf.too_many_signatures": "Tệp PDF có quá nhiều chữ ký.",
    "pdf.unreadable": "Không đọc được tệp PDF.",
    "pdf.weak_hash": "Chữ ký PDF dùng thuật toán băm đã bị phá (SHA-1 hoặc MD5).",
    "seal.not_approved": "Chứng thư của con dấu chưa được duyệt cho trường này vào lúc ký.",
    "signature.digest_mismatch": "Nội dung đã bị sửa sau khi ký.",
    "signature.future": "Thời điểm ký ở tương lai.",
    "signature.not_our_profile": "Chữ ký không đúng khuôn dạng quy định.",
    "signature.time_order": "Ký trước khi người ký trước mình ký xong.",
    "signature.unreadable": "Không đọc được chữ ký.",
    "signature.value": "Giá trị chữ ký sai.",
    "signer.wrong_person": "Người ký không phải người mà học bạ ghi tên.",
    "slot.missing": "Thiếu chữ ký.",
    "slot.order": "Các chữ ký không đúng thứ tự quy định.",
    "slot.stranger": "Có chữ ký lạ, ngoài quy định.",
    "status.none": "Không có danh sách tình trạng nên chưa biết còn hiệu lực hay không.",
    "status.not_listed": "Học bạ được phát hành sau danh sách tình trạng này, hoặc ở nhật ký khác.",
    "status.out_of_date": "Danh sách tình trạng đã quá hạn.",
    "timestamp.authority": "Nơi cấp dấu thời gian không được tin cậy vào lúc đó.",
    "timestamp.before_signature": "Giờ ký ghi trong học bạ sau cả dấu thời gian của chữ ký đó.",
}


def verdict_word(word: VerdictWord, *, gettext: Gettext = as_it_is) -> str:
    """The one word: Hợp lệ, Đã thay thế, …"""
    return gettext(_WORDS[word][0])


def verdict_sentence(word: VerdictWord, *, gettext: Gettext = as_it_is) -> str:
    """What the word means for the reader."""
    return gettext(_WORDS[word][1])


def answer_word(answer: Answer, *, gettext: Gettext = as_it_is) -> str:
    """Có, Không, Chưa biết."""
    return gettext(_ANSWERS[answer])


def signature_word(answer: Answer, *, gettext: Gettext = as_it_is) -> str:
    """Đúng, Sai, Chưa biết: of one signature."""
    return gettext(_SIGNATURES[answer])


def role_name(role: SlotRole | None, *, on_pdf: bool = False, gettext: Gettext = as_it_is) -> str:
    """Whose slot it is; the seal on the pages of a PDF is told from that on the document."""
    if on_pdf:
        return gettext(_ON_PDF)
    return gettext(_ROLES[role]) if role is not None else "—"


def capacity_name(capacity: Capacity, *, gettext: Gettext = as_it_is) -> str:
    """By what right somebody signed for another person; "" for one's own slot."""
    return gettext(_CAPACITIES[capacity]) if capacity in _CAPACITIES else ""


def reason_sentence(reason: Reason, *, gettext: Gettext = as_it_is) -> str:
    """One reason, with its detail in brackets; a reason of reading is worded as the refusal is."""
    sentence = REASONS.get(reason.code) or REFUSALS.get(reason.code) or reason.code
    text = gettext(sentence)
    if "%(" in text:
        text = text.partition("%(")[0].rstrip(" :(") + "."
    return f"{text} ({reason.detail})" if reason.detail else text


def msgids() -> tuple[str, ...]:
    """All texts of this module, for the catalogue test."""
    return (
        *QUESTIONS.values(),
        *(text for pair in _WORDS.values() for text in pair),
        *_ANSWERS.values(),
        *_SIGNATURES.values(),
        *_ROLES.values(),
        *_CAPACITIES.values(),
        _ON_PDF,
        *REASONS.values(),
    )


def listed_sentence(listed: ListedStatus) -> str:
    """As of which day a status list speaks, and what it says."""
    day = listed.issued_at.astimezone(_HANOI).strftime("%d/%m/%Y %H:%M")
    old = " (danh sách đã quá hạn)" if listed.out_of_date else ""
    return f"Tình trạng đến ngày {day}: {_STATES[listed.state]}{old}."
