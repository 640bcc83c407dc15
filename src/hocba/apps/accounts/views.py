"""Pages of the accounts office: sign in, sign out, activate an account."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator

from hocba.apps.accounts.actions import record_sign_in
from hocba.apps.accounts.addresses import client_address
from hocba.apps.accounts.forms import SignInForm
from hocba.apps.accounts.models import Person


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """`/dang-nhap/`: template `accounts/sign_in.html` with `form` and `next`."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_form_kwargs(self) -> dict[str, Any]:
        """Add the client's address, which the throttle counts by."""
        return {**super().get_form_kwargs(), "address": client_address(self.request)}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in and remember it."""
        response = super().form_valid(form)
        user = form.get_user()
        if isinstance(user, Person):
            record_sign_in(person_id=user.pk, actor=user.pk, at=timezone.now())
        return response


class SignOut(LogoutView):
    """`/dang-xuat/`: POST only, so that no link on another page signs anybody out."""

    http_method_names = ["post", "options"]  # noqa: RUF012 -- the name and shape are Django's
