"""Tables of the portal: walls against guessing, keys of other systems, their batches and pulls.

None of them holds a mark or a name; a birth date lives in a batch only until it is judged.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Wall(models.Model):
    """A bucket of tries, by a keyed digest of who or what it counts for (see `throttling`)."""

    key = models.CharField(max_length=64, primary_key=True)
    full_at = models.FloatField()  # Unix seconds at which the bucket is full again
    burst = models.FloatField()  # seconds that a full bucket lasts
    granted = models.BooleanField()  # whether the last try was

    class Meta:
        """Names of the promises kept by the database."""

        indexes: ClassVar = [models.Index(fields=["full_at"], name="wall_by_time")]

    def __str__(self) -> str:
        """Return the digest."""
        return self.key


class ApiKey(models.Model):
    """A key by which another system asks: whose, for what, until when. The key itself is not kept.

    `owner_unit` is a unit's code as its owner writes it; the portal does not know the tree.
    """

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=100)
    owner_unit = models.CharField(max_length=40)
    purpose = models.CharField(max_length=300)
    contact = models.CharField(max_length=200, blank=True)  # who is told of replaced versions
    scopes = models.JSONField()  # of `api.keys.SCOPES`
    key_sha256 = models.CharField(max_length=64, unique=True)
    items_a_minute = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(owner_unit="") & ~Q(purpose=""), name="api_key_says_who_and_what_for"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="api_key_ends"
            ),
        ]

    def __str__(self) -> str:
        """Return the identifier, which opens nothing."""
        return str(self.id)


class Batch(models.Model):
    """A list of codes or of files that a system asked about; unfinished until every item is judged.

    `request_id` is the asking system's own: the same one again is the same batch.
    """

    id = models.UUIDField(primary_key=True)
    key = models.ForeignKey(ApiKey, on_delete=models.RESTRICT, related_name="batches")
    request_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=8)
    content_sha256 = models.CharField(max_length=64)
    total = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "request_id"], name="batch_once_per_request"),
            models.CheckConstraint(
                condition=Q(kind__in=["codes", "files"]), name="batch_kind_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"], name="batch_open", condition=Q(finished_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        """Return the identifier."""
        return str(self.id)


class BatchItem(models.Model):
    """One code or file of a batch; what was asked with is wiped when the outcome is written."""

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()
    code = models.UUIDField(null=True)
    birth_date = models.DateField(null=True)
    file_name = models.CharField(max_length=200, blank=True)
    outcome = models.JSONField(null=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="batch_item_number"),
            models.CheckConstraint(
                condition=Q(outcome__isnull=True) | Q(birth_date__isnull=True),
                name="batch_item_forgets_birth_date",
            ),
        ]

    def __str__(self) -> str:
        """Return the place in the batch."""
        return str(self.number)


class Pull(models.Model):
    """A system asked for something under its key: who, for what, about which codes (digests).

    Append-only. `found` are the transcripts that were really told of: their holders can be named
    to families, and told when a version is replaced.
    """

    id = models.UUIDField(primary_key=True)
    key = models.ForeignKey(ApiKey, on_delete=models.RESTRICT, related_name="pulls")
    purpose = models.CharField(max_length=300)
    scope = models.CharField(max_length=12)
    code_digests = models.JSONField()  # SHA-256 of each code that was asked for
    found = models.JSONField()  # lookup codes of those that were answered
    at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database; triggers refuse changes."""

        indexes: ClassVar = [models.Index(fields=["key", "at"], name="pull_of_key")]

    def __str__(self) -> str:
        """Return the identifier."""
        return str(self.id)
