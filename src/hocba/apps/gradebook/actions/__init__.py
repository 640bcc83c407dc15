"""Verbs that write the gradebook: `workbook`, `grid`, `entry` (versions, locks), `correct`.

`windows` and `reopen` say when it is written; `notes` keeps what was noted on signals.
"""

from hocba.apps.gradebook.actions.correct import (
    CellCorrection,
    Correction,
    HomeroomCorrection,
    RemarkCorrection,
    apply_corrections,
)
from hocba.apps.gradebook.actions.entry import lock_students
from hocba.apps.gradebook.actions.grid import CellEdit, add_phrase, remove_phrase, save_cells
from hocba.apps.gradebook.actions.notes import note_reading, note_signal
from hocba.apps.gradebook.actions.reopen import (
    approve_reopening,
    ask_reopening,
    close_reopening,
    refuse_reopening,
    withdraw_reopening,
)
from hocba.apps.gradebook.actions.unlock import unlock_students
from hocba.apps.gradebook.actions.windows import lock_book, set_window
from hocba.apps.gradebook.actions.workbook import accept_workbook, hand_in_workbook

__all__ = [
    "note_reading",
    "note_signal",
    "set_window",
    "lock_book",
    "withdraw_reopening",
    "refuse_reopening",
    "close_reopening",
    "ask_reopening",
    "approve_reopening",
    "CellCorrection",
    "CellEdit",
    "Correction",
    "HomeroomCorrection",
    "RemarkCorrection",
    "accept_workbook",
    "add_phrase",
    "apply_corrections",
    "hand_in_workbook",
    "lock_students",
    "unlock_students",
    "remove_phrase",
    "save_cells",
]
