"""The gradebook office: marks, remarks, homeroom records and their Excel round trip."""

from django.apps import AppConfig


class GradebookConfig(AppConfig):
    """Django's registration of this office."""

    name = "hocba.apps.gradebook"
    verbose_name = "Sổ theo dõi và đánh giá học sinh"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the roster how to ask whether marks stand on an enrolment."""
        from hocba.apps.gradebook.queries import enrolments_with_records
        from hocba.apps.roster.dependents import register

        register(enrolments_with_records)
