"""The portal: what anybody may ask without an account."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Django's registration of this office; it has no tables of its own."""

    name = "hocba.apps.portal"
    verbose_name = "Cổng kiểm tra công khai"
