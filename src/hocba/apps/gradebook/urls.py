"""Addresses of the gradebook office."""

from django.urls import path

from hocba.apps.gradebook import grid_files, grid_views, views

SHEET = "nhap-diem/<uuid:class_id>/<slug:subject_key>/<slug:term>/"

urlpatterns = [
    path("nhap-diem/", grid_views.duties, name="mark_duties"),
    path("nhap-diem/kho-nhan-xet/", grid_views.phrases, name="remark_phrases"),
    path(
        "nhap-diem/truong/<uuid:school_id>/<str:school_year>/",
        grid_views.school_duties,
        name="school_mark_duties",
    ),
    path(SHEET, grid_views.sheet, name="mark_sheet"),
    path(f"{SHEET}luu/", grid_views.save, name="save_marks"),
    path(f"{SHEET}xuat-excel/", grid_files.export, name="export_marks"),
    path(f"{SHEET}nhap-excel/", grid_files.import_sheet, name="import_marks"),
    path("so-diem/<uuid:school_id>/", views.workbooks, name="workbooks"),
    path("so-diem/<uuid:school_id>/<uuid:run_id>/", views.workbook, name="workbook"),
]
