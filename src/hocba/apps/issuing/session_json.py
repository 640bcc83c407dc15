"""The addresses that a session's page speaks with: sign by token, demo key, or on the phone.

Each takes and gives JSON (`desk_json`); what could not be signed is kept beside its item, so that
a reload tells the same.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.issuing import signing_work
from hocba.apps.issuing.actions import note_outcomes
from hocba.apps.issuing.actions.sign import Outcome
from hocba.apps.issuing.desk import SigningAs, signing_as_kind
from hocba.apps.issuing.desk_json import Work, check_certificate, signing_address
from hocba.apps.issuing.models import SigningSession
from hocba.apps.issuing.sessions import session_of
from hocba.apps.roster.queries import unit_by_id
from hocba.core.errors import HocbaError


def session_seat(
    request: HttpRequest, school_id: UUID, session_id: UUID
) -> tuple[SigningAs, SigningSession]:
    """Return as whom the reader signs in their own session, by the rights of today.

    Raises:
        HocbaError: "access.denied".
    """
    viewer, now = viewer_of_request(request), timezone.now()
    session = session_of(viewer=viewer, school_id=school_id, session_id=session_id)
    school = unit_by_id(unit_id=school_id)
    if school is None:
        raise HocbaError("access.denied")
    signer = signing_as_kind(viewer=viewer, school=school, kind=session.kind, at=now)
    if signer.signer_id != session.signer_id:
        raise HocbaError("access.denied")
    return signer, session


def _address(work: Work) -> Callable[..., HttpResponseBase]:
    """Make work a JSON address of a session, which keeps its outcomes."""

    def view(request: HttpRequest, school_id: UUID, session_id: UUID) -> HttpResponseBase:
        @wraps(work)
        def noted(signer: SigningAs, body: dict[str, Any]) -> dict[str, Any]:
            answer = work(signer, body)
            outcomes = answer.get("outcomes", [])
            if outcomes:
                note_outcomes(
                    school_id=school_id,
                    session_id=session_id,
                    outcomes=[
                        Outcome(UUID(one["draft"]), one["slot"], one.get("code", ""))
                        for one in outcomes
                    ],
                    actor=signer.person_id,
                    at=timezone.now(),
                )
            return answer

        seated = signing_address(lambda asked: session_seat(asked, school_id, session_id)[0])
        return seated(noted)(request)

    return view


check_token = _address(check_certificate)
prepare = _address(signing_work.prepare_items)
complete = _address(signing_work.complete_items)
demo_key = _address(signing_work.sign_items_with_demo_key)
send_to_phone = _address(signing_work.send_items_to_phone)
ask_phone = _address(signing_work.ask_phone)
give_up_phone = _address(signing_work.give_up_phone)
