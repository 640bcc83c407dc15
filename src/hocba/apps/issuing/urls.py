"""Addresses of the issuing office."""

from django.urls import path

from hocba.apps.accounts.policy import fresh_to_open, fresh_to_send
from hocba.apps.issuing import (
    delegation_views,
    desk_views,
    print_views,
    queue_views,
    recall_views,
    return_views,
    session_json,
    session_views,
    views,
)

_CLASS = "ky-so/<uuid:class_id>/<slug:kind>/"
_QUEUE = "in-an/<uuid:school_id>/"
_PRINTS = "ky-so/ban-in/<uuid:school_id>/"
_SESSION = "ky-so/luot/<uuid:school_id>/<uuid:session_id>/"

urlpatterns = [
    path("ban-lam-viec/", views.start, name="start"),
    path("hoc-ba/<uuid:class_id>/", fresh_to_send(views.transcripts), name="transcripts"),
    path("ky-so/", desk_views.desk, name="desk"),
    path("ky-so/luot/", session_views.begin, name="begin_session"),
    path(_SESSION, fresh_to_open(session_views.session), name="signing_session"),
    path(f"{_SESSION}hoc-ba/<uuid:draft_id>/", session_views.page, name="session_page"),
    path(f"{_SESSION}tra-lai/", session_views.give_back, name="session_give_back"),
    path(f"{_SESSION}chung-thu/", session_json.check_token, name="session_token"),
    path(f"{_SESSION}chuan-bi/", session_json.prepare, name="session_prepare"),
    path(f"{_SESSION}hoan-tat/", session_json.complete, name="session_complete"),
    path(f"{_SESSION}khoa-mau/", session_json.demo_key, name="session_demo"),
    path(f"{_SESSION}dien-thoai/gui/", session_json.send_to_phone, name="session_send"),
    path(f"{_SESSION}dien-thoai/hoi/", session_json.ask_phone, name="session_ask"),
    path(f"{_SESSION}dien-thoai/huy/", session_json.give_up_phone, name="session_give_up"),
    path("ky-so/tra-lai/", return_views.returns, name="returns"),
    path("ky-so/ky-thay/<uuid:school_id>/", fresh_to_send(return_views.stand_in), name="stand_in"),
    path(
        "ky-so/uy-quyen/<uuid:school_id>/",
        fresh_to_send(delegation_views.delegations),
        name="delegations",
    ),
    path(_PRINTS, fresh_to_open(print_views.seal_prints), name="seal_prints"),
    path(f"{_PRINTS}chung-thu/", print_views.check_seal_token, name="check_seal_token"),
    path(f"{_PRINTS}chuan-bi/", print_views.prepare, name="prepare_prints"),
    path(f"{_PRINTS}hoan-tat/", print_views.complete, name="complete_prints"),
    path(f"{_PRINTS}khoa-mau/", print_views.demo_key, name="demo_key_prints"),
    path("in-an/", queue_views.print_queues, name="print_queues"),
    path(_QUEUE, queue_views.print_queue, name="print_queue"),
    path(f"{_QUEUE}<uuid:job_id>/", queue_views.print_job, name="print_job"),
    path(f"{_QUEUE}<uuid:job_id>/lam-tiep/", queue_views.work_on, name="work_print_job"),
    path(f"{_QUEUE}<uuid:job_id>/tep/", queue_views.print_file, name="print_file"),
    path(_CLASS, fresh_to_open(desk_views.sign_class), name="sign_class"),
    path(f"{_CLASS}chung-thu/", desk_views.check_token, name="check_token"),
    path(f"{_CLASS}chuan-bi/", desk_views.prepare, name="prepare_signing"),
    path(f"{_CLASS}hoan-tat/", desk_views.complete, name="complete_signing"),
    path(f"{_CLASS}khoa-mau/", desk_views.demo_key, name="demo_key"),
    path("thu-hoi/", recall_views.requests, name="recalls"),
    path("thu-hoi/lop/<uuid:class_id>/", recall_views.class_versions, name="recall_class"),
    path("thu-hoi/lap/<uuid:lookup_uuid>/", recall_views.ask, name="recall_ask"),
    path("thu-hoi/<uuid:request_id>/", fresh_to_send(recall_views.one), name="recall"),
    path(
        "thu-hoi/<uuid:request_id>/tep/<str:sha256>/",
        recall_views.evidence,
        name="recall_evidence",
    ),
]
