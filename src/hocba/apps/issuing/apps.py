"""The issuing office: drafts, signing rounds, sealing and issue."""

from django.apps import AppConfig


class IssuingConfig(AppConfig):
    """Django's registration of this office."""

    name = "hocba.apps.issuing"
    verbose_name = "Ký và phát hành học bạ"
    default_auto_field = "django.db.models.BigAutoField"
