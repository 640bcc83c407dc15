"""Forms of second factors and step-up, behind the walls of `throttling`; a code works once."""

from typing import Any

from allauth.account.forms import ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hocba.apps.accounts import throttling
from hocba.apps.accounts.addresses import client_address
from hocba.apps.accounts.doors import TOO_MANY, WRONG_CODE
from hocba.apps.accounts.models import Person

_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none"}


def _try_secret(person: Person, kind: str) -> str:
    """Count one try at a person's secret; returns the account's name at that wall."""
    account = f"{kind}:{person.username}"
    address = client_address(context.request)
    if not throttling.open_attempt(account=account, address=address, at=timezone.now()):
        raise forms.ValidationError(TOO_MANY, code="too_many")
    return account


def _right(account: str) -> None:
    address = client_address(context.request)
    throttling.forget_attempts(account=account, address=address, at=timezone.now())


def _once(person: Person, code: str) -> None:
    """Refuse a code that this person has shown before, in whatever process of ours."""
    if not throttling.spend_code(account=person.username, code=code, at=timezone.now()):
        raise forms.ValidationError(WRONG_CODE, code="incorrect_code")


class _CodeForm(forms.Form):
    """The code of an app, or a spare code."""

    user: Person

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=_("Mã xác minh"),
            help_text=_("Sáu chữ số trong ứng dụng, hoặc một mã dự phòng."),
            max_length=20,
            widget=forms.TextInput(attrs=_CODE),
        )

    def clean_code(self) -> str:
        """Count the try, look at the code, then spend it."""
        account = _try_secret(self.user, "code")
        code: str = super().clean_code()  # type: ignore[misc] # of the form beside this one
        _once(self.user, code)
        _right(account)
        return code


class SecondFactorForm(_CodeForm, AuthenticateForm):  # type: ignore[misc] # allauth has no types
    """At sign-in."""


class CodeAgainForm(_CodeForm, ReauthenticateByCodeForm):  # type: ignore[misc] # see above
    """At step-up."""


class ActivateAppForm(_CodeForm, ActivateTOTPForm):  # type: ignore[misc] # see above
    """The first code of a new app; it opens no sign-in afterwards."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say where the code stands."""
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Sáu chữ số mà ứng dụng đang hiện.")


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc] # see above
    """Step-up of those without a second factor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask in our words."""
        super().__init__(*args, **kwargs)
        self.fields["password"] = forms.CharField(
            label=_("Mật khẩu"),
            max_length=200,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )

    def clean_password(self) -> str:
        """Count the try before the password is looked at."""
        account = _try_secret(self.user, "again")
        password: str = super().clean_password()
        _right(account)
        return password


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc] # see above
    """A new passkey, under a name that its person knows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the name; the browser fills in the rest."""
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Đặt tên cho khóa")
        self.fields["name"].help_text = _("Ví dụ: máy ở phòng giáo viên, điện thoại của tôi.")
        self.fields["name"].max_length = 60
        self.fields["passwordless"].widget = forms.HiddenInput()
        self.fields["passwordless"].initial = "on"


class NewPasswordForm(PasswordChangeForm):
    """Change of password; tries at the old one are counted."""

    def clean_old_password(self) -> str:
        """Count the try before the password is looked at."""
        account = _try_secret(self.user, "again")
        password: str = super().clean_old_password()
        _right(account)
        return password
