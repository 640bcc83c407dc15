"""The audit office: who did what, append-only."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Django's registration of this office."""

    name = "hocba.apps.audit"
    verbose_name = "Nhật ký hệ thống"
    default_auto_field = "django.db.models.BigAutoField"
