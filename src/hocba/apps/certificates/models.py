"""The table of the certificates office: X.509 certificates and who answers for each.

City-wide. A certificate signs for nobody until a second person has approved it; a renewed one is a
new row and needs a new approval.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from hocba.apps.roster.models import Unit

STATUSES = {
    "registered": "Chờ duyệt",
    "approved": "Đã duyệt",
    "refused": "Không duyệt",
    "withdrawn": "Đã rút",
}


class Certificate(models.Model):
    """One certificate of one person, or of one school's seal."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.RESTRICT,
        null=True,
        related_name="+",
        verbose_name="người giữ",
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name="đơn vị giữ"
    )
    sha256 = models.CharField("vân tay SHA-256", max_length=64)
    serial = models.CharField("số sê-ri", max_length=80)
    subject = models.CharField("chủ thể", max_length=500)
    issuer = models.CharField("nơi cấp", max_length=500)
    der = models.BinaryField("tệp chứng thư")
    not_before = models.DateTimeField("hiệu lực từ")
    not_after = models.DateTimeField("hiệu lực đến")
    status = models.CharField(
        "trạng thái", max_length=10, choices=list(STATUSES.items()), default="registered"
    )
    registered_by = models.UUIDField("người đăng kí", null=True)
    registered_at = models.DateTimeField("đăng kí lúc")
    approved_by = models.UUIDField("người duyệt", null=True)
    approved_at = models.DateTimeField("duyệt lúc", null=True)
    ended_by = models.UUIDField("người từ chối hoặc rút", null=True)
    ended_at = models.DateTimeField("từ chối hoặc rút lúc", null=True)

    class Meta:
        """Names of the promises kept by the database."""

        verbose_name = "chứng thư số"
        verbose_name_plural = "chứng thư số"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sha256"],
                name="certificate_once",
                violation_error_message="Chứng thư này đã được đăng kí.",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit__isnull=True)
                | Q(person__isnull=True, unit__isnull=False),
                name="certificate_of_person_or_unit",
                violation_error_message="Chứng thư phải thuộc một người hoặc một đơn vị.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=list(STATUSES)),
                name="certificate_status_known",
                violation_error_message="Trạng thái này không có trong danh mục.",
            ),
            models.CheckConstraint(
                condition=Q(not_after__gt=F("not_before")),
                name="certificate_ends_after_start",
                violation_error_message="Chứng thư phải hết hạn sau khi bắt đầu.",
            ),
            models.CheckConstraint(
                condition=Q(
                    status="registered",
                    approved_by__isnull=True,
                    approved_at__isnull=True,
                    ended_at__isnull=True,
                )
                | Q(status="refused", approved_at__isnull=True, ended_at__isnull=False)
                | Q(
                    status="approved",
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    ended_at__isnull=True,
                )
                | Q(
                    status="withdrawn",
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    ended_at__isnull=False,
                ),
                name="certificate_status_has_its_time",
                violation_error_message="Trạng thái chứng thư phải có người và thời điểm.",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(registered_by__isnull=True)
                | ~Q(approved_by=F("registered_by")),
                name="certificate_approved_by_another",
                violation_error_message="Người duyệt phải khác người đăng kí.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "status"], name="certificate_of_person"),
            models.Index(fields=["unit", "status"], name="certificate_of_unit"),
        ]

    def __str__(self) -> str:
        """Return the fingerprint's beginning."""
        return self.sha256[:16]
