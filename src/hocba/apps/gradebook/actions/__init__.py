"""Verbs that write the gradebook: `workbook` (Excel in), `entry` (versions, locks), `correct`."""

from hocba.apps.gradebook.actions.correct import (
    CellCorrection,
    Correction,
    HomeroomCorrection,
    RemarkCorrection,
    apply_corrections,
)
from hocba.apps.gradebook.actions.entry import lock_students
from hocba.apps.gradebook.actions.workbook import accept_workbook, hand_in_workbook

__all__ = [
    "CellCorrection",
    "Correction",
    "HomeroomCorrection",
    "RemarkCorrection",
    "accept_workbook",
    "apply_corrections",
    "hand_in_workbook",
    "lock_students",
]
