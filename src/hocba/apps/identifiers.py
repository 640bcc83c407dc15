"""Identifiers drawn by actions: version 7 for rows (they grow in order), version 4 for documents.

The lookup UUID of a document must stay version 4: a version 7 would tell when and in what order
transcripts were issued.
"""

import secrets
from datetime import datetime
from threading import Lock
from uuid import UUID
from uuid import uuid4 as uuid4

_lock = Lock()
_last = (-1, 0)


def uuid7(*, at: datetime) -> UUID:
    """Draw a row key (RFC 9562 §5.7): 48 bits of milliseconds of `at`, then 74 random bits.

    Keys drawn one after another for the same instant grow (§6.2 method 2): an action stamps all
    its rows with one `at`, and their order is to be kept.
    """
    global _last
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    with _lock:
        if _last[0] == milliseconds:
            noise = (_last[1] + 1 + secrets.randbits(32)) & ((1 << 74) - 1)
        else:
            noise = secrets.randbits(73)  # the highest bit stays free, so that growing never wraps
        _last = (milliseconds, noise)
    high, low = noise >> 62, noise & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
