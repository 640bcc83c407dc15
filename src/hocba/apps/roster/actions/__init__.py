"""Writes of the roster: units, and the whole list of a class in one act."""

from hocba.apps.roster.actions.classes import accept_class as accept_class
from hocba.apps.roster.actions.classes import record_leaver as record_leaver
from hocba.apps.roster.actions.units import create_unit as create_unit
from hocba.apps.roster.actions.units import end_unit as end_unit
