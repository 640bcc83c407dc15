"""Tables of issuing: the draft of each student-year and the slots to be signed, in order.

Leaf tables, school first. The bytes of a draft lie in the blob store by digest; the row says which
digest is current, and `version` is raised by every embedded signature, so that two signers at once
are noticed. States are those of `core.signing.rounds`; transitions are made by `actions` alone.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from hocba.apps.issuing.desk_models import SessionItem, SigningSession, TranscriptReturn
from hocba.apps.issuing.print_models import PrintItem, PrintJob
from hocba.apps.leaf import LeafModel

__all__ = [
    "Draft",
    "PrintItem",
    "PrintJob",
    "RemoteItem",
    "RemoteSession",
    "SessionItem",
    "SigningSession",
    "Slot",
    "TranscriptReturn",
]

# A signature on which the next may build: made, and stamped where a stamp is due.
SETTLED = Q(state="signed") & (Q(needs_stamp=False) | Q(stamped_at__isnull=False))
DRAFT_STATES = ("signing", "sealed", "issued", "withdrawn", "recalled")
ENDED = ("withdrawn", "recalled")  # these leave room for another draft of the student
SLOT_STATES = ("waiting", "prepared", "signed")
CAPACITIES = ("", "KY_THAY", "KT")  # of core.signing.verdict.Capacity
REMOTE_OPEN = ("ready", "sending", "waiting", "answered")
REMOTE_STATES = (*REMOTE_OPEN, "done", "stopped", "cancelled")
REMOTE_ITEM_STATES = ("waiting", "signed", "refused")


class Draft(LeafModel):
    """One composed student-year on its way to issue."""

    pk = models.CompositePrimaryKey("school_id", "id")
    school_year = models.CharField(max_length=9)
    class_id = models.UUIDField()
    enrolment_id = models.UUIDField()
    lookup_uuid = models.UUIDField()
    plan = models.CharField(max_length=40)
    state = models.CharField(max_length=10)
    document_sha256 = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField(default=1)
    composed_at = models.DateTimeField()
    replaces_uuid = models.UUIDField(null=True)  # the recalled version that this one replaces
    request_id = models.UUIDField(null=True)  # the ledger's request that allowed it

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=DRAFT_STATES), name="draft_state_known"),
            models.UniqueConstraint(
                fields=["school_id", "lookup_uuid"], name="draft_lookup_uuid_once"
            ),
            models.UniqueConstraint(
                fields=["school_id", "enrolment_id"],
                condition=~Q(state__in=ENDED),
                name="draft_one_living_per_enrolment",
                violation_error_message="Học sinh này đã có học bạ đang ký hoặc đã phát hành.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school_id", "class_id", "state"], name="draft_by_class")
        ]

    def __str__(self) -> str:
        """Return the draft's identifier."""
        return str(self.id)


class Slot(LeafModel):
    """One signature that the plan asks of one person (or of the school's seal) on one draft."""

    pk = models.CompositePrimaryKey("school_id", "id")
    draft_id = models.UUIDField()
    draft = models.ForeignObject(
        Draft,
        on_delete=models.RESTRICT,
        from_fields=["school_id", "draft_id"],
        to_fields=["school_id", "id"],
        related_name="slots",
    )
    key = models.CharField(max_length=20)
    role = models.CharField(max_length=12)
    order = models.PositiveSmallIntegerField()
    signer_id = models.CharField(max_length=20)  # citizen id, or school code for the seal
    signer_name = models.CharField(max_length=200)
    targets = models.JSONField()
    state = models.CharField(max_length=8, default="waiting")
    prepared = models.TextField(blank=True)  # core.signing.rounds.Prepared.to_json()
    token_sha256 = models.CharField(max_length=64, blank=True)
    prepared_by = models.UUIDField(null=True)
    expires_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    certificate_sha256 = models.CharField(max_length=64, blank=True)
    needs_stamp = models.BooleanField(default=False)  # by the plan, where there is an authority
    stamp_authority_sha256 = models.CharField(max_length=64, blank=True)  # certificate, a blob
    stamped_at = models.DateTimeField(null=True)  # the time that the authority's stamp proves
    # Who fills it for the named signer, and by what right; "" when that is the signer.
    capacity = models.CharField(max_length=8, blank=True, default="")
    stand_in_id = models.CharField(max_length=20, blank=True, default="")  # citizen id
    stand_in_reason = models.CharField(max_length=300, blank=True, default="")
    delegation_id = models.UUIDField(null=True)
    session_id = models.UUIDField(null=True)  # what its signer was shown before

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=SLOT_STATES), name="slot_state_known"),
            models.CheckConstraint(
                condition=Q(capacity="", stand_in_id="")
                | (Q(capacity__in=CAPACITIES[1:]) & ~Q(stand_in_id="")),
                name="slot_stand_in_has_capacity",
            ),
            models.CheckConstraint(
                condition=~Q(capacity="KY_THAY") | ~Q(stand_in_reason=""),
                name="slot_in_place_says_why",
            ),
            models.UniqueConstraint(
                fields=["school_id", "draft_id", "key"], name="slot_once_per_draft"
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False),
                name="slot_signed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(stamped_at__isnull=True) | Q(state="signed", needs_stamp=True),
                name="slot_stamped_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state="prepared") | Q(expires_at__isnull=False),
                name="slot_prepared_expires",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school_id", "signer_id", "state"], name="slot_by_signer"),
            models.Index(
                fields=["school_id", "draft_id"],
                condition=Q(state="signed", needs_stamp=True, stamped_at__isnull=True),
                name="slot_awaits_stamp",
            ),
        ]

    def __str__(self) -> str:
        """Return the slot's identifier."""
        return str(self.id)


