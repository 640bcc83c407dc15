"""Printed copies that wait for the school's seal, with the names of those whom they are of."""

from dataclasses import dataclass
from uuid import UUID

from hocba.apps.accounts.viewer import Viewer
from hocba.apps.issuing.desk import SEAL, SigningAs
from hocba.apps.issuing.models import Draft
from hocba.apps.ledger.queries import pdfs_waiting
from hocba.apps.roster.queries import class_by_id, students_of_class

MOST_SHOWN = 200  # the oldest requests; the others come when these are sealed


@dataclass(frozen=True, slots=True)
class PrintLine:
    """A PDF that waits for the seal: of whom, in which class and year."""

    lookup_uuid: UUID
    full_name: str
    class_name: str
    school_year: str


def prints_waiting(*, signer: SigningAs) -> int:
    """Return how many PDFs wait for this signer: only a school's seal is waited for."""
    return len(pdfs_waiting(school_id=signer.school_id)) if signer.kind == SEAL else 0


def print_lines(*, viewer: Viewer, school_id: UUID) -> list[PrintLine]:
    """Return the PDFs of a school that wait for its seal, oldest request first.

    Raises:
        HocbaError: "access.denied" when a class is not the viewer's to read.
    """
    asked = pdfs_waiting(school_id=school_id)[:MOST_SHOWN]
    drafts = {
        draft.lookup_uuid: draft
        for draft in Draft.objects.filter(school_id=school_id, lookup_uuid__in=asked)
    }
    classes = {draft.class_id: class_by_id(class_id=draft.class_id) for draft in drafts.values()}
    names = {
        pupil.enrolment_id: pupil.full_name
        for class_id in classes
        for pupil in students_of_class(viewer=viewer, class_id=class_id)
    }
    lines = []
    for code in asked:
        draft = drafts[code]  # what is issued was composed here, and drafts are never deleted
        group = classes[draft.class_id]
        lines.append(
            PrintLine(
                lookup_uuid=code,
                full_name=names[draft.enrolment_id],
                class_name="" if group is None else group.name,
                school_year=draft.school_year,
            )
        )
    return lines
