"""Addresses of the portal."""

from django.urls import include, path

from hocba.apps.portal import views
from hocba.apps.portal.api import urls as api

urlpatterns = [
    path("", views.front, name="front"),
    path("xac-minh/", views.verify, name="verify"),
    path("xac-minh/tai-ve/", views.download, name="download"),
    path("xac-minh/<uuid:code>/", views.verify, name="verify_code"),
    path("nhat-ky/", views.public_log, name="public_log"),
    path("nhat-ky/checkpoint", views.checkpoint, name="checkpoint"),
    path("api/v1/", include(api)),
    path("api/xac-minh/", views.verify_api, name="verify_api"),
]
