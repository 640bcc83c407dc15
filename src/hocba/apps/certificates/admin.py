"""The operator's page on certificates: read-only."""

from django.contrib import admin

from hocba.apps.accounts.admin import ReadOnlyAdmin
from hocba.apps.certificates.models import Certificate


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    """Certificates and their approvals."""

    list_display = ("sha256", "status", "person", "unit", "not_before", "not_after")
    list_filter = ("status",)
    list_select_related = ("person", "unit")
    search_fields = ("sha256", "serial", "person__username", "unit__code")
    exclude = ("der",)
    ordering = ("-registered_at", "id")
