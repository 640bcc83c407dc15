"""Tables of the ledger: log entries, the log's head, checkpoints, issued versions, paper claims.

City-wide and append-only: triggers refuse UPDATE and DELETE on every table but the head, whose one
row moves forward by compare-and-swap. Personal data is not here: a leaf carries a salted digest.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from hocba.apps.ledger.life_models import (
    Decision,
    Delivery,
    Forwarding,
    LifeRequest,
    Notice,
    RequestEvidence,
    RequestStep,
)
from hocba.apps.ledger.mass_models import MassRecall, MassRecallItem
from hocba.core.registry.entry import EntryKind

__all__ = [
    "Checkpoint",
    "Decision",
    "Delivery",
    "Forwarding",
    "IssuedTranscript",
    "LifeRequest",
    "LogEntry",
    "LogHead",
    "MassRecall",
    "MassRecallItem",
    "Notice",
    "RequestEvidence",
    "RequestStep",
]


class LogEntry(models.Model):
    """One entry of the public log; its index is its place in the Merkle tree."""

    index = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=16)
    leaf = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=16)
    lookup_uuid = models.UUIDField()
    document_sha256 = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(index__gte=0), name="log_entry_index_not_negative"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in EntryKind]),
                name="log_entry_kind_known",
            ),
            models.UniqueConstraint(
                fields=["lookup_uuid", "kind"],
                condition=Q(kind__in=["issued", "recalled", "replaced"]),
                name="log_entry_once_per_kind_of_event",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["document_sha256"], name="log_entry_document"),
            models.Index(fields=["lookup_uuid", "index"], name="log_entry_of_transcript"),
            models.Index(
                fields=["index"], condition=~Q(kind="issued"), name="log_entry_after_issue"
            ),
        ]

    def __str__(self) -> str:
        """Return the log position, which is no personal data."""
        return f"{self.index} {self.kind}"


class LogHead(models.Model):
    """The one moving row: how many entries the log has. Changed by compare-and-swap alone."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="log_head_is_single"),
            models.CheckConstraint(condition=Q(size__gte=0), name="log_head_size_not_negative"),
        ]

    def __str__(self) -> str:
        """Return the size."""
        return str(self.size)


class IssuingStop(models.Model):
    """The stop switch: while its one row is there, nothing is issued; the audit trail says who."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    reason = models.CharField(max_length=500)
    since = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="issuing_stop_is_single"),
            models.CheckConstraint(condition=~Q(reason=""), name="issuing_stop_has_reason"),
        ]

    def __str__(self) -> str:
        """Return the reason."""
        return self.reason


class Checkpoint(models.Model):
    """A signed statement of the log's size and root, as published (C2SP signed note)."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the size."""
        return str(self.size)


class IssuedTranscript(models.Model):
    """An issued version: the stored bytes of a lookup code; its status is a fold of the log."""

    lookup_uuid = models.UUIDField(primary_key=True)
    school_id = models.UUIDField()
    school_code = models.CharField(max_length=20, blank=True)  # as the log's entries tell it
    school_year = models.CharField(max_length=9)
    enrolment_id = models.UUIDField()
    document_sha256 = models.CharField(max_length=64, unique=True)
    certificates = models.JSONField()  # sha256 of each signer's certificate, kept as blobs
    evidence = models.JSONField(default=list)  # ("ocsp" | "crl" | "issuer", sha256, a blob)
    issued_at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        indexes: ClassVar = [
            models.Index(fields=["school_id", "school_year"], name="issued_by_school_year"),
            models.Index(fields=["enrolment_id"], name="issued_by_enrolment"),
        ]

    def __str__(self) -> str:
        """Return the document's digest, which is no personal data."""
        return self.document_sha256


