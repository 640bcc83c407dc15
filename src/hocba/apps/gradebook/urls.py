"""Addresses of the gradebook office."""

from django.urls import path

from hocba.apps.accounts.policy import View, recent_sign_in_required
from hocba.apps.gradebook import (
    grid_files,
    grid_views,
    history_views,
    reopening_views,
    signal_views,
    views,
    window_views,
)


def fresh(view: View) -> View:
    """Opening and closing the book is a grave act: who sends it signed in a moment ago."""
    return recent_sign_in_required(view, methods=("POST",))


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
