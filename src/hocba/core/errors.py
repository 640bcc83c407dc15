"""The one kind of error that is part of the law: a refusal with a stable code.

Findings (wrong user data) are values and bugs are all other exceptions; neither lives here.
Only the edge (pages, commands) turns a code into Vietnamese, through `hocba.adapters.wording`.
"""

from collections.abc import Mapping


class HocbaError(Exception):
    """A refusal: the request is understood and not allowed.

    `code` is stable and readable over the phone (e.g. "issuing.order_not_reached");
    `params` fill the Vietnamese sentence and never hold marks or other personal data.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, object] = params
