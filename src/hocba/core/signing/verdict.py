"""Words of a verdict: what was concluded about each signature and about the document.

The main words are those of ETSI EN 319 102-1; reasons are stable codes which
`hocba.adapters.wording` turns into Vietnamese. Verdicts are values; nothing here judges.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hocba.core.transcript.model import Transcript


class Indication(StrEnum):
    """EN 319 102-1 §5.1.3 status indication."""

    TOTAL_PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_FAILED = "TOTAL-FAILED"


class SlotRole(StrEnum):
    """Signature slots of the Ministry's signature area; the value is the XML element name."""

    SUBJECT_TEACHER = "GVBM"
    HOMEROOM_TEACHER = "GVCN"
    PRINCIPAL = "CBQL"
    SEAL = "KY_PHAT_HANH"


class Capacity(StrEnum):
    """By what right somebody fills a slot; the value is the second claimed role of the signature.

    HCM-QC Đ14.7: where a teacher has left and nobody took over, the head authenticates. NĐ 23/2025
    Đ14: a deputy signs for the head ("KT.") under a delegation.
    """

    OWN = ""  # the person whom the document names
    IN_PLACE = "KY_THAY"
    DELEGATED = "KT"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code, the EN 319 102-1 sub-indication, a short detail."""

    code: str
    sub_indication: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """The verdict on one slot's signature."""

    slot: str  # slot key, e.g. "GVBM-toan", "GVCN", "CBQL", "KY_PHAT_HANH"
    role: SlotRole | None
    indication: Indication
    reasons: tuple[Reason, ...]
    signer_name: str
    signer_id: str  # citizen id or organisation code claimed by the certificate's subject
    signing_time: datetime | None  # stated by the signer
    proven_time: datetime | None  # by a trusted authority's time-stamp over the signature
    targets: tuple[str, ...]  # Ids covered
    certificate_subject: str
    certificate_issuer: str
    certificate_serial: str
    certificate_not_before: datetime | None
    certificate_not_after: datetime | None
    certificate_sha256: str
    remarks: tuple[str, ...] = ()  # codes of what a report should mention, none of it a fault
    capacity: Capacity = Capacity.OWN


@dataclass(frozen=True, slots=True)
class DocumentVerdict:
    """The verdict on a whole transcript file, before its status in the log is asked."""

    indication: Indication
    reasons: tuple[Reason, ...]
    signatures: tuple[SignatureVerdict, ...]
    document_sha256: str
    lookup_uuid: str  # "" when the document could not be read
    transcript: Transcript | None = None  # what it says, when it could be read
