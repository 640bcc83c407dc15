"""The authority's clock over HTTP: what is taken and what is refused (F8)."""

import time
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from asn1crypto import tsp

from hocba.adapters.fetching import Fetcher
from hocba.adapters.timestamping import HttpTimeStamper
from hocba.core.errors import HocbaError
from hocba.core.signing.timestamps import read_stamp
from tests.core.verification.issued import SIGNED_AT
from tests.pki import pki

DIGEST = sha256(b"chu ky").digest()
OTHER = sha256(b"chu ky khac").digest()
Start = Callable[..., Any]
Fault = Callable[[bytes, Start], Iterable[bytes]]


@pytest.fixture(autouse=True)
def _honest() -> Iterator[None]:
    pki().reset()
    yield
    pki().reset()


def clock(**limits: Any) -> HttpTimeStamper:
    """The good authority."""
    return HttpTimeStamper(pki().tsa(), pki().fetcher(**limits))


def answer(start: Start, body: bytes, status: str = "200 OK") -> Iterable[bytes]:
    """Send something."""
    start(status, [("Content-Type", "application/timestamp-reply")])
    return [body]


def honest_answer(digest: bytes) -> bytes:
    """What the authority would say to a request of its own, with another nonce."""
    token = clock().stamp(digest)
    return bytes(
        tsp.TimeStampResp(
            {"status": {"status": "granted"}, "time_stamp_token": tsp.ContentInfo.load(token)}
        ).dump()
    )


def test_the_token_is_over_the_digest_at_the_time_of_the_authority() -> None:
    stamp = read_stamp(token=clock().stamp(DIGEST), imprint=DIGEST)
    assert stamp.time == SIGNED_AT
    assert stamp.authority == pki().certificate("tsa")


def down(_: bytes, start: Start) -> Iterable[bytes]:
    """The service is ill."""
    return answer(start, b"", "503 Service Unavailable")


def moved(_: bytes, start: Start) -> Iterable[bytes]:
    """It sends us elsewhere."""
    start("302 Found", [("Location", pki().tsa("tsa-expired"))])
    return []


def empty(_: bytes, start: Start) -> Iterable[bytes]:
    """It says nothing."""
    return answer(start, b"")


def refuses(_: bytes, start: Start) -> Iterable[bytes]:
    """It declines."""
    return answer(start, bytes.fromhex("30053003020102"))  # status 2, no token


def endless(_: bytes, start: Start) -> Iterable[bytes]:
    """It never stops talking."""
    answer(start, b"")
    return (b"\x30" * 65536 for _ in range(10_000))


def drips(_: bytes, start: Start) -> Iterator[bytes]:
    """A byte now and then, for ever."""
    answer(start, b"")
    for _ in range(100):
        time.sleep(0.1)
        yield b"\x30"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (down, "fetch.failed"),
        (moved, "fetch.failed"),
        (endless, "fetch.too_large"),
        (drips, "fetch.failed"),
        (empty, "timestamp.unreadable"),
        (refuses, "timestamp.unreadable"),
    ],
)
def test_a_failing_authority_gives_a_reason_and_no_token(fault: Fault, code: str) -> None:
    pki().faults = {"/tsa/": fault}
    with pytest.raises(HocbaError) as refused:
        # Only who drips is met with haste: on a busy machine an honest answer takes its time.
        clock(seconds=0.5 if fault is drips else 20.0, max_bytes=200_000).stamp(DIGEST)
    assert refused.value.code == code


@pytest.mark.parametrize("digest", [DIGEST, OTHER])
def test_an_old_answer_or_one_about_something_else_is_not_taken(digest: bytes) -> None:
    """Played back: the nonce of another request, over the same digest or another."""
    kept = honest_answer(digest)
    pki().faults = {"/tsa/": lambda _, start: answer(start, kept)}
    with pytest.raises(HocbaError, match=r"timestamp\.(refused|other_data)"):
        clock().stamp(DIGEST)


def test_an_answer_with_a_bent_signature_is_not_taken() -> None:
    def bent(body: bytes, start: Start) -> Iterable[bytes]:
        asked = tsp.TimeStampReq.load(body)
        arch = pki().architecture
        service = arch.service_registry.summon_timestamper("tsa", SIGNED_AT)
        data = bytearray(service.request_tsa_response(asked).dump())
        data[-5] ^= 1
        return answer(start, bytes(data))

    pki().faults = {"/tsa/": bent}
    with pytest.raises(HocbaError, match=r"timestamp\.value"):
        clock().stamp(DIGEST)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "file:///etc/passwd",
        "ftp://tsa.example/",
        "http://user@{host}/city/tsa/tsa",
        "http://{host}.evil.example/",
        "//",
        "http://[::1",
    ],
)
def test_nobody_off_the_list_is_asked(url: str) -> None:
    host = pki().url.removeprefix("http://")
    with pytest.raises(HocbaError, match=r"fetch\.host"):
        Fetcher(frozenset({host})).get(url.format(host=host))
    assert pki().asked == []


def test_nobody_there_is_a_clear_refusal() -> None:
    with pytest.raises(HocbaError, match=r"fetch\.failed"):
        Fetcher(frozenset({"127.0.0.1:9"}), seconds=1).get("http://127.0.0.1:9/")
