"""Reading is recorded where it has to be answered for: by those above the school, and in files."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.results_rights import ResultsScope, results_scope
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import assignments_of_class, class_by_id
from hocba.core.errors import HocbaError

REASON_LENGTHS = (10, 300)


@transaction.atomic
def record_reading(
    *, class_id: UUID, page: str, reason: str, enrolment_id: UUID | None, actor: UUID, at: datetime
) -> None:
    """Note that an officer above the school looked at results, and why.

    Raises:
        HocbaError: "access.denied", "gradebook.reason_needed".
    """
    group, scope = _read_by(class_id, actor, at)
    if not scope.tells_why:
        raise HocbaError("access.denied")
    least, most = REASON_LENGTHS
    if not least <= len(reason.strip()) <= most:
        raise HocbaError("gradebook.reason_needed", least=least, most=most)
    _record(
        "gradebook.results_read",
        group,
        {"page": page, "enrolment": str(enrolment_id) if enrolment_id else ""},
        reason=reason.strip(),
        actor=actor,
        at=at,
    )


@transaction.atomic
def record_export(
    *, class_id: UUID, form: str, scope: str, request_id: str, actor: UUID, at: datetime
) -> None:
    """Note that a file with a class's results was made: which, for whom, under which number.

    Raises:
        HocbaError: "access.denied" to who takes no file away.
    """
    group, seen = _read_by(class_id, actor, at)
    if not seen.takes_away:
        raise HocbaError("access.denied")
    _record(
        "gradebook.results_exported",
        group,
        {"form": form, "scope": scope, "request": request_id},
        actor=actor,
        at=at,
    )


def _read_by(class_id: UUID, actor: UUID, at: datetime) -> tuple[ClassGroup, ResultsScope]:
    """Return the class and what of it the actor may see."""
    group = class_by_id(class_id=class_id)
    if group is None:
        raise HocbaError("access.denied")
    viewer = viewer_of(person_id=actor, at=at)
    assignments = assignments_of_class(class_id=class_id)
    return group, results_scope(viewer, class_group=group, assignments=assignments)


def _record(
    action: str,
    group: ClassGroup,
    after: dict[str, str],
    *,
    reason: str = "",
    actor: UUID,
    at: datetime,
) -> None:
    record_event(
        school_id=group.school_id,
        school_year=group.school_year,
        action=action,
        object_type="class_group",
        object_id=str(group.pk),
        before=None,
        after=after,
        reason=reason,
        actor=actor,
        at=at,
    )
