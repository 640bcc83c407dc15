"""A log without a city: a key, a folder, documents that are mere bytes."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.utils import timezone

from hocba.apps.ledger.actions import IssueRequest, issue

Grow = Callable[..., list[int]]


def pem_of(seed: str) -> bytes:
    """An Ed25519 key as its file."""
    key = Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def log_place(db: None, data_dir: Path) -> Path:
    """An installation with a log key and nothing issued."""
    (data_dir / "log-key.pem").write_bytes(pem_of("log"))
    return data_dir


@pytest.fixture
def grow(log_place: Path) -> Grow:
    """Issue so many documents."""

    def go(count: int) -> list[int]:
        requests = [
            IssueRequest(uuid4(), "2024-2025", uuid4(), uuid4(), "01000701", uuid4().bytes, (b"c",))
            for _ in range(count)
        ]
        return issue(requests=requests, actor=uuid4(), at=timezone.now())

    return go
