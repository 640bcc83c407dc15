"""Tables of issuing: the draft of each student-year and the slots to be signed, in order.

Leaf tables, school first. The bytes of a draft lie in the blob store by digest; the row says which
digest is current, and `version` is raised by every embedded signature, so that two signers at once
are noticed. States are those of `core.signing.rounds`; transitions are made by `actions` alone.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from hocba.apps.leaf import LeafModel

# A signature on which the next may build: made, and stamped where a stamp is due.
SETTLED = Q(state="signed") & (Q(needs_stamp=False) | Q(stamped_at__isnull=False))
DRAFT_STATES = ("signing", "sealed", "issued", "withdrawn", "recalled")
ENDED = ("withdrawn", "recalled")  # these leave room for another draft of the student
SLOT_STATES = ("waiting", "prepared", "signed")


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

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=SLOT_STATES), name="slot_state_known"),
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
