"""States of a request: a table and one pure function; the diagram is `docs/states/request.md`.

`approve` is an approval after which others are still due, `complete` the last one. A request that
was approved under one period and meets a stricter one goes back (`approve` from approved).
"""

from collections.abc import Mapping
from enum import StrEnum

from hocba.core.errors import HocbaError


class RequestState(StrEnum):
    """Đang xem xét, đã duyệt, từ chối, đã rút, đã thực hiện, đã có bản thay thế."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXECUTED = "executed"
    REPLACED = "replaced"


class RequestEvent(StrEnum):
    """Duyệt một bước, duyệt xong, từ chối, rút, thực hiện, phát hành bản thay thế."""

    APPROVE = "approve"
    COMPLETE = "complete"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    EXECUTE = "execute"
    REPLACE = "replace"


OPEN = frozenset({RequestState.REQUESTED, RequestState.APPROVED})
REQUEST_STEPS: Mapping[tuple[RequestState, RequestEvent], RequestState] = {
    (RequestState.REQUESTED, RequestEvent.APPROVE): RequestState.REQUESTED,
    (RequestState.REQUESTED, RequestEvent.COMPLETE): RequestState.APPROVED,
    (RequestState.REQUESTED, RequestEvent.REFUSE): RequestState.REFUSED,
    (RequestState.REQUESTED, RequestEvent.WITHDRAW): RequestState.WITHDRAWN,
    (RequestState.APPROVED, RequestEvent.APPROVE): RequestState.REQUESTED,
    (RequestState.APPROVED, RequestEvent.COMPLETE): RequestState.APPROVED,
    (RequestState.APPROVED, RequestEvent.REFUSE): RequestState.REFUSED,
    (RequestState.APPROVED, RequestEvent.WITHDRAW): RequestState.WITHDRAWN,
    (RequestState.APPROVED, RequestEvent.EXECUTE): RequestState.EXECUTED,
    (RequestState.EXECUTED, RequestEvent.REPLACE): RequestState.REPLACED,
}


def advance_request(*, state: RequestState, event: RequestEvent) -> RequestState:
    """Return the state after the event.

    Raises:
        HocbaError: "recall.wrong_state".
    """
    try:
        return REQUEST_STEPS[state, event]
    except KeyError:
        raise HocbaError("recall.wrong_state", state=state.value, event=event.value) from None
