"""When somebody must show more than a session: second factors, and step-up before grave acts.

HOCBA_SECOND_FACTOR says whether roles that sign, seal, lock, unlock, grant or export need a second
factor; HOCBA_STEP_UP whether grave acts ask for a sign-in of the last HOCBA_STEP_UP_SECONDS.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from hocba.apps.accounts.queries import person_by_id, viewer_of
from hocba.core.errors import HocbaError

SIGNING_SECONDS = 3600  # the longest run of signing before the person is asked again
View = Callable[..., HttpResponseBase]


def has_second_factor(*, person_id: UUID) -> bool:
    """Whether the person can show a passkey or a code of an app."""
    factors = Authenticator.objects.filter(user_id=person_id)
    return bool(factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def needs_second_factor(*, person_id: UUID, at: datetime) -> bool:
    """Whether one of the person's roles signs, seals, locks, unlocks, grants or exports."""
    viewer = viewer_of(person_id=person_id, at=at)
    if viewer.units(*settings.HOCBA_SECOND_FACTOR_ROLES):
        return True
    person = person_by_id(person_id=person_id)
    return person is not None and (person.is_staff or person.is_superuser)


def must_have_second_factor(*, person_id: UUID, at: datetime) -> bool:
    """Whether this installation keeps the person out without one."""
    return settings.HOCBA_SECOND_FACTOR and needs_second_factor(person_id=person_id, at=at)


def signed_in_recently(request: HttpRequest, *, within: int | None = None) -> bool:
    """Whether this session was signed in, or signed in again, within so many seconds.

    Who has a second factor must have shown it: their password alone does not count.
    """
    user = request.user
    if not user.is_authenticated:
        return False
    records = get_authentication_records(request, user)
    if has_second_factor(person_id=user.pk):
        records = [one for one in records if one.get("method") == "mfa"]
    limit = settings.HOCBA_STEP_UP_SECONDS if within is None else within
    return bool(records) and timezone.now().timestamp() - records[-1]["at"] < limit


def require_recent_sign_in(request: HttpRequest, *, within: int | None = None) -> None:
    """Raise unless the person signed in just now: for answers that are no page.

    `within` is longer for a signing run: its page was fresh, and a class takes its time.

    Raises:
        HocbaError: "accounts.sign_in_again".
    """
    if settings.HOCBA_STEP_UP and not signed_in_recently(request, within=within):
        raise HocbaError("accounts.sign_in_again")


def fresh_to_open(view: View) -> View:
    """Let a page ask for a fresh sign-in before it is shown: signing, second factors."""
    return recent_sign_in_required(view)


def fresh_to_send(view: View) -> View:
    """Let a page be read as ever, and ask before it acts; what was sent is done afterwards.

    For lock and unlock, issue and recall, delegations and roles.
    """
    return recent_sign_in_required(view, methods=("POST",))


def recent_sign_in_required(view: View, *, methods: tuple[str, ...] = ("GET", "POST")) -> View:
    """Let a page ask for a fresh sign-in first; what was sent with it is done afterwards."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        grave = settings.HOCBA_STEP_UP and request.method in methods
        if grave and request.user.is_authenticated and not signed_in_recently(request):
            if not get_adapter(request).get_reauthentication_methods(request.user):
                raise HocbaError("accounts.sign_in_again")
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return asked
