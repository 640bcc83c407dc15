"""Addresses of the issuing office."""

from django.urls import path

from hocba.apps.issuing import views

urlpatterns = [
    path("ban-lam-viec/", views.start, name="start"),
    path("hoc-ba/<uuid:class_id>/", views.transcripts, name="transcripts"),
]
