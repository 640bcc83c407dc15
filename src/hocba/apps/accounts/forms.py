"""Forms of the accounts office."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hocba.apps.accounts import throttling


class SignInForm(AuthenticationForm):
    """Name and password, behind the walls of `throttling`."""

    username = forms.CharField(
        label=_("Tên đăng nhập"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Mật khẩu"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    error_messages = {  # noqa: RUF012 -- the name and shape are Django's
        "invalid_login": _("Tên đăng nhập hoặc mật khẩu không đúng. Xin kiểm tra rồi nhập lại."),
        "inactive": _("Tài khoản này đã ngừng hoạt động."),
        "too_many": _("Sai quá nhiều lần. Xin đợi 15 phút rồi thử lại."),
    }

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        """Remember from which network address the attempt comes."""
        self.address = address
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Count the attempt, then look at the password; a right one wipes the count."""
        account, now = self.cleaned_data.get("username", ""), timezone.now()
        if not throttling.open_attempt(account=account, address=self.address, at=now):
            raise forms.ValidationError(self.error_messages["too_many"], code="too_many")
        cleaned: dict[str, Any] = super().clean()
        throttling.forget_attempts(account=account, address=self.address, at=now)
        return cleaned
