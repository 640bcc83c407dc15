"""Tables of the signing desk: what somebody looked at before signing, and what was given back.

Leaf tables, school first. A session's row is what was shown, frozen by triggers; its items say
which pages were opened and what could not be signed.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from hocba.apps.leaf import LeafModel

RETURN_OPEN = ("open", "answered")
RETURN_STATES = (*RETURN_OPEN, "closed")


class SigningSession(LeafModel):
    """What one person was shown before signing: totals, pages with their bytes' digests, reasons.

    Signatures name the session that they rest on (`Slot.session_id`). Append-only.
    """

    pk = models.CompositePrimaryKey("school_id", "id")
    school_year = models.CharField(max_length=9)
    person_id = models.UUIDField()
    kind = models.CharField(max_length=10)  # as in addresses: ca-nhan, uy-quyen
    signer_id = models.CharField(max_length=20)  # in whose slots
    opened_at = models.DateTimeField()
    shown = models.TextField()  # canonical JSON
    shown_sha256 = models.CharField(max_length=64)

    class Meta:
        """How sessions are looked for."""

        indexes: ClassVar = [
            models.Index(fields=["school_id", "person_id", "opened_at"], name="session_mine")
        ]

    def __str__(self) -> str:
        """Return the session's identifier."""
        return str(self.id)


class SessionItem(LeafModel):
    """One slot of a session: the version that was shown, whether its page was opened, its refusal.

    `covered_sha256` is of all that the signature will cover; a slot that would cover anything else
    by now was not looked at.
    """

    pk = models.CompositePrimaryKey("school_id", "id")
    session_id = models.UUIDField()
    session = models.ForeignObject(
        SigningSession,
        on_delete=models.RESTRICT,
        from_fields=["school_id", "session_id"],
        to_fields=["school_id", "id"],
        related_name="items",
    )
    draft_id = models.UUIDField()
    draft = models.ForeignObject(
        "issuing.Draft",
        on_delete=models.RESTRICT,
        from_fields=["school_id", "draft_id"],
        to_fields=["school_id", "id"],
        related_name="+",
    )
    slot_key = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField()
    document_sha256 = models.CharField(max_length=64)
    covered_sha256 = models.CharField(max_length=64)
    must_open = models.BooleanField()
    opened_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=60, blank=True)  # why it was not signed when last tried

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school_id", "session_id", "draft_id", "slot_key"],
                name="session_item_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school_id", "draft_id", "slot_key"], name="session_item_of_slot")
        ]

    def __str__(self) -> str:
        """Return the item's identifier."""
        return str(self.id)


class TranscriptReturn(LeafModel):
    """A later signer gave a transcript back to an earlier one, with a reason (trả lại).

    The draft is withdrawn with its signatures as they are; the year is open for correcting. States
    are those of `states.RETURN`.
    """

    pk = models.CompositePrimaryKey("school_id", "id")
    school_year = models.CharField(max_length=9)
    class_id = models.UUIDField()
    enrolment_id = models.UUIDField()
    draft_id = models.UUIDField()
    draft = models.ForeignObject(
        "issuing.Draft",
        on_delete=models.RESTRICT,
        from_fields=["school_id", "draft_id"],
        to_fields=["school_id", "id"],
        related_name="returns",
    )
    slot_key = models.CharField(max_length=20)  # to whom: their slot in that draft
    signer_id = models.CharField(max_length=20)
    signer_name = models.CharField(max_length=200)
    subjects = models.CharField(max_length=300, blank=True)  # names, for people to read
    returned_by = models.UUIDField()
    returner_name = models.CharField(max_length=200)
    returner_role = models.CharField(max_length=12)
    reason = models.CharField(max_length=500)
    returned_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="open")
    answer = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    new_draft_id = models.UUIDField(null=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=RETURN_STATES), name="transcript_return_state_known"
            ),
            models.UniqueConstraint(
                fields=["school_id", "draft_id", "slot_key"],
                name="transcript_return_once_per_slot",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="transcript_return_says_why"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="transcript_return_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | ~Q(answer=""),
                name="transcript_return_answered_says_what",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["school_id", "enrolment_id"],
                condition=Q(state__in=RETURN_OPEN),
                name="transcript_return_open",
            )
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)
