"""Asking a witness for its cosignature: C2SP tlog-witness over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from hocba.adapters.fetching import Fetcher
from hocba.core.errors import HocbaError
from hocba.core.registry.checkpoint import Verify, read_note
from hocba.core.registry.witness import (
    AddCheckpoint,
    Cosignature,
    cosignatures_in,
    write_add_checkpoint,
)

_MOST_ANSWER_BYTES = 64 * 1024
_OK, _CONFLICT = 200, 409
_REFUSALS = {400: "witness.malformed", 403: "witness.key_unknown", 404: "witness.log_unknown"}

ConsistencyFrom = Callable[[int], list[bytes]]
"""Gives the proof that the tree of a size is a prefix of the submitted one."""


@dataclass(frozen=True, slots=True)
class WitnessClient:
    """One witness: its vkey and its submission prefix."""

    vkey: str
    url: str
    seconds: float = 10.0

    def add_checkpoint(
        self, *, note: str, size: int, old_size: int, proof: ConsistencyFrom, verify: Verify
    ) -> Cosignature:
        """Submit a checkpoint and return the cosignature, verified.

        `old_size` is what the witness is believed to know; it says so when it knows another size,
        and is asked once more from there.

        Raises:
            HocbaError: "witness.ahead" (it knows a longer log: ours was rolled back),
                "witness.inconsistent" (it saw another history), "witness.malformed",
                "witness.key_unknown", "witness.log_unknown", "witness.answer", "fetch.*".
        """
        status, answer = self._post(note, size, old_size, proof)
        if status == _CONFLICT:
            status, answer = self._post(note, size, self._known(answer, size), proof)
        if status != _OK:
            code = _REFUSALS.get(status, "witness.inconsistent")
            raise HocbaError(code, witness=self.name)
        try:
            read = read_note(note + answer.decode("utf-8"))
        except UnicodeDecodeError:
            read = None
        found = read and cosignatures_in(note=read, witnesses=(self.vkey,), verify=verify)
        if not found:
            raise HocbaError("witness.answer", witness=self.name)
        return found[0]

    @property
    def name(self) -> str:
        """The witness's name, as in its vkey."""
        return self.vkey.partition("+")[0]

    def _known(self, answer: bytes, size: int) -> int:
        text = answer.decode("ascii", errors="replace").removesuffix("\n")
        if not text.isdecimal() or len(text) > 19:
            raise HocbaError("witness.answer", witness=self.name)
        if int(text) > size:
            raise HocbaError("witness.ahead", witness=self.name, size=int(text))
        return int(text)

    def _post(
        self, note: str, size: int, old_size: int, proof: ConsistencyFrom
    ) -> tuple[int, bytes]:
        nodes = tuple(proof(old_size)) if 0 < old_size < size else ()
        body = write_add_checkpoint(AddCheckpoint(old_size, nodes, note))
        host = urlsplit(self.url).netloc.lower()
        fetcher = Fetcher(frozenset({host}), self.seconds, _MOST_ANSWER_BYTES)
        answer = fetcher.answer(f"{self.url.rstrip('/')}/add-checkpoint", body)
        if answer.status >= 500:
            raise HocbaError("fetch.failed", host=urlsplit(self.url).hostname)
        return answer.status, answer.body
