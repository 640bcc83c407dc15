"""Verbs that write the gradebook: `workbook` (Excel in), `entry` (versions, locks), `correct`."""

from hocba.apps.gradebook.actions.correct import CellCorrection, apply_corrections
from hocba.apps.gradebook.actions.entry import lock_students
from hocba.apps.gradebook.actions.unlock import unlock_students
from hocba.apps.gradebook.actions.workbook import accept_workbook, hand_in_workbook

__all__ = [
    "CellCorrection",
    "accept_workbook",
    "apply_corrections",
    "hand_in_workbook",
    "lock_students",
    "unlock_students",
]
