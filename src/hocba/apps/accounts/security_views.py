"""Pages of one's own account: second factors, passkeys, spare codes, sign-ins that still hold.

allauth does the work; here it gets our addresses, templates and an event for every change.
"""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import ReauthenticateView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hocba.apps.accounts.actions import end_sessions, record_second_factor
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.policy import (
    fresh_to_open,
    has_second_factor,
    must_have_second_factor,
    needs_second_factor,
)
from hocba.apps.accounts.sessions import open_sessions
from hocba.core.errors import HocbaError


def _person(request: HttpRequest) -> Person:
    user = request.user
    if not isinstance(user, Person):
        raise HocbaError("access.denied")
    return user


class _Remembered:
    """Do what the form asks for and write the event, both or neither."""

    request: HttpRequest
    act: str
    done: str

    def form_valid(self, form: Any) -> HttpResponse:
        """Change the factor; the page that follows says so."""
        person = _person(self.request)
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            record_second_factor(
                person_id=person.pk, act=self.act, actor=person.pk, at=timezone.now()
            )
        messages.success(self.request, _(self.done))
        return response


@method_decorator(never_cache, name="dispatch")
class Security(IndexView):  # type: ignore[misc] # allauth has no types
    """`/tai-khoan/`: what protects the account, and where it is signed in."""

    template_name = "accounts/security.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the policy and the sign-ins."""
        person, now = _person(self.request), timezone.now()
        factors = super().get_context_data(**kwargs)["authenticators"]
        return {
            "app": factors.get("totp"),
            "passkeys": [one.instance for one in factors.get("webauthn", [])],
            "spare": factors.get("recovery_codes"),
            "has_password": person.has_usable_password(),
            "protected": has_second_factor(person_id=person.pk),
            "needed": needs_second_factor(person_id=person.pk, at=now),
            "must": must_have_second_factor(person_id=person.pk, at=now),
            "sessions": open_sessions(
                person_id=person.pk, session_key=self.request.session.session_key
            ),
        }


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """`/tai-khoan/phien/`: end one of the other sign-ins, or all of them."""
    person = _person(request)
    others = [
        one.id
        for one in open_sessions(person_id=person.pk, session_key=request.session.session_key)
        if not one.is_this
    ]
    chosen = request.POST.get("session", "")
    ended = [one for one in others if not chosen or str(one) == chosen]
    end_sessions(person_id=person.pk, sessions=ended, actor=person.pk, at=timezone.now())
    messages.success(request, _("Đã kết thúc %(count)s phiên đăng nhập.") % {"count": len(ended)})
    return redirect("security")


class SecondFactor(AuthenticateView):  # type: ignore[misc] # see above
    """`/dang-nhap/ma/`: the second step of a sign-in."""

    template_name = "accounts/second_factor.html"


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc] # see above
    """`/dang-nhap/khoa/`: sign in with a passkey alone; GET hands out the challenge."""


class PasswordAgain(ReauthenticateView):  # type: ignore[misc] # see above
    """`/dang-nhap/lai/`: step-up by password."""

    template_name = "accounts/again.html"


class CodeAgain(ReauthenticateByCodeView):  # type: ignore[misc] # see above
    """`/dang-nhap/lai/ma/`: step-up by code."""

    template_name = "accounts/again.html"


class PasskeyAgain(ReauthenticateWebAuthnView):  # type: ignore[misc] # see above
    """`/dang-nhap/lai/khoa/`: step-up by passkey."""

    template_name = "accounts/again_passkey.html"


class AddApp(_Remembered, ActivateTOTPView):  # type: ignore[misc] # see above
    """`/tai-khoan/ung-dung/`: an app that shows codes."""

    template_name = "accounts/add_app.html"
    act, done = "app_added", "Đã thêm ứng dụng tạo mã."

    def form_valid(self, form: Any) -> HttpResponse:
        """Take the code just shown for the second step of this sign-in."""
        response = super().form_valid(form)
        record_authentication(self.request, _person(self.request), "mfa", type="totp")
        return response


class RemoveApp(_Remembered, DeactivateTOTPView):  # type: ignore[misc] # see above
    """`/tai-khoan/ung-dung/bo/`: codes of the app no longer count."""

    template_name = "accounts/remove_factor.html"
    act, done = "app_removed", "Đã bỏ ứng dụng tạo mã."


class AddPasskey(_Remembered, AddWebAuthnView):  # type: ignore[misc] # see above
    """`/tai-khoan/khoa/`: a passkey of a phone, a computer or a security key."""

    template_name = "accounts/add_passkey.html"
    act, done = "passkey_added", "Đã thêm khóa truy cập."

    def form_valid(self, form: Any) -> HttpResponse:
        """Take the key just shown for the second step of this sign-in."""
        response = super().form_valid(form)
        record_authentication(self.request, _person(self.request), "mfa", type="webauthn")
        return response


class RemovePasskey(_Remembered, RemoveWebAuthnView):  # type: ignore[misc] # see above
    """`/tai-khoan/khoa/<pk>/`: this passkey no longer counts."""

    template_name = "accounts/remove_factor.html"
    success_url = reverse_lazy("security")
    act, done = "passkey_removed", "Đã bỏ khóa truy cập."

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the last factor of those who must have one: allauth asks only for apps."""
        if not get_adapter().can_delete_authenticator(self.get_object()):
            raise HocbaError("accounts.last_factor")
        return super().form_valid(form)


class SpareCodes(ViewRecoveryCodesView):  # type: ignore[misc] # see above
    """`/tai-khoan/ma-du-phong/`: ten codes to print, each for one sign-in."""

    template_name = "accounts/spare_codes.html"


class NewSpareCodes(_Remembered, GenerateRecoveryCodesView):  # type: ignore[misc] # see above
    """`/tai-khoan/ma-du-phong/moi/`: new ones; the old ones no longer count."""

    template_name = "accounts/new_spare_codes.html"
    act, done = "spare_codes_made", "Đã tạo mã dự phòng mới."


class SpareCodesFile(DownloadRecoveryCodesView):  # type: ignore[misc] # see above
    """`/tai-khoan/ma-du-phong/tep/`: the same as a text file."""

    template_name = "accounts/spare_codes.txt"

    def render_to_response(self, context: dict[str, Any], **more: Any) -> HttpResponse:
        """Name the file in Vietnamese."""
        response: HttpResponse = super().render_to_response(context, **more)
        response["Content-Disposition"] = 'attachment; filename="ma-du-phong-hoc-ba-so.txt"'
        return response


def door(view: Any) -> Any:
    """Let a page through before the sign-in is whole."""
    return never_cache(login_not_required(view))


def fresh(view: Any) -> Any:
    """Ask for a fresh sign-in before any change of factors."""
    return never_cache(fresh_to_open(view))


def provider_cancelled(_request: HttpRequest) -> HttpResponseBase:
    """Lead back to the sign-in page somebody who changed their mind at the provider."""
    return redirect("sign_in")
