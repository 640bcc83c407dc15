"""The one way out to the net: named hosts only, bounded in size and time, no redirects.

Addresses often come from certificates, that is from strangers: whatever is not on the list of hosts
is refused before a name is looked up.
"""

from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

import httpx

from hocba.core.errors import HocbaError

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches from `hosts` ("name" or "name:port"); an answer takes at most `seconds` in all."""

    hosts: frozenset[str]
    seconds: float = 10.0
    max_bytes: int = 32 * 1024 * 1024

    def get(self, url: str) -> bytes:
        """Return what stands at an address.

        Raises:
            HocbaError: "fetch.host" (not on the list), "fetch.failed" (nobody there, too slow, not
                a 200), "fetch.too_large".
        """
        return self._fetch("GET", url, None, {})

    def post(self, url: str, body: bytes, *, content_type: str) -> bytes:
        """Send a body and return the answer; raises like `get`."""
        return self._fetch("POST", url, body, {"Content-Type": content_type})

    def exchange(
        self, url: str, body: bytes | None = None, *, content_type: str = ""
    ) -> tuple[int, bytes]:
        """Return status and body of an answer, whatever the status; a body makes it a POST.

        Raises:
            HocbaError: "fetch.host", "fetch.failed" (nobody there, too slow), "fetch.too_large".
        """
        headers = {"Content-Type": content_type} if content_type else {}
        return self._ask("GET" if body is None else "POST", url, body, headers)

    def _fetch(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        status, answer = self._ask(method, url, body, headers)
        if status != httpx.codes.OK:
            raise HocbaError("fetch.failed", host=urlsplit(url).hostname)
        return answer

    def _ask(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise HocbaError("fetch.host", host="") from error
        # The whole authority part is compared, so that user info and odd ports do not pass.
        if parts.scheme not in ("http", "https") or parts.netloc.lower() not in self.hosts:
            raise HocbaError("fetch.host", host=(parts.hostname or "")[:100])
        try:
            with (
                httpx.Client(timeout=self.seconds, trust_env=False) as client,
                client.stream(method, url, content=body, headers=headers) as answer,
            ):
                read = self._read(answer, until=monotonic() + self.seconds)
                return answer.status_code, read
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise HocbaError("fetch.failed", host=parts.hostname) from error

    def _read(self, answer: httpx.Response, *, until: float) -> bytes:
        data = bytearray()
        for chunk in answer.iter_bytes(_CHUNK):
            data += chunk
            if len(data) > self.max_bytes:
                raise HocbaError("fetch.too_large", limit=self.max_bytes)
            if monotonic() > until:  # a drip that never ends is a failure as well
                raise HocbaError("fetch.failed", host=answer.url.host)
        return bytes(data)
