"""Makes the golden bundles: `HOCBA_WRITE_GOLDEN=1 pytest tests/core/verification/test_golden.py`.

A file that is there is never written again: it stands for what a citizen has on a disk. A new
format adds files; its keys are drawn for it and thrown away.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from hocba.core.registry.bundle import Bundle, write_bundle
from hocba.core.signing.trust import TrustStore, dump_trust
from tests.core.registry.witnessed import SECOND, WITNESS
from tests.core.verification.issued import city, issued
from tests.core.verification.test_decades import archived, trust
from tests.pki import pki

AT = datetime(2025, 7, 1, tzinfo=UTC)


def trusted() -> dict[str, TrustStore]:
    """What verifiers are given: in 2025 all that is known of authorities, in 2040 their roots."""
    late = replace(trust(), witnesses=(WITNESS.witness_vkey, SECOND.witness_vkey))
    then, other = city().trust, pki().trust()
    early = replace(
        then,
        anchors=then.anchors + other.anchors,
        intermediates=then.intermediates + other.intermediates,
        seals=then.seals + other.seals,
    )
    return {
        "trust-2025.json": early,
        "trust-2040.json": late,
        "trust-2040-nhan-chung.json": replace(late, witness_quorum=1),
    }


def formats() -> Mapping[str, Bundle]:
    """One bundle in each format, with more around the document each time."""
    whole = archived()
    witnessed = WITNESS.cosign(whole.checkpoint_note, at=AT)
    return {
        "1": issued().bundle,
        "2": replace(whole, issuers=(), archive=b""),
        "3": whole,
        "4": replace(whole, checkpoint_note=witnessed, tlog_proofs=True),
    }


def golden() -> dict[str, bytes]:
    """The files."""
    files = {f"hoc-ba-{name}.hocba.json": write_bundle(one) for name, one in formats().items()}
    return {**files, **{name: dump_trust(one) for name, one in trusted().items()}}
