"""Addresses of the accounts office."""

from django.urls import path

from hocba.apps.accounts import views

urlpatterns = [
    path("dang-nhap/", views.SignIn.as_view(), name="sign_in"),
    path("dang-xuat/", views.SignOut.as_view(), name="sign_out"),
    path("kich-hoat/<uidb64>/<token>/", views.Activate.as_view(), name="activate"),
]
