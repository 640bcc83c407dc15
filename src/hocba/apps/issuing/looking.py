"""What a signer is shown before signing: the pages of a session, from drafts, history and the past.

Reads alone; `actions.review` keeps what was shown.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from hocba.apps.blobs import blob_store
from hocba.apps.gradebook.changes import recorded_changes
from hocba.apps.issuing.desk import SigningAs, slots_waiting
from hocba.apps.issuing.models import ENDED, Draft, SessionItem, TranscriptReturn
from hocba.apps.leaf import CITY_TIME
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import roll_of_class
from hocba.core.assessment.signals import find_signals
from hocba.core.signing import rounds
from hocba.core.signing.review import Review, ReviewPage, review_of, rows_shown
from hocba.core.signing.standing import standing_in
from hocba.core.transcript.canonical import from_xml
from hocba.core.transcript.diff import FieldChange, diff
from hocba.core.transcript.model import Transcript

# Fields that differ in every version, whatever was corrected.
OF_EVERY_VERSION = {"lookup_uuid", "replaces_uuid", "created_at", "issue_date"}


@dataclass(frozen=True, slots=True)
class ShownSlot:
    """One slot as it was shown: the draft's version, its bytes, what the signature would cover."""

    draft: Draft
    slot_key: str
    covered_sha256: str


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown of some classes: the review, its slots, and the text that records both."""

    review: Review
    slots: tuple[ShownSlot, ...]
    shown: str


def look_at(*, signer: SigningAs, classes: Sequence[ClassGroup]) -> Look:
    """Look through everything that waits for a signer in these classes."""
    pages: list[ReviewPage] = []
    slots: list[ShownSlot] = []
    around: dict[str, dict[str, int]] = {}
    for group in classes:
        waiting = slots_waiting(signer=signer, class_id=group.pk)
        drafts = {
            one.id: one
            for one in Draft.objects.filter(
                school_id=signer.school_id, id__in={draft_id for draft_id, _ in waiting}
            )
        }
        found = [(drafts[draft_id], key) for draft_id, key in waiting]
        shown = [_shown(draft, key) for draft, key in found]
        slots += shown
        pages += _pages(signer, group, shown)
        around[group.name] = _around(signer, group, set(drafts))
    review = review_of(pages=pages, signer_id=signer.holder_id)
    return Look(review, tuple(slots), _text(review, pages, slots, around))


def _shown(draft: Draft, slot_key: str) -> ShownSlot:
    document = blob_store().get(draft.document_sha256)
    digest = rounds.covered_digest(document=document, slot_key=slot_key)
    return ShownSlot(draft, slot_key, digest)


def page_key(draft_id: UUID, slot_key: str) -> str:
    """Name a page: one draft may ask two signatures of one person."""
    return f"{draft_id} {slot_key}"


def _pages(signer: SigningAs, group: ClassGroup, shown: Sequence[ShownSlot]) -> list[ReviewPage]:
    last = _last_looks(signer, {one.draft.enrolment_id for one in shown})
    returned = set(
        TranscriptReturn.objects.filter(
            school_id=signer.school_id, new_draft_id__in={one.draft.id for one in shown}
        ).values_list("new_draft_id", flat=True)
    )
    signals = _signals(group, {one.draft.enrolment_id for one in shown})
    pages = []
    for one in shown:
        found = standing_in(blob_store().get(one.draft.document_sha256))
        slot = next(slot for slot in found.slots if slot.key == one.slot_key)
        subjects = {row.key for row in rows_shown(slot, found.transcript)}
        codes = signals.get(one.draft.enrolment_id, {})
        pages.append(
            ReviewPage(
                key=page_key(one.draft.id, one.slot_key),
                class_name=group.name,
                slot=slot,
                transcript=found.transcript,
                changes=_changes(last.get(one.draft.enrolment_id), one.draft, found.transcript),
                returned=one.draft.id in returned,
                signals=tuple(sorted(code for code, where in codes.items() if where & subjects)),
            )
        )
    return pages


def _last_looks(signer: SigningAs, enrolment_ids: set[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Return what this person saw last of each student: the draft, its bytes."""
    items = SessionItem.objects.filter(
        school_id=signer.school_id,
        session__school_id=signer.school_id,
        session__person_id=signer.person_id,
        draft__school_id=signer.school_id,
        draft__enrolment_id__in=enrolment_ids,
    ).order_by("session__opened_at")
    return {
        enrolment_id: (draft_id, digest)
        for enrolment_id, draft_id, digest in items.values_list(
            "draft__enrolment_id", "draft_id", "document_sha256"
        )
    }


def _changes(
    last: tuple[UUID, str] | None, draft: Draft, new: Transcript
) -> tuple[FieldChange, ...]:
    if last is None or last[0] == draft.id:  # the data of one draft never change
        return ()
    old = from_xml(blob_store().get(last[1]))
    found = diff(old=old, new=new)
    return tuple(one for one in found if one.path not in OF_EVERY_VERSION)


def _signals(group: ClassGroup, enrolment_ids: set[UUID]) -> dict[UUID, dict[str, set[str]]]:
    """Return codes of signals by student, each with the subjects in which it was seen."""
    changes = recorded_changes(
        school_id=group.school_id, school_year=group.school_year, enrolment_ids=enrolment_ids
    )
    found: dict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for signal in find_signals(changes, zone=CITY_TIME):
        for place in signal.changes:
            one = changes[place]
            found[UUID(one.student)][signal.code].add(str(one.subject))
    return found


def _around(signer: SigningAs, group: ClassGroup, shown: set[UUID]) -> dict[str, int]:
    """Count who is not in the session: without a transcript, or not this signer's turn yet."""
    living = Draft.objects.filter(school_id=group.school_id, class_id=group.pk)
    living = living.exclude(state__in=ENDED)
    drawn = set(living.values_list("enrolment_id", flat=True))
    pupils = [one for one in roll_of_class(class_id=group.pk) if one.left_date is None]
    signing = living.filter(state="signing").exclude(id__in=shown).count()
    return {
        "without_transcript": sum(one.enrolment_id not in drawn for one in pupils),
        "not_in_this_session": signing,
    }


def _text(
    review: Review,
    pages: Sequence[ReviewPage],
    slots: Sequence[ShownSlot],
    around: dict[str, dict[str, int]],
) -> str:
    """Write what was shown, the same text for the same look."""
    value: dict[str, Any] = {
        "rule": review.rule,
        "classes": [asdict(one) | around[one.class_name] for one in review.classes],
        "pages": [
            {
                "draft": str(shown.draft.id),
                "slot": shown.slot_key,
                "version": shown.draft.version,
                "document_sha256": shown.draft.document_sha256,
                "covered_sha256": shown.covered_sha256,
                "must_open": list(review.must_open[page.key]),
                "changes": [[one.label, one.before, one.after] for one in page.changes],
                "signals": list(page.signals),
            }
            for page, shown in zip(pages, slots, strict=True)
        ],
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
