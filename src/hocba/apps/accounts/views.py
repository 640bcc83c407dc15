"""Pages of the accounts office: sign in, sign out, activate an account."""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.views import (
    INTERNAL_RESET_SESSION_TOKEN,
    LoginView,
    LogoutView,
    PasswordChangeView,
    PasswordResetConfirmView,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator

from hocba.apps.accounts.actions import set_password
from hocba.apps.accounts.addresses import client_address
from hocba.apps.accounts.forms import SignInForm
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.security_forms import NewPasswordForm
from hocba.core.errors import HocbaError


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """`/dang-nhap/`: template `accounts/sign_in.html` with `form` and `next`."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_form_kwargs(self) -> dict[str, Any]:
        """Add the client's address, which the walls count by."""
        return {**super().get_form_kwargs(), "address": client_address(self.request)}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, or go on to the second factor of those who have one."""
        person = form.get_user()
        login = Login(user=person, redirect_url=self.get_success_url())
        shown = {"username": person.get_username()}
        response: HttpResponse = perform_password_login(self.request, shown, login)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the provider of sign-in elsewhere, if there is one."""
        return super().get_context_data(**kwargs, provider=settings.HOCBA_OIDC)


@method_decorator(login_not_required, name="dispatch")
class Activate(PasswordResetConfirmView):
    """`/kich-hoat/…/`: set a password through the link that came with the account.

    Template `accounts/activate.html` with `form`, and `validlink` False when the link is spent.
    """

    template_name = "accounts/activate.html"
    success_url = reverse_lazy("sign_in")

    def form_valid(self, form: "SetPasswordForm[Person]") -> HttpResponse:
        """Set the password by its action and lead to the sign-in page."""
        person, password = form.user, form.cleaned_data["new_password1"]
        set_password(person_id=person.pk, password=password, actor=person.pk, at=timezone.now())
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        return redirect(self.get_success_url())


class ChangePassword(PasswordChangeView):
    """`/doi-mat-khau/`: template `accounts/change_password.html` with `form`."""

    form_class = NewPasswordForm

    template_name = "accounts/change_password.html"

    def form_valid(self, form: "SetPasswordForm[Person]") -> HttpResponse:
        """Set the password by its action; this session goes on, all others end."""
        person, password = form.user, form.cleaned_data["new_password1"]
        set_password(person_id=person.pk, password=password, actor=person.pk, at=timezone.now())
        person.refresh_from_db()
        update_session_auth_hash(self.request, person)
        return redirect(settings.LOGIN_REDIRECT_URL)


@login_not_required
def operators_door(request: HttpRequest) -> HttpResponse:
    """`/quan-tri/login/`: Django's own sign-in page would stand outside the walls of `throttling`.

    Who has signed in and still comes here is no operator; sending them on would go in circles.
    """
    if request.user.is_authenticated:
        raise HocbaError("access.denied")
    return redirect(f"{reverse('sign_in')}?{request.GET.urlencode()}")


class SignOut(LogoutView):
    """`/dang-xuat/`: POST only, so that no link on another page signs anybody out."""

    http_method_names = ["post", "options"]  # noqa: RUF012 -- the name and shape are Django's
