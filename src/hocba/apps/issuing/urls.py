"""Addresses of the issuing office."""

from django.urls import path

from hocba.apps.issuing import desk_views, print_views, queue_views, recall_views, views

_CLASS = "ky-so/<uuid:class_id>/<slug:kind>/"
_QUEUE = "in-an/<uuid:school_id>/"
_PRINTS = "ky-so/ban-in/<uuid:school_id>/"

urlpatterns = [
    path("ban-lam-viec/", views.start, name="start"),
    path("hoc-ba/<uuid:class_id>/", views.transcripts, name="transcripts"),
    path("ky-so/", desk_views.desk, name="desk"),
    path(_PRINTS, print_views.seal_prints, name="seal_prints"),
    path(f"{_PRINTS}chung-thu/", print_views.check_seal_token, name="check_seal_token"),
    path(f"{_PRINTS}chuan-bi/", print_views.prepare, name="prepare_prints"),
    path(f"{_PRINTS}hoan-tat/", print_views.complete, name="complete_prints"),
    path(f"{_PRINTS}khoa-mau/", print_views.demo_key, name="demo_key_prints"),
    path("in-an/", queue_views.print_queues, name="print_queues"),
    path(_QUEUE, queue_views.print_queue, name="print_queue"),
    path(f"{_QUEUE}<uuid:job_id>/", queue_views.print_job, name="print_job"),
    path(f"{_QUEUE}<uuid:job_id>/lam-tiep/", queue_views.work_on, name="work_print_job"),
    path(f"{_QUEUE}<uuid:job_id>/tep/", queue_views.print_file, name="print_file"),
    path(_CLASS, desk_views.sign_class, name="sign_class"),
    path(f"{_CLASS}chung-thu/", desk_views.check_token, name="check_token"),
    path(f"{_CLASS}chuan-bi/", desk_views.prepare, name="prepare_signing"),
    path(f"{_CLASS}hoan-tat/", desk_views.complete, name="complete_signing"),
    path(f"{_CLASS}khoa-mau/", desk_views.demo_key, name="demo_key"),
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