class RemoteSession(LeafModel):
    """What one person sent to one remote service to be signed with one confirmation.

    The row is there before the service is asked. Whoever works on it moves `due_at` into the
    future first: others leave it alone till then, and a worker that was overtaken changes nothing.
    """

    pk = models.CompositePrimaryKey("school_id", "id")
    provider = models.CharField(max_length=40)
    person_id = models.UUIDField()
    account = models.CharField(max_length=20)  # citizen id, or school code for the seal
    certificate_sha256 = models.CharField(max_length=64)
    mode = models.CharField(max_length=8)
    state = models.CharField(max_length=9)
    transaction_id = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    began_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=60, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=REMOTE_STATES), name="remote_session_state_known"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=("document", "sheet")), name="remote_session_mode_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=REMOTE_OPEN, ended_at__isnull=True)
                | (~Q(state__in=REMOTE_OPEN) & Q(ended_at__isnull=False)),
                name="remote_session_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("waiting", "answered")) | ~Q(transaction_id=""),
                name="remote_session_waits_for_something",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["school_id", "due_at"],
                condition=Q(state__in=REMOTE_OPEN),
                name="remote_session_due",
            ),
            models.Index(fields=["school_id", "person_id", "began_at"], name="remote_session_mine"),
        ]

    def __str__(self) -> str:
        """Return the session's identifier."""
        return str(self.id)


class RemoteItem(LeafModel):
    """One prepared slot in a remote session, and what became of it."""

    pk = models.CompositePrimaryKey("school_id", "id")
    session_id = models.UUIDField()
    session = models.ForeignObject(
        RemoteSession,
        on_delete=models.RESTRICT,
        from_fields=["school_id", "session_id"],
        to_fields=["school_id", "id"],
        related_name="items",
    )
    draft_id = models.UUIDField()
    draft = models.ForeignObject(
        Draft,
        on_delete=models.RESTRICT,
        from_fields=["school_id", "draft_id"],
        to_fields=["school_id", "id"],
        related_name="+",
    )
    slot_key = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    token = models.CharField(max_length=64, blank=True)  # "" once the item has ended
    signature = models.TextField(blank=True)  # base64, verified over `digest`
    state = models.CharField(max_length=8, default="waiting")
    reason = models.CharField(max_length=60, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=REMOTE_ITEM_STATES), name="remote_item_state_known"
            ),
            models.UniqueConstraint(
                fields=["school_id", "draft_id", "slot_key"],
                condition=Q(state="waiting"),
                name="remote_item_one_open_per_slot",
                violation_error_message="Phần này đang chờ xác nhận trên điện thoại.",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(token=""), name="remote_item_ended_has_no_token"
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="remote_item_refused_says_why"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school_id", "session_id"], name="remote_item_of_session")
        ]

    def __str__(self) -> str:
        """Return the item's identifier."""
        return str(self.id)
