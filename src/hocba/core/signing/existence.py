"""Since when each signature is proven to exist: by its own time-stamp, or by one that covers it.

A later slot covers every earlier one, so the stamp on the principal's signature also proves that
the teachers' signatures were there (EN 319 102-1 §5.2.9: proof of existence).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hocba.core.signing.plan import Slot
from hocba.core.signing.timestamps import check_stamp
from hocba.core.signing.trust import Evidence, TrustStore
from hocba.core.signing.verdict import Indication, Reason
from hocba.core.signing.xmldsig import CheckedSlot


@dataclass(frozen=True, slots=True)
class Existence:
    """What is known of one signature's time.

    `indication` and `reasons` judge its own stamp (passed when it has none), `stamped_at` is the
    time that this stamp proves, `by` the earliest time by which the signature is proven to exist.
    """

    indication: Indication
    reasons: tuple[Reason, ...]
    stamped_at: datetime | None
    by: datetime | None


def proofs_of_existence(
    *, checked: Mapping[Slot, CheckedSlot], trust: TrustStore, evidence: Evidence
) -> dict[Slot, Existence]:
    """Return what is known of the time of every signature whose cryptography holds."""
    found: dict[Slot, Existence] = {}
    for slot, one in sorted(checked.items(), key=lambda item: -item[0].order):
        if one.reasons or one.signing_time is None:
            continue
        indication, reasons, own = Indication.TOTAL_PASSED, tuple[Reason, ...](), None
        if one.stamp:
            indication, reasons, own = check_stamp(
                token=one.stamp,
                imprint=one.stamped_digest,
                claimed=one.signing_time,
                trust=trust,
                evidence=evidence,
            )
        covering = [other.by for later, other in found.items() if later.order > slot.order]
        times = [at for at in (own, *covering) if at is not None]
        found[slot] = Existence(indication, reasons, own, min(times, default=None))
    return found
