"""Addresses of the certificates office."""

from django.urls import path

from hocba.apps.certificates import views

urlpatterns = [
    path("chung-thu/tong-hop/", views.plan, name="certificate_plan"),
    path("chung-thu/<uuid:school_id>/", views.staff, name="staff_certificates"),
]
