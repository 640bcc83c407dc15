"""A remote signing service on this machine, for the demo and the tests: real HTTP, real signatures.

It speaks the three protocols at once, keeps the keys it is given, "asks the person" by counting
polls or until `confirm` is called, and can be told to fail in every way that a service fails. What
it truly did stays readable: which digests it signed, how often a phone rang.
"""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from http.server import ThreadingHTTPServer
from typing import Literal
from uuid import uuid4

from hocba.adapters.remote_signing.simulator_protocols import answering_handler
from hocba.core.errors import HocbaError
from hocba.core.signing.ports import Signer

Call = Literal["sign", "poll", "list"]
Word = Literal["waiting", "done", "refused", "no_quota", "late", "certificate"]


class Fault(StrEnum):
    """How to fail."""

    TIMEOUT = "timeout"  # nothing done, no answer
    TIMEOUT_AFTER = "timeout_after"  # done, no answer
    SLOW = "slow"  # done, answered after `slow_seconds`
    ERROR_500 = "error_500"
    GARBAGE = "garbage"  # done, and the answer is no JSON
    REFUSED = "refused"  # the person says no
    NO_QUOTA = "no_quota"
    LATE = "late"  # nobody confirmed in time
    REVOKED = "revoked"  # the certificate ends in the middle of the batch
    WRONG_ORDER = "wrong_order"
    DUPLICATE = "duplicate"  # the first value in the place of the second as well
    SWAPPED = "swapped"  # one value is over a digest that nobody asked for
    ALTERED = "altered"  # one value has a bit turned
    LINE_BREAKS = "line_breaks"  # base64 in lines of 76


@dataclass
class Transaction:
    """One request for signatures, as the service keeps it."""

    id: str
    account: str
    digests: tuple[bytes, ...]
    names: tuple[str, ...]
    polls: int = 0
    values: tuple[bytes, ...] | None = None
    word: Word = "waiting"


@dataclass
class Simulator:
    """The service; `holder` gives the key of an account, or raises LookupError."""

    holder: Callable[[str], Signer]
    demo: bool
    confirm_after: int = 0  # polls that find the person still deciding; -1: until `confirm`
    multisign: int = 100
    slow_seconds: float = 0.6
    transactions: dict[str, Transaction] = field(default_factory=dict)
    signed: Counter[bytes] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)  # names that were sent although known
    revoked: set[str] = field(default_factory=set)
    _faults: list[tuple[Call, Fault, int]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        """Refuse to exist outside the demo and the tests."""
        if not self.demo:
            raise HocbaError("signing.software_signer_forbidden")

    def start(self, port: int = 0) -> str:
        """Serve on the loopback and return the address."""
        self._server = ThreadingHTTPServer(("127.0.0.1", port), answering_handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Stop serving."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def fail(self, fault: Fault, *, on: Call, times: int = 1) -> None:
        """Fail at the next calls of a kind; `times` -1 is for ever."""
        with self._lock:
            self._faults.append((on, fault, times))

    def heal(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def take_fault(self, call: Call) -> Fault | None:
        """Return the fault that this call meets."""
        with self._lock:
            for place, (on, fault, times) in enumerate(self._faults):
                if on == call:
                    if times > 0:
                        left = [(on, fault, times - 1)] if times > 1 else []
                        self._faults[place : place + 1] = left
                    return fault
        return None

    def begin(
        self, account: str, digests: Sequence[bytes], names: Sequence[str], name: str = ""
    ) -> Transaction:
        """Take a request: the phone rings. The same name again is the same transaction."""
        with self._lock:
            known = self.transactions.get(name)
            if known is not None:
                self.repeated.append(name)
                return known
            one = Transaction(name or uuid4().hex, account, tuple(digests), tuple(names))
            self.transactions[one.id] = one
            return one

    def confirm(self) -> None:
        """Confirm everything that waits, as the person would on the phone."""
        with self._lock:
            for one in self.transactions.values():
                if one.word == "waiting":
                    self._sign(one)

    def look(self, name: str, fault: Fault | None) -> Transaction | None:
        """Return what is to be said of a transaction now, None when there is no such."""
        with self._lock:
            one = self.transactions.get(name)
            if one is None:
                return None
            one.polls += 1
            ended: dict[Fault, Word] = {
                Fault.REFUSED: "refused",
                Fault.NO_QUOTA: "no_quota",
                Fault.LATE: "late",
            }
            if fault in ended and one.word == "waiting":
                one.word = ended[fault]
            if one.word == "waiting" and 0 <= self.confirm_after < one.polls:
                self._sign(one, half=fault is Fault.REVOKED)
            shown = Transaction(one.id, one.account, one.digests, one.names, values=one.values)
            shown.word = one.word
            if shown.values is not None and fault is not None:
                shown.values = self._spoiled(one, shown.values, fault)
            return shown

    def _sign(self, one: Transaction, *, half: bool = False) -> None:
        signer = self.holder(one.account)
        digests = one.digests[: len(one.digests) // 2] if half else one.digests
        one.values = signer.sign_digests(digests)
        self.signed.update(digests)
        one.word = "certificate" if half else "done"
        if half:
            self.revoked.add(one.account)

    def _spoiled(
        self, one: Transaction, values: tuple[bytes, ...], fault: Fault
    ) -> tuple[bytes, ...]:
        if fault is Fault.WRONG_ORDER:
            return tuple(reversed(values))
        if fault is Fault.DUPLICATE:
            return (*values[:1], *values[:1], *values[2:])
        if fault is Fault.SWAPPED:
            other = self.holder(one.account).sign_digests((sha256(b"khac").digest(),))
            return (*other, *values[1:])
        if fault is Fault.ALTERED:
            bent = bytearray(values[0])
            bent[-1] ^= 1
            return (bytes(bent), *values[1:])
        return values
