"""Addresses of the gradebook office."""

from django.urls import path

from hocba.apps.gradebook import views

urlpatterns = [
    path("so-diem/<uuid:school_id>/", views.workbooks, name="workbooks"),
    path("so-diem/<uuid:school_id>/<uuid:run_id>/", views.workbook, name="workbook"),
]
