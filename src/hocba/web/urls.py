"""The map of addresses, in unaccented Vietnamese. Each office keeps its own `urls`."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from hocba.web import help_pages, navigation

handler400 = "hocba.web.trouble.unreadable"
handler403 = "hocba.web.trouble.denied"
handler404 = "hocba.web.trouble.not_found"
handler500 = "hocba.web.trouble.failed"
urlpatterns = [
    path("", include("hocba.apps.portal.urls")),
    path("", include("hocba.apps.accounts.urls")),
    path("", include("hocba.apps.roster.urls")),
    path("", include("hocba.apps.certificates.urls")),
    path("", include("hocba.apps.gradebook.urls")),
    path("", include("hocba.apps.issuing.urls")),
    path("chon-noi/", navigation.choose_unit, name="choose_unit"),
    path("tro-giup/", help_pages.jobs, name="help"),
    path("tro-giup/ma-loi/", help_pages.error_codes, name="error_codes"),
    path("ngon-ngu/", login_not_required(set_language), name="set_language"),
    path("quan-tri/", admin.site.urls),
]
