"""Addresses of the accounts office; names with account_, mfa_ or openid_ in front are allauth's."""

from allauth.socialaccount.providers.openid_connect.views import callback, login
from django.urls import path
from django.views.generic import RedirectView

from hocba.apps.accounts import security_views as security
from hocba.apps.accounts import views
from hocba.apps.accounts.security_views import door, fresh

_HERE = RedirectView.as_view(pattern_name="security")
_SIGN_IN = views.SignIn.as_view()
_SECURITY = security.Security.as_view()

urlpatterns = [
    path("dang-nhap/", _SIGN_IN, name="sign_in"),
    path("dang-nhap/", _SIGN_IN, name="account_login"),
    path("dang-nhap/ma/", door(security.SecondFactor.as_view()), name="mfa_authenticate"),
    path("dang-nhap/khoa/", door(security.PasskeySignIn.as_view()), name="mfa_login_webauthn"),
    path("dang-nhap/lai/", security.PasswordAgain.as_view(), name="account_reauthenticate"),
    path("dang-nhap/lai/ma/", security.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path(
        "dang-nhap/lai/khoa/",
        security.PasskeyAgain.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("dang-nhap/qua/<slug:provider_id>/", login, name="openid_connect_login"),
    path("dang-nhap/qua/<slug:provider_id>/ve/", callback, name="openid_connect_callback"),
    path("dang-nhap/qua/", door(security.provider_cancelled), name="socialaccount_login_cancelled"),
    path("dang-xuat/", views.SignOut.as_view(), name="sign_out"),
    path("doi-mat-khau/", views.ChangePassword.as_view(), name="change_password"),
    path("kich-hoat/<uidb64>/<token>/", views.Activate.as_view(), name="activate"),
    path("tai-khoan/", _SECURITY, name="security"),
    path("tai-khoan/", _SECURITY, name="mfa_index"),
    path("tai-khoan/phien/", security.end_session, name="end_session"),
    path("tai-khoan/ung-dung/", fresh(security.AddApp.as_view()), name="mfa_activate_totp"),
    path("tai-khoan/ung-dung/bo/", fresh(security.RemoveApp.as_view()), name="mfa_deactivate_totp"),
    path("tai-khoan/khoa/", fresh(security.AddPasskey.as_view()), name="mfa_add_webauthn"),
    path("tai-khoan/khoa/", _HERE, name="mfa_list_webauthn"),
    path(
        "tai-khoan/khoa/<int:pk>/",
        fresh(security.RemovePasskey.as_view()),
        name="mfa_remove_webauthn",
    ),
    path(
        "tai-khoan/ma-du-phong/",
        fresh(security.SpareCodes.as_view()),
        name="mfa_view_recovery_codes",
    ),
    path(
        "tai-khoan/ma-du-phong/moi/",
        fresh(security.NewSpareCodes.as_view()),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "tai-khoan/ma-du-phong/tep/",
        fresh(security.SpareCodesFile.as_view()),
        name="mfa_download_recovery_codes",
    ),
    # Before Django's own pages of the same addresses.
    path("quan-tri/login/", views.operators_door),
    path("quan-tri/password_change/", RedirectView.as_view(pattern_name="change_password")),
]
