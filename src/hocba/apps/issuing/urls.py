"""Addresses of the issuing office."""

from django.urls import path

from hocba.apps.issuing import recall_views, views

urlpatterns = [
    path("ban-lam-viec/", views.start, name="start"),
    path("hoc-ba/<uuid:class_id>/", views.transcripts, name="transcripts"),
    path("thu-hoi/", recall_views.requests, name="recalls"),
    path("thu-hoi/lop/<uuid:class_id>/", recall_views.class_versions, name="recall_class"),
    path("thu-hoi/lap/<uuid:lookup_uuid>/", recall_views.ask, name="recall_ask"),
    path("thu-hoi/<uuid:request_id>/", recall_views.one, name="recall"),
    path(
        "thu-hoi/<uuid:request_id>/tep/<str:sha256>/",
        recall_views.evidence,
        name="recall_evidence",
    ),
]
