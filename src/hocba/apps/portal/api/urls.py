"""Addresses of the interface: English nouns, for programs (pages have Vietnamese addresses)."""

from django.urls import path, re_path

from hocba.apps.portal.api import views

urlpatterns = [
    path("openapi.json", views.openapi, name="api_openapi"),
    path("status", views.status, name="api_status"),
    re_path(r"^log/entries/(?P<digest>[0-9a-f]{64})$", views.log_entries, name="api_log_entries"),
    path("verifications", views.verify_one, name="api_verify"),
    path("documents", views.document, name="api_document"),
    path("batches/codes", views.batch_of_codes, name="api_batch_of_codes"),
    path("batches/files", views.batch_of_files, name="api_batch_of_files"),
    path("batches/<uuid:batch_id>", views.batch, name="api_batch"),
    path("batches/<uuid:batch_id>/results", views.batch_results, name="api_batch_results"),
]
