"""The accounts office: people, their dated roles in units, sign-in, permissions."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Django's registration of this office."""

    name = "hocba.apps.accounts"
    verbose_name = "Tài khoản và vai trò"
    default_auto_field = "django.db.models.BigAutoField"
