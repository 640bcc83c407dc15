"""Verbs that write the gradebook: `workbook` (Excel in) and `entry` (versions, locks)."""

from hocba.apps.gradebook.actions.entry import lock_students
from hocba.apps.gradebook.actions.workbook import accept_workbook, hand_in_workbook

__all__ = ["accept_workbook", "hand_in_workbook", "lock_students"]
