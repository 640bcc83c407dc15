"""Addresses of the portal."""

from django.urls import include, path

from hocba.apps.portal import log_files, views
from hocba.apps.portal.api import urls as api

urlpatterns = [
    path("", views.front, name="front"),
    path("xac-minh/", views.verify, name="verify"),
    path("xac-minh/tai-ve/", views.download, name="download"),
    path("xac-minh/<uuid:code>/", views.verify, name="verify_code"),
    path("nhat-ky/", views.public_log, name="public_log"),
    path("xac-minh/ngoai-tuyen/", views.offline_page, name="offline_page"),
    path("nhat-ky/status-list", views.newest_status_list, name="status_list"),
    path("nhat-ky/checkpoint", views.checkpoint, name="checkpoint"),
    path("nhat-ky/tile/<path:rest>", log_files.tile, name="log_tile"),
    path("nhat-ky/muc/<int:index>.tlog-proof", log_files.entry_proof, name="entry_proof"),
    path("nhan-chung/add-checkpoint", log_files.add_checkpoint, name="add_checkpoint"),
    path("nhan-chung/<str:origin>/checkpoint", log_files.witnessed, name="witnessed"),
    path("api/v1/", include(api)),
    path("api/xac-minh/", views.verify_api, name="verify_api"),
]
