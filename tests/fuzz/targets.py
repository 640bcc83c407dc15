"""What a fuzzer throws bytes at, and what must hold for all of them; a breach is an exception.

What was found became a test of its own (`tests/core/signing/test_hostile.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from cryptography import x509

from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import read_bundle
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.foreign import verify_signed_xml
from hocba.core.signing.path import PathQuestion, Usage, check_path
from hocba.core.signing.timestamps import check_stamp
from hocba.core.signing.verdict import Indication
from hocba.core.signing.verify import verify_document
from hocba.core.transcript.canonical import from_xml, to_xml
from hocba.core.verification import VerdictWord, verify_file
from tests.core.verification.issued import NOW, city, issued
from tests.fuzz.seeds import IMPRINT


def parser(data: bytes) -> None:
    """A transcript is read or refused; what is read is written and read again as the same."""
    try:
        transcript = from_xml(data)
        again = to_xml(transcript)
    except HocbaError:
        return
    assert from_xml(again) == transcript


def document(data: bytes) -> None:
    """No other bytes than the issued ones pass."""
    verdict = verify_document(document=data, trust=city().trust, at=NOW)
    assert verdict.indication is not Indication.TOTAL_PASSED or data == issued().document


def file(data: bytes) -> None:
    """Valid is what was issued alone: its document, log entries and checkpoint.

    Nobody signs the certificates that lie beside them: some may be left out, none be added.
    """
    if verify_file(data=data, trust=city().trust, at=NOW).word is VerdictWord.VALID:
        found, good = read_bundle(data), issued().bundle
        assert set(found.certificates) <= set(good.certificates)
        assert replace(found, certificates=good.certificates, crls=(), ocsps=()) == good


def foreign(data: bytes) -> None:
    """A signed file of others is judged or refused."""
    try:
        found = verify_signed_xml(data=data)
    except HocbaError:
        return
    for one in found:
        assert not one.accepted or all(reference.ok for reference in one.references)


def stamp(data: bytes) -> None:
    """A time-stamp token gives an indication; without a trusted authority it proves no time."""
    _, _, proven = check_stamp(token=data, imprint=IMPRINT, claimed=NOW, trust=city().trust)
    assert proven is None


def certificate(data: bytes) -> None:
    """A certificate is read or refused, and its path is judged, as that of any usage."""
    try:
        read_certificate(data)
    except HocbaError:
        return
    trust = city().trust
    for usage in Usage:
        indication, _ = check_path(
            question=PathQuestion(
                certificate=data,
                intermediates=trust.intermediates,
                anchors=trust.anchors,
                crls=trust.crls,
                at=NOW,
                usage=usage,
            )
        )
        assert _signed_part(data) in _known() or indication is not Indication.TOTAL_PASSED


@cache
def _known() -> set[bytes]:
    """What authorities signed; the rest of a certificate (its outer algorithm) nobody signs."""
    trust = city().trust
    certificates = [signer.certificate for signer in city().signers.values()]
    return {_signed_part(one) for one in (*certificates, *trust.anchors, *trust.intermediates)}


def _signed_part(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).tbs_certificate_bytes


def answers(data: bytes) -> None:
    """Revocation answers of strangers never make a certificate better or the verdict crash."""
    trust = city().trust
    for crls, ocsps in (((data,), ()), ((), (data,))):
        check_path(
            question=PathQuestion(
                certificate=next(iter(city().signers.values())).certificate,
                intermediates=trust.intermediates,
                anchors=trust.anchors,
                crls=crls,
                ocsps=ocsps,
                at=NOW,
            )
        )


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (parser, document, file, foreign, stamp, certificate, answers)
}
