"""The roster office: units valid in time, classes, students, teaching assignments."""

from django.apps import AppConfig


class RosterConfig(AppConfig):
    """Django's registration of this office."""

    name = "hocba.apps.roster"
    verbose_name = "Đơn vị, lớp, học sinh"
    default_auto_field = "django.db.models.BigAutoField"
