"""What the log says of a decision: a salted digest of the request, its approvals and files."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def decision_bytes(facts: Mapping[str, Any]) -> bytes:
    """Write a decision's facts; the same facts give the same bytes (sorted JSON, UTF-8)."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def decision_digest(*, decision: bytes, salt: bytes) -> bytes:
    """SHA-256 over a random salt and the decision: who holds both can prove it, nobody guesses."""
    return sha256(b"hocba-decision/1\n" + salt + decision).digest()
