"""Addresses of the gradebook office."""

from django.urls import path

from hocba.apps.gradebook import (
    grid_files,
    grid_views,
    homeroom_profiles,
    homeroom_sheets,
    homeroom_views,
    results_files,
    results_views,
    views,
)

LED, RESULTS = "chu-nhiem/<uuid:class_id>/", "ket-qua/<uuid:class_id>/"
PROFILE, STUDENT = f"{LED}ho-so/<uuid:enrolment_id>/", f"{RESULTS}em/<uuid:enrolment_id>/"
SHEET = "nhap-diem/<uuid:class_id>/<slug:subject_key>/<slug:term>/"

urlpatterns = [
    path("chu-nhiem/", homeroom_views.classes, name="homeroom"),
    path(LED, homeroom_views.board, name="homeroom_board"),
    path(f"{LED}so/", homeroom_sheets.sheet, name="homeroom_sheet"),
    path(f"{LED}nhan-xet/", homeroom_sheets.remarks, name="homeroom_remarks"),
    path(f"{LED}de-xuat/", homeroom_views.propose, name="homeroom_proposals"),
    path(f"{LED}trong-he/", homeroom_sheets.summer, name="homeroom_summer"),
    path(f"{LED}ho-so/", homeroom_profiles.profiles, name="homeroom_profiles"),
    path(PROFILE, homeroom_profiles.profile, name="homeroom_profile"),
    path("ket-qua/", results_views.classes, name="results_classes"),
    path(RESULTS, results_views.results, name="results"),
    path(f"{RESULTS}li-do/", results_views.reason, name="results_reason"),
    path(f"{RESULTS}bang-tong-hop.pdf", results_files.paper, name="results_paper"),
    path(f"{RESULTS}ket-qua.xlsx", results_files.excel, name="results_excel"),
    path(STUDENT, results_views.student, name="results_student"),
    path(f"{STUDENT}thu/", results_views.what_if, name="results_what_if"),
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
