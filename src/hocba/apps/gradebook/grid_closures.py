"""What the entry windows say of a sheet's columns, to be seen before one types.

The door for writing asks the windows again; here is only what the page shows.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.adapters.wording.windows import STATE_WORDS
from hocba.apps.gradebook.grid import REMARK, Frame
from hocba.apps.gradebook.models import Reopening
from hocba.apps.gradebook.windows import (
    Scope,
    WindowState,
    open_reopenings,
    permits,
    standing_state,
    windows_of,
)
from hocba.core.assessment.marks import MarkKind


@dataclass(frozen=True, slots=True)
class Closure:
    """Whether a group of columns is closed, and what of it a reopening lets through."""

    word: str
    scope: Scope
    state: WindowState
    reopened: tuple[Reopening, ...]

    def opens(self, enrolment_id: UUID) -> bool:
        """Whether this student's cell can be written."""
        return self.state is WindowState.OPEN or any(
            permits(one, cell=self.scope, state=self.state, enrolment_id=enrolment_id)
            for one in self.reopened
        )


def closures_of(frame: Frame, *, at: datetime) -> dict[str, Closure]:
    """What the windows say of each group of columns; the door for writing says it again."""
    windows = windows_of(school_id=frame.school_id, school_year=frame.school_year)
    scopes = {
        kind.value: Scope(frame.term.value, frame.grade, frame.subject.key, kind.value)
        for kind in MarkKind
    }
    scopes[REMARK] = Scope("", frame.grade, frame.subject.key, REMARK)
    states = {group: standing_state(windows, cell=scope, at=at) for group, scope in scopes.items()}
    reopened: list[Reopening] = []
    if any(state is not WindowState.OPEN for state in states.values()):
        reopened = open_reopenings(
            school_id=frame.school_id,
            school_year=frame.school_year,
            class_ids=[frame.class_id],
            at=at,
        )
    return {
        group: Closure(
            "" if state is WindowState.OPEN else STATE_WORDS[state],
            scopes[group],
            state,
            tuple(reopened),
        )
        for group, state in states.items()
    }
