"""Writes of the roster: units, class lists, moves, the set-up of a school year."""

from hocba.apps.roster.actions.classes import accept_class as accept_class
from hocba.apps.roster.actions.classes import assign_class as assign_class
from hocba.apps.roster.actions.classes import record_leaver as record_leaver
from hocba.apps.roster.actions.identity import give_identity_cases as give_identity_cases
from hocba.apps.roster.actions.moves import leave_class as leave_class
from hocba.apps.roster.actions.moves import move_to_class as move_to_class
from hocba.apps.roster.actions.setup import approve_assignments as approve_assignments
from hocba.apps.roster.actions.setup import confirm_setup as confirm_setup
from hocba.apps.roster.actions.setup import hand_in_setup as hand_in_setup
from hocba.apps.roster.actions.setup import return_assignments as return_assignments
from hocba.apps.roster.actions.setup import undo_setup as undo_setup
from hocba.apps.roster.actions.units import create_unit as create_unit
from hocba.apps.roster.actions.units import end_unit as end_unit
