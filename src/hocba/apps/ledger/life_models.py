"""Tables of a transcript's later life: requests, their steps and files, deliveries, notices.

City-wide. Steps, evidence, decisions, forwardings and deliveries are append-only (triggers). A
request's content is written once; its state moves under a lock on its row, and the steps tell how.
Marks proposed by a request are personal data: they stay here and never reach the log.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from hocba.core.registry.procedures import OPEN, AskedUnit, RequestEvent, RequestKind, RequestState

_OPEN = sorted(state.value for state in OPEN)


class LifeRequest(models.Model):
    """One request about one issued version: recall, replacement, civil status, sealing."""

    id = models.UUIDField(primary_key=True)
    lookup_uuid = models.UUIDField()
    school_id = models.UUIDField()
    school_level = models.CharField(max_length=4)
    school_year = models.CharField(max_length=9)
    class_id = models.UUIDField()
    enrolment_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    reason_code = models.CharField(max_length=30)
    reason = models.CharField(max_length=500)
    corrections = models.JSONField(default=list)  # [{subject, term, kind, ordinal, before, after}]
    effects = models.JSONField(default=list)  # what-if at request time: [{about, before, after}]
    awaits_reassessment = models.BooleanField(default=False)  # then the second deadline counts
    content_sha256 = models.CharField(max_length=64)  # of what was asked, to know a repetition
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=RequestState.REQUESTED.value)
    waiting_for = models.CharField(max_length=10, blank=True)  # key of the step that is due
    closed_at = models.DateTimeField(null=True)
    difference = models.JSONField(null=True)  # old against new, once the new draft is composed
    replaced_by_uuid = models.UUIDField(null=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in RequestKind]),
                name="life_request_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in RequestState]),
                name="life_request_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, closed_at__isnull=True)
                | (~Q(state__in=_OPEN) & Q(closed_at__isnull=False)),
                name="life_request_closed_has_time",
            ),
            models.UniqueConstraint(
                fields=["lookup_uuid"],
                condition=Q(state__in=_OPEN),
                name="life_request_one_open_per_transcript",
                violation_error_message="Học bạ này đã có một đề nghị đang xem xét.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school_id", "state"], name="life_request_by_school"),
            models.Index(fields=["waiting_for", "school_id"], name="life_request_waiting"),
            models.Index(fields=["lookup_uuid"], name="life_request_of_transcript"),
        ]

    def __str__(self) -> str:
        """Return the request's identifier."""
        return str(self.id)


class RequestStep(models.Model):
    """One act upon a request: approval, refusal, withdrawal, execution, replacement."""

    id = models.UUIDField(primary_key=True)
    request = models.ForeignKey(LifeRequest, on_delete=models.RESTRICT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    event = models.CharField(max_length=10)
    step = models.CharField(max_length=10, blank=True)  # key of the approval, "" for other acts
    person_id = models.UUIDField()
    role = models.CharField(max_length=20, blank=True)
    unit_id = models.UUIDField(null=True)  # None: the system, or a decision from outside
    reason = models.CharField(max_length=500, blank=True)
    decision_number = models.CharField(max_length=60, blank=True)
    rules = models.CharField(max_length=40, blank=True)  # under which rules and period it was given
    at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(event__in=[event.value for event in RequestEvent]),
                name="request_step_event_known",
            ),
            models.UniqueConstraint(fields=["request", "number"], name="request_step_number_once"),
            models.UniqueConstraint(
                fields=["request", "step"],
                condition=~Q(step=""),
                name="request_step_approved_once",
                violation_error_message="Bước này vừa được người khác duyệt.",
            ),
            models.UniqueConstraint(
                fields=["request", "unit_id"],
                condition=~Q(step="") & Q(unit_id__isnull=False),
                name="request_step_unit_approves_once",
            ),
            models.UniqueConstraint(
                fields=["request", "person_id"],
                condition=~Q(step="") & ~Q(step=AskedUnit.MINISTRY.value),
                name="request_step_person_approves_once",
            ),
        ]

    def __str__(self) -> str:
        """Return the step's identifier."""
        return str(self.id)


class RequestEvidence(models.Model):
    """A file kept with a request, by digest; it is handed out as a download, never run."""

    id = models.UUIDField(primary_key=True)
    request = models.ForeignKey(LifeRequest, on_delete=models.RESTRICT, related_name="evidence")
    sha256 = models.CharField(max_length=64)
    filename = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    added_by = models.UUIDField()
    added_at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "sha256"], name="request_evidence_file_once")
        ]

    def __str__(self) -> str:
        """Return the file's digest."""
        return self.sha256


class Decision(models.Model):
    """What an executed request put into the log: the bytes of its decision digest, and the salt."""

    request = models.OneToOneField(
        LifeRequest, primary_key=True, on_delete=models.RESTRICT, related_name="decision"
    )
    log_index = models.BigIntegerField(unique=True)
    salt = models.BinaryField(max_length=16)
    decision = models.BinaryField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the log position."""
        return str(self.log_index)


class Forwarding(models.Model):
    """An issued version was reported to the Ministry: from here on the Ministry decides too."""

    lookup_uuid = models.UUIDField(primary_key=True)
    receipt = models.CharField(max_length=100)
    recorded_by = models.UUIDField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the receipt."""
        return self.receipt


class Delivery(models.Model):
    """Who received which version: a share link opened, an admission system's pull, a school."""

    CHANNELS: ClassVar = ("email", "webhook", "none")
    id = models.UUIDField(primary_key=True)
    lookup_uuid = models.UUIDField()
    document_sha256 = models.CharField(max_length=64)
    recipient = models.CharField(max_length=200)
    source = models.CharField(max_length=20)  # "share_link" | "admission" | "school"
    reference = models.CharField(max_length=100)  # the link's or pull's own key
    channel = models.CharField(max_length=8)
    address = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel="none", address="")
                | (Q(channel__in=["email", "webhook"]) & ~Q(address="")),
                name="delivery_channel_has_address",
            ),
            models.UniqueConstraint(
                fields=["lookup_uuid", "source", "reference"], name="delivery_recorded_once"
            ),
        ]

    def __str__(self) -> str:
        """Return the delivery's identifier."""
        return str(self.id)


class Notice(models.Model):
    """Outbox: one recipient to be told once of one event; a sweep hands it out."""

    id = models.UUIDField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.RESTRICT, related_name="notices")
    kind = models.CharField(max_length=16)
    log_index = models.BigIntegerField()
    state = models.CharField(max_length=8, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=60, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "log_index"], name="notice_once_per_event"),
            models.CheckConstraint(
                condition=Q(state="waiting", sent_at__isnull=True)
                | Q(state="sent", sent_at__isnull=False)
                | Q(state="given_up", sent_at__isnull=True),
                name="notice_sent_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="notice_due")
        ]

    def __str__(self) -> str:
        """Return the notice's identifier."""
        return str(self.id)
