"""Time-stamps of signatures (RFC 3161): what one says, whether it holds, whose clock it was.

A stamp over the signature value proves that the signature existed at that time, whatever the
signer's clock said (XAdES B-T, EN 319 132-1 §5.3). It is added after signing, outside the signed
parts, and before a later slot covers it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import cms, tsp, x509

from hocba.core.errors import HocbaError
from hocba.core.signing.path import Usage
from hocba.core.signing.retirement import Used, used_by_certificate
from hocba.core.signing.trust import NO_EVIDENCE, Evidence, TrustStore, check_certificate
from hocba.core.signing.verdict import Indication, Reason

MAX_TOKEN_BYTES = 32 * 1024
HASHES = ("sha256", "sha384", "sha512")
_NAMES = {"sha3-256": "sha3_256"}  # as asn1crypto spells them
# A signer's clock may run ahead of the authority's by this much.
CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time-stamp whose own signature holds: its time, and the certificate of the authority."""

    time: datetime
    authority: bytes
    certificates: tuple[bytes, ...]  # others that came with it
    hash_name: str = "sha256"  # of the authority's own signature


def read_stamp(*, token: bytes, imprint: bytes, algorithm: str = "sha256") -> Stamp:
    """Read a time-stamp token over an `imprint`, and verify the authority's signature.

    `algorithm` made the imprint. Whether the authority is to be trusted is not asked here.

    Raises:
        HocbaError: "timestamp.unreadable", "timestamp.other_data" (over something else),
            "timestamp.value" (its signature does not hold).
    """
    # Imported here: half a second that a document without stamps need not pay.
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import (
        extract_certs_for_validation,
        validate_sig_integrity,
    )

    signed, info = _contents(token)
    if info["message_imprint"]["hash_algorithm"]["algorithm"].native != _NAMES.get(
        algorithm, algorithm
    ) or (info["message_imprint"]["hashed_message"].native != imprint):
        raise HocbaError("timestamp.other_data")
    try:
        signer = signed["signer_infos"][0]
        digest_name = signer["digest_algorithm"]["algorithm"].native
        held = extract_certs_for_validation(signed)
        intact, valid = validate_sig_integrity(
            signer,
            held.signer_cert,
            expected_content_type="tst_info",
            actual_digest=_digest(digest_name, bytes(signed["encap_content_info"]["content"])),
        )
    except HocbaError:
        raise
    except SignatureValidationError as error:
        raise HocbaError("timestamp.value") from error
    except Exception as error:
        # Whatever it is: on a stranger's bytes the library fails in more ways than it names, e.g.
        # with AttributeError for a hash that it does not know.
        raise HocbaError("timestamp.unreadable") from error
    if not (intact and valid):
        raise HocbaError("timestamp.value")
    others = tuple(one.dump() for one in held.other_certs if isinstance(one, x509.Certificate))
    return Stamp(info["gen_time"].native, held.signer_cert.dump(), others, digest_name)


def stamp_time(token: bytes) -> datetime:
    """Return the time that a token states; nothing of it is verified.

    Raises:
        HocbaError: "timestamp.unreadable".
    """
    time: datetime = _contents(token)[1]["gen_time"].native
    return time


def used_by_stamp(*, stamp: Stamp, imprint_hash: str, trust: TrustStore) -> Used:
    """Return the algorithms on which a stamp rests: imprint, authority's signature, its chain."""
    chain = used_by_certificate(
        stamp.authority, stamp.certificates + trust.intermediates + trust.anchors
    )
    return chain | {(stamp.hash_name, 0), (imprint_hash, 0)}


def _contents(token: bytes) -> tuple[cms.SignedData, tsp.TSTInfo]:
    if len(token) > MAX_TOKEN_BYTES:
        raise HocbaError("timestamp.unreadable")
    try:
        content = cms.ContentInfo.load(token, strict=True)
        if content["content_type"].native != "signed_data":
            raise HocbaError("timestamp.unreadable")
        signed = content["content"]
        info = signed["encap_content_info"]["content"].parsed
        if not isinstance(info, tsp.TSTInfo) or len(signed["signer_infos"]) != 1:
            raise HocbaError("timestamp.unreadable")
        info.native  # noqa: B018 - reads every field now, so that nothing fails later
        time = info["gen_time"].native
        # The year 0 is no datetime, and a time without zone is none (RFC 3161 §2.4.2 wants "Z").
        if not isinstance(time, datetime) or time.tzinfo is None:
            raise HocbaError("timestamp.unreadable")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise HocbaError("timestamp.unreadable") from error
    return signed, info


def _digest(name: str, data: bytes) -> bytes:
    if name not in HASHES:
        raise HocbaError("timestamp.value")
    return hashlib.new(name, data).digest()


def check_stamp(
    *,
    token: bytes,
    imprint: bytes,
    claimed: datetime,
    trust: TrustStore,
    evidence: Evidence = NO_EVIDENCE,
) -> tuple[Indication, tuple[Reason, ...], datetime | None]:
    """Judge a stamp by a trust list and return the time that it proves.

    `claimed` is the time that the signer states: it may not lie after the stamp. The authority's
    certificate is judged at the stamp's own time. Never raises for a bad token.
    """
    failed = Indication.TOTAL_FAILED
    try:
        stamp = read_stamp(token=token, imprint=imprint)
    except HocbaError as refusal:
        return failed, (Reason(refusal.code, "SIG_CRYPTO_FAILURE"),), None
    indication, reasons = check_certificate(
        certificate=stamp.authority,
        trust=trust,
        at=stamp.time,
        usage=Usage.TIMESTAMPING,
        evidence=Evidence(
            evidence.certificates + stamp.certificates, evidence.crls, evidence.ocsps
        ),
    )
    if indication is not Indication.TOTAL_PASSED:
        told = tuple(Reason("timestamp.authority", one.sub_indication, one.code) for one in reasons)
        return indication, told, None
    if claimed - stamp.time > CLOCK_TOLERANCE:
        return failed, (Reason("timestamp.before_signature", "TIMESTAMP_ORDER_FAILURE"),), None
    return Indication.TOTAL_PASSED, (), stamp.time
