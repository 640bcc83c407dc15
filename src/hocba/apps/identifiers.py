"""Identifiers drawn by actions: version 7 for rows (they grow in order), version 4 for documents.

The lookup UUID of a document must stay version 4: a version 7 would tell when and in what order
transcripts were issued.
"""

import secrets
from datetime import datetime
from uuid import UUID
from uuid import uuid4 as uuid4

_RANDOM_BITS = 74


def uuid7(*, at: datetime) -> UUID:
    """Draw a row key (RFC 9562 §5.7): 48 bits of milliseconds of `at`, then 74 random bits."""
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    noise = secrets.randbits(_RANDOM_BITS)
    high, low = noise >> 62, noise & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
