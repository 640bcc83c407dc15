"""Verbs of issuing, in the order of the road: `compose` → `sign` → `release`; `correct` walks
it again for a recalled version, `drop` takes a wrong replacement back."""

from hocba.apps.issuing.actions.compose import compose_class
from hocba.apps.issuing.actions.correct import (
    compose_replacement,
    execute_request,
    request_correction,
)
from hocba.apps.issuing.actions.drop import withdraw_replacement
from hocba.apps.issuing.actions.give_back import answer_return, return_transcripts
from hocba.apps.issuing.actions.release import issue_sealed
from hocba.apps.issuing.actions.remote import (
    begin_remote_signing,
    cancel_remote_signing,
    poll_remote_signing,
)
from hocba.apps.issuing.actions.review import note_outcomes, open_page, open_signing_session
from hocba.apps.issuing.actions.seal import seal_waiting
from hocba.apps.issuing.actions.sign import (
    complete_signatures,
    prepare_sheet,
    prepare_signatures,
)
from hocba.apps.issuing.actions.stamp import stamp_waiting
from hocba.apps.issuing.actions.stand_in import take_over_slots

__all__ = [
    "answer_return",
    "begin_remote_signing",
    "cancel_remote_signing",
    "complete_signatures",
    "compose_class",
    "compose_replacement",
    "execute_request",
    "issue_sealed",
    "note_outcomes",
    "open_page",
    "open_signing_session",
    "poll_remote_signing",
    "prepare_sheet",
    "prepare_signatures",
    "request_correction",
    "return_transcripts",
    "seal_waiting",
    "stamp_waiting",
    "take_over_slots",
    "withdraw_replacement",
]
