"""Addresses of the gradebook office."""

from django.urls import path

from hocba.apps.accounts.policy import View, recent_sign_in_required
from hocba.apps.gradebook import (
    grid_files,
    grid_views,
    history_views,
    homeroom_profiles,
    homeroom_sheets,
    homeroom_views,
    reopening_views,
    results_files,
    results_views,
    signal_views,
    views,
    window_views,
)


def fresh(view: View) -> View:
    """Opening and closing the book is a grave act: who sends it signed in a moment ago."""
    return recent_sign_in_required(view, methods=("POST",))


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
    path("khoa-so/", window_views.books, name="books"),
    path("khoa-so/mo/", reopening_views.reopenings, name="reopenings"),
    path("khoa-so/mo/moi/", reopening_views.reopening_parts, name="reopening_parts"),
    path(
        "khoa-so/mo/moi/<uuid:class_id>/<slug:subject_key>/",
        reopening_views.ask,
        name="reopening_ask",
    ),
    path(
        "khoa-so/mo/<uuid:school_id>/<uuid:reopening_id>/",
        fresh(reopening_views.reopening),
        name="reopening",
    ),
    path("khoa-so/<uuid:school_id>/", window_views.book, name="book"),
    path("khoa-so/<uuid:school_id>/dot-moi/", fresh(window_views.new_window), name="window_new"),
    path("khoa-so/<uuid:school_id>/khoa/", fresh(window_views.lock), name="book_lock"),
    path("khoa-so/<uuid:school_id>/<uuid:window_id>/", fresh(window_views.window), name="window"),
    path("lich-su/truong/<uuid:school_id>/", history_views.histories, name="histories"),
    path("lich-su/<uuid:class_id>/", history_views.history, name="history"),
    path("lich-su/<uuid:class_id>/xuat-excel/", history_views.export, name="history_export"),
    path("lich-su/<uuid:class_id>/o/", history_views.cell, name="cell_history"),
    path("tin-hieu/", signal_views.all_signals, name="all_signals"),
    path("tin-hieu/<uuid:school_id>/", signal_views.signals, name="signals"),
    path("so-diem/<uuid:school_id>/", views.workbooks, name="workbooks"),
    path("so-diem/<uuid:school_id>/<uuid:run_id>/", views.workbook, name="workbook"),
]
