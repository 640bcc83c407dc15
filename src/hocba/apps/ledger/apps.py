"""The ledger office: issued versions and the public log."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Django's registration of this office."""

    name = "hocba.apps.ledger"
    verbose_name = "Sổ phát hành và nhật ký công khai"
    default_auto_field = "django.db.models.BigAutoField"