class PaperClaim(models.Model):
    """What the QR code on paper says of an issued version, as signed once for all prints."""

    lookup_uuid = models.UUIDField(primary_key=True)
    signed = models.BinaryField()  # COSE_Sign1, see core.registry.qr_claim
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return nothing personal."""
        return f"claim of {self.made_at}"


class LookupKey(models.Model):
    """What a lookup code and the right birth date lead to: a keyed digest of both, no date.

    One indexed question answers a look-up, so that a wrong date and a code that never was are the
    same to whoever asks. It is made from the document and can be made again (`index_lookups`).
    """

    digest = models.CharField(max_length=64, primary_key=True)
    lookup_uuid = models.UUIDField()
    key_id = models.CharField(max_length=16)  # which secret it was made with

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lookup_uuid", "key_id"], name="lookup_key_once")
        ]

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest


class PdfRequest(models.Model):
    """Somebody wants the sealed PDF of a transcript; it waits until a `SealedPdf` is there.

    What was prepared for a key elsewhere is kept here under a one-use token; preparing again
    replaces it.
    """

    lookup_uuid = models.UUIDField(primary_key=True)
    school_id = models.UUIDField()
    school_year = models.CharField(max_length=9)
    asked_at = models.DateTimeField()
    prepared = models.TextField(blank=True)  # adapters.pdf.sealing.PreparedSeal.to_json()
    prepared_pdf_sha256 = models.CharField(max_length=64, blank=True)
    prepared_by = models.UUIDField(null=True)
    token_sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(prepared="")
                | Q(expires_at__isnull=False, prepared_by__isnull=False) & ~Q(token_sha256=""),
                name="pdf_request_prepared_for_somebody",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["school_id"], name="pdf_request_by_school")]

    def __str__(self) -> str:
        """Return the lookup code."""
        return str(self.lookup_uuid)


class SealedPdf(models.Model):
    """Which stored file is the sealed PDF of an issued version, by the seal that is on it."""

    pdf_sha256 = models.CharField(max_length=64, primary_key=True)
    lookup_uuid = models.UUIDField()
    certificate_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lookup_uuid", "certificate_sha256"], name="sealed_pdf_once_per_seal"
            )
        ]

    def __str__(self) -> str:
        """Return the file's digest."""
        return self.pdf_sha256


class WitnessCosignature(models.Model):
    """What one witness signed over one of our checkpoints: the line of the note."""

    id = models.BigAutoField(primary_key=True)
    size = models.BigIntegerField()  # of the checkpoint
    witness = models.CharField(max_length=300)  # vkey
    line = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["size", "witness"], name="cosignature_once_per_checkpoint"
            ),
        ]

    def __str__(self) -> str:
        """Return whose and of which size."""
        return f"{self.size} {self.witness}"


class WitnessedLog(models.Model):
    """A key of another log that this installation is a witness of."""

    id = models.BigAutoField(primary_key=True)
    origin = models.CharField(max_length=200)
    origin_sha256 = models.CharField(max_length=64)  # names the log in addresses
    vkey = models.CharField(max_length=300, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the log's name."""
        return self.origin


class WitnessedCheckpoint(models.Model):
    """A checkpoint of another log that was cosigned here; each follows the one before it.

    That only one can follow another is what keeps a log from being rolled back between two
    requests at once.
    """

    id = models.BigAutoField(primary_key=True)
    origin = models.CharField(max_length=200)
    after_size = models.BigIntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()  # with the log's signatures and our cosignature
    at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["origin", "after_size"], name="witnessed_once_after"),
            models.CheckConstraint(
                condition=Q(size__gt=F("after_size")), name="witnessed_log_grows"
            ),
        ]

    def __str__(self) -> str:
        """Return the log and its size."""
        return f"{self.origin} {self.size}"


class LogCheck(models.Model):
    """A comparison of database, public files and stored bytes; issuing rests on the newest."""

    id = models.BigAutoField(primary_key=True)
    size = models.BigIntegerField()
    passed = models.BooleanField()
    differences = models.JSONField(default=list)  # ("code", "what") each, the first hundred
    accepted_because = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the size and whether all was well."""
        return f"{self.size} {self.passed}"
