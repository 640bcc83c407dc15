"""Addresses of the accounts office."""

from django.urls import path
from django.views.generic import RedirectView

from hocba.apps.accounts import views

urlpatterns = [
    path("dang-nhap/", views.SignIn.as_view(), name="sign_in"),
    path("dang-xuat/", views.SignOut.as_view(), name="sign_out"),
    path("doi-mat-khau/", views.ChangePassword.as_view(), name="change_password"),
    path("kich-hoat/<uidb64>/<token>/", views.Activate.as_view(), name="activate"),
    # Before Django's own pages of the same addresses.
    path("quan-tri/login/", views.operators_door),
    path("quan-tri/password_change/", RedirectView.as_view(pattern_name="change_password")),
]
