"""The one way out to the net: named hosts only, bounded in size and time, no redirects.

Addresses often come from certificates, that is from strangers: whatever is not on the list of hosts
is refused before a name is looked up.
"""

from dataclasses import dataclass
from functools import cache
from ssl import SSLContext
from time import monotonic
from urllib.parse import urlsplit

import httpx

from hocba.core.errors import HocbaError


@cache
def _tls() -> SSLContext:
    """Whom the web trusts, read once a process: reading it takes longer than most answers."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a host said: status and body."""

    status: int
    body: bytes


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
        return self._expected(self._fetch("GET", url, None, {}), url)

    def post(self, url: str, body: bytes, *, content_type: str) -> bytes:
        """Send a body and return the answer; raises like `get`."""
        answer = self._fetch("POST", url, body, {"Content-Type": content_type})
        return self._expected(answer, url)

    def exchange(self, url: str, body: bytes, *, headers: dict[str, str]) -> Fetched:
        """Send a body to a service that explains its refusals; any answer but a redirect counts.

        Raises:
            HocbaError: "fetch.*" as `get`, but not for a status of 4xx or 5xx.
        """
        answer = self._fetch("POST", url, body, headers)
        if answer.status in range(300, 400):
            raise HocbaError("fetch.failed", host=urlsplit(url).hostname)
        return answer

    def _expected(self, answer: Fetched, url: str) -> bytes:
        if answer.status != httpx.codes.OK:
            raise HocbaError("fetch.failed", host=urlsplit(url).hostname)
        return answer.body

    def _fetch(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Fetched:
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise HocbaError("fetch.host", host="") from error
        # The whole authority part is compared, so that user info and odd ports do not pass.
        if parts.scheme not in ("http", "https") or parts.netloc.lower() not in self.hosts:
            raise HocbaError("fetch.host", host=(parts.hostname or "")[:100])
        try:
            with (
                httpx.Client(timeout=self.seconds, trust_env=False, verify=_tls()) as client,
                client.stream(method, url, content=body, headers=headers) as answer,
            ):
                body_read = self._read(answer, until=monotonic() + self.seconds)
                return Fetched(answer.status_code, body_read)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise HocbaError("fetch.failed", host=parts.hostname) from error

    def _read(self, answer: httpx.Response, *, until: float) -> bytes:
        data = bytearray()
        for chunk in answer.iter_bytes():  # as it comes: a size to wait for would outwait the limit
            data += chunk
            if len(data) > self.max_bytes:
                raise HocbaError("fetch.too_large", limit=self.max_bytes)
            if monotonic() > until:  # a drip that never ends is a failure as well
                raise HocbaError("fetch.failed", host=answer.url.host)
        return bytes(data)
