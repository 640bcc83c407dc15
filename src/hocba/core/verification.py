"""From file + trust + time to the public verdict: unaltered? in force? rightly signed?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hocba.core.signing.verdict import Reason, SignatureVerdict
from hocba.core.transcript.model import Transcript


class Answer(StrEnum):
    """Answer to one of the three questions."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


class VerdictWord(StrEnum):
    """The one word on the public page."""

    VALID = "hop_le"  # hợp lệ
    REPLACED = "da_thay_the"  # đã thay thế
    RECALLED = "da_thu_hoi"  # đã thu hồi
    NOT_OF_SCHOOL = "khong_phai_cua_truong"  # không phải của trường
    UNCHECKED = "chua_kiem_tra_duoc"  # chưa kiểm tra được


@dataclass(frozen=True, slots=True)
class Question:
    """One question's answer with its reasons."""

    answer: Answer
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where the log holds the issue entry and which signed checkpoint proves it."""

    index: int
    tree_size: int
    origin: str
    entry_at: datetime


@dataclass(frozen=True, slots=True)
class PublicVerdict:
    """All that the verify page, the JSON answer and `hocba verify` say."""

    word: VerdictWord
    unaltered: Question
    in_force: Question
    rightly_signed: Question
    signatures: tuple[SignatureVerdict, ...]
    transcript: Transcript | None
    document_sha256: str
    log_position: LogPosition | None
    replaced_by: str = ""
    checked_at: datetime | None = None
