"""Addresses of the roster office: the set-up of a school year."""

from django.urls import path

from hocba.apps.accounts.policy import fresh_to_send
from hocba.apps.roster import setup_views, views

urlpatterns = [
    path("thiet-lap/<uuid:school_id>/", setup_views.overview, name="setup"),
    path("thiet-lap/<uuid:school_id>/so-dinh-danh/", views.identity, name="identity_cases"),
    path("thiet-lap/<uuid:school_id>/lop/<uuid:class_id>/", views.roll, name="class_roll"),
    path(
        "thiet-lap/<uuid:school_id>/tep/<uuid:import_id>/",
        fresh_to_send(setup_views.one),
        name="setup_import",
    ),
    path("thiet-lap/<uuid:school_id>/<slug:kind>/", setup_views.kind, name="setup_kind"),
    path(
        "thiet-lap/<uuid:school_id>/<slug:kind>/mau/", setup_views.template, name="setup_template"
    ),
]
