"""A client of an RFC 3161 authority over HTTP (§3.4); requests and answers by pyHanko."""

from dataclasses import dataclass

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError

from hocba.adapters.fetching import Fetcher
from hocba.core.errors import HocbaError
from hocba.core.signing.path import run_offline
from hocba.core.signing.timestamps import MAX_TOKEN_BYTES, read_stamp

QUERY = "application/timestamp-query"


@dataclass(frozen=True, slots=True)
class HttpTimeStamper:
    """Asks one authority at `url` through a bounded fetcher."""

    url: str
    fetcher: Fetcher

    def stamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Return a token over a digest made with `algorithm`, with the nonce of the very request.

        Raises:
            HocbaError: "fetch.*", "timestamp.refused" (the authority says no, or another nonce),
                "timestamp.unreadable", "timestamp.other_data", "timestamp.value".
        """
        try:
            name = algorithm.replace("-", "_")
            token = run_offline(_Exchange(self).async_timestamp(digest, name)).dump()
        # pyHanko stumbles over its own message about a wrong nonce: AttributeError.
        except (TimestampRequestError, AttributeError) as error:
            raise HocbaError("timestamp.refused") from error
        except (ValueError, TypeError, KeyError) as error:
            raise HocbaError("timestamp.unreadable") from error
        read_stamp(token=token, imprint=digest, algorithm=algorithm)
        return bytes(token)


class _Exchange(TimeStamper):
    """pyHanko makes the request and reads the answer; the fetcher carries both."""

    def __init__(self, authority: HttpTimeStamper) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        answer = self._authority.fetcher.post(self._authority.url, req.dump(), content_type=QUERY)
        if len(answer) > 2 * MAX_TOKEN_BYTES:
            raise HocbaError("timestamp.unreadable")
        return tsp.TimeStampResp.load(answer, strict=True)
