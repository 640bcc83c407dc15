"""The certificates office: who holds which certificate, registered and approved by whom."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Django's registration of this office."""

    name = "hocba.apps.certificates"
    verbose_name = "Chứng thư số"
    default_auto_field = "django.db.models.BigAutoField"
