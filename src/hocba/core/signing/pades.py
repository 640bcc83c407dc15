"""The seal on a printed transcript (PAdES, EN 319 142-1): what was found in a PDF, and its verdict.

Reading a PDF is work for a cell that may break (`adapters.pdf`); what it brings home are these
values, and here they are judged by the same trust list as the signatures of the XML. The pages of a
PDF are believed only when the school's own seal covers the whole file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import CertificateHolder, read_certificate
from hocba.core.signing.keys import key_problem
from hocba.core.signing.timestamps import CLOCK_TOLERANCE, check_stamp
from hocba.core.signing.trust import Evidence, TrustStore, check_certificate
from hocba.core.signing.verdict import Indication, Reason, SignatureVerdict, SlotRole

SEAL_FIELD = "con-dau"
SLOT = "PDF"
ARCHIVED = ("NONE", "LTA_UPDATES")  # nothing but proofs for later years came after the seal


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """One signature in a PDF as its reader found it; whom to trust is not asked yet.

    `refusal` is the code for which it does not hold, "" when digest and value hold and all pages
    were covered when it was made. `coverage` and `changes` are pyHanko's words.
    """

    field: str
    kind: str  # "Sig" or "DocTimeStamp"
    subfilter: str
    refusal: str
    detail: str
    intact: bool  # the digest of the covered bytes is the signed one
    valid: bool  # the signature value holds
    coverage: str  # ENTIRE_FILE, ENTIRE_REVISION, …
    changes: str  # NONE, LTA_UPDATES, FORM_FILLING, ANNOTATIONS, OTHER
    digest_algorithm: str
    signature_algorithm: str
    certificate: bytes  # DER, b"" when there is none
    chain: tuple[bytes, ...]
    value: bytes
    signing_time: datetime | None
    stamp: bytes  # time-stamp token over the value, b"" for none

    @property
    def problem(self) -> Reason | None:
        """Why it does not hold, None when it does; who signed is not asked."""
        if self.refusal:
            altered = self.refusal in ("pdf.changed_later", "pdf.not_covered")
            return Reason(
                self.refusal, "HASH_FAILURE" if altered else "SIG_CRYPTO_FAILURE", self.detail
            )
        if not self.intact:
            return Reason("pdf.changed", "HASH_FAILURE")
        return None if self.valid else Reason("signature.value", "SIG_CRYPTO_FAILURE")


@dataclass(frozen=True, slots=True)
class PdfContents:
    """What a PDF holds for a verifier: attached files by name, signatures, answers kept in it.

    `refusal` is the code for which nothing of it may be believed.
    """

    refusal: str = ""
    detail: str = ""
    pages: int = 0
    files: tuple[tuple[str, bytes], ...] = ()
    active: tuple[str, ...] = ()  # scripts and other things that act by themselves
    signatures: tuple[PdfSignature, ...] = ()
    evidence: Evidence = Evidence()

    @property
    def document(self) -> bytes | None:
        """The signed XML inside, None when there is none or no telling which."""
        found = [data for name, data in self.files if name.lower().endswith(".xml")]
        return found[0] if len(found) == 1 else None

    def file(self, ending: str) -> bytes | None:
        """Return the one attached file whose name ends so; None when there is none.

        Raises:
            HocbaError: "pdf.several_files" when there are several.
        """
        found = [data for name, data in self.files if name.lower().endswith(ending)]
        if len(found) > 1:
            raise HocbaError("pdf.several_files")
        return found[0] if found else None


def check_seal(
    *, contents: PdfContents, school_code: str, trust: TrustStore, evidence: Evidence, at: datetime
) -> tuple[SignatureVerdict, ...]:
    """Judge the signatures of a PDF, of which one must be the school's seal; () when it has none.

    Archive time-stamps that came after the seal are not judged: nothing rests on them here. Never
    raises for a bad signature.
    """
    more = Evidence(
        evidence.certificates + contents.evidence.certificates,
        evidence.crls + contents.evidence.crls,
        evidence.ocsps + contents.evidence.ocsps,
    )
    return tuple(
        _judged(one, school_code, trust, more, at)
        for one in contents.signatures
        if one.kind != "DocTimeStamp"
    )


def _judged(
    one: PdfSignature, school_code: str, trust: TrustStore, evidence: Evidence, at: datetime
) -> SignatureVerdict:
    """(1) value, coverage, later changes (2) whose (3) when (4) path and revocation then."""
    failed, passed = Indication.TOTAL_FAILED, Indication.TOTAL_PASSED
    holder: CertificateHolder | None = None
    reasons = tuple(_value_problems(one))  # (1)
    try:
        holder = read_certificate(one.certificate)
    except HocbaError as refusal:
        reasons = (*reasons, Reason(refusal.code, "FORMAT_FAILURE"))
    indication, proven = passed, None
    if holder is not None and not reasons and one.signing_time is not None:
        known = Evidence(evidence.certificates + one.chain, evidence.crls, evidence.ocsps)
        indication, reasons, proven = _times(one, holder, trust, known)  # (3), (4)
        own = tuple(_holder_problems(holder, school_code, trust, proven or one.signing_time))  # (2)
        if one.signing_time - at > CLOCK_TOLERANCE:
            own = (*own, Reason("signature.future", "SIG_CONSTRAINTS_FAILURE"))
        if own:
            indication, reasons = failed, (*own, *reasons)
    elif reasons:
        indication = failed
    else:
        indication, reasons = failed, (Reason("pdf.no_signing_time", "FORMAT_FAILURE"),)
    return SignatureVerdict(
        slot=SLOT,
        role=SlotRole.SEAL,
        indication=indication,
        reasons=reasons,
        signer_name=holder.name if holder else "",
        signer_id=holder.holder_id if holder else "",
        signing_time=one.signing_time,
        proven_time=proven,
        targets=(),
        certificate_subject=holder.subject if holder else "",
        certificate_issuer=holder.issuer if holder else "",
        certificate_serial=holder.serial if holder else "",
        certificate_not_before=holder.not_before if holder else None,
        certificate_not_after=holder.not_after if holder else None,
        certificate_sha256=holder.sha256 if holder else "",
    )


def _value_problems(one: PdfSignature) -> Iterator[Reason]:
    if problem := one.problem:
        yield problem
    elif one.coverage != "ENTIRE_FILE" and one.changes not in ARCHIVED:
        yield Reason("pdf.changed_later", "HASH_FAILURE")


def _times(
    one: PdfSignature, holder: CertificateHolder, trust: TrustStore, evidence: Evidence
) -> tuple[Indication, tuple[Reason, ...], datetime | None]:
    proven: datetime | None = None
    stamped, reasons = Indication.TOTAL_PASSED, tuple[Reason, ...]()
    time = one.signing_time
    assert time is not None
    if one.stamp:
        stamped, reasons, proven = check_stamp(
            token=one.stamp,
            imprint=sha256(one.value).digest(),
            claimed=time,
            trust=trust,
            evidence=evidence,
        )
    indication, why = check_certificate(
        certificate=holder.der, trust=trust, at=proven or time, evidence=evidence
    )
    worst = {stamped, indication}
    for word in (Indication.TOTAL_FAILED, Indication.INDETERMINATE):
        if word in worst:
            return word, (*reasons, *why), proven
    return Indication.TOTAL_PASSED, (*reasons, *why), proven


def _holder_problems(
    holder: CertificateHolder, school_code: str, trust: TrustStore, time: datetime
) -> Iterator[Reason]:
    if weak := key_problem(holder.public_key):
        yield Reason(weak, "CRYPTO_CONSTRAINTS_FAILURE")
    if not holder.is_organisation or holder.holder_id != school_code:
        yield Reason("pdf.other_seal", "SIG_CONSTRAINTS_FAILURE", holder.name)
    elif not trust.approves(school_code=school_code, certificate_sha256=holder.sha256, at=time):
        yield Reason("seal.not_approved", "SIG_CONSTRAINTS_FAILURE", school_code)
