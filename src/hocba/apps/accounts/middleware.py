"""What every request of somebody signed in meets: a mark that they were seen, a wall."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.policy import has_second_factor, must_have_second_factor
from hocba.apps.accounts.sessions import remember_seen

# Pages where a second factor is added, and the way out.
WITHOUT_SECOND_FACTOR = frozenset(
    {
        "account_reauthenticate",
        "activate",
        "change_password",
        "error_codes",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "security",
        "set_language",
        "sign_out",
    }
)
_PROTECTED = "second_factor"


class SecondFactorWall:
    """Keep those whose roles need a second factor on the page where they add one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass through."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Look at the person once a session; a role that came meanwhile is looked for each time."""
        person = request.user
        if not isinstance(person, Person):
            return None
        remember_seen(request, at=timezone.now())
        name = request.resolver_match.url_name if request.resolver_match else None
        if not settings.HOCBA_SECOND_FACTOR or name in WITHOUT_SECOND_FACTOR:
            return None
        if request.session.get(_PROTECTED) or not must_have_second_factor(
            person_id=person.pk, at=timezone.now()
        ):
            return None
        if has_second_factor(person_id=person.pk):
            request.session[_PROTECTED] = True
            return None
        messages.warning(
            request, _("Vai trò của bạn cần bước xác minh thứ hai. Hãy thêm một cách dưới đây.")
        )
        return redirect("security")
