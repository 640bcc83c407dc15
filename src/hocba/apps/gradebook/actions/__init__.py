"""Verbs that write the gradebook: `workbook`, `grid`, `entry` (versions, locks), `correct`."""

from hocba.apps.gradebook.actions.correct import CellCorrection, apply_corrections
from hocba.apps.gradebook.actions.entry import lock_students
from hocba.apps.gradebook.actions.grid import CellEdit, add_phrase, remove_phrase, save_cells
from hocba.apps.gradebook.actions.workbook import accept_workbook, hand_in_workbook

__all__ = [
    "CellCorrection",
    "CellEdit",
    "accept_workbook",
    "add_phrase",
    "apply_corrections",
    "hand_in_workbook",
    "lock_students",
    "remove_phrase",
    "save_cells",
]
