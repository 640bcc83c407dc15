"""How django-allauth behaves here: no sign-up, no mail, our walls, our words, sealed secrets.

allauth keeps second factors, passkeys, device lists and sign-in elsewhere; only this office knows
it. Its own rate limits live in the memory of one process, so `throttling` counts in their place.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hocba.adapters.sealed_text import open_text, seal_text
from hocba.apps.accounts.actions import record_sign_in
from hocba.apps.accounts.addresses import client_address
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.policy import must_have_second_factor, signed_in_recently
from hocba.apps.accounts.queries import person_by_citizen_id, person_by_username
from hocba.core.errors import HocbaError

WRONG_CODE = _("Mã không đúng hoặc đã dùng. Xin đợi mã mới rồi nhập lại.")
TOO_MANY = _("Sai quá nhiều lần. Xin đợi 15 phút rồi thử lại.")


class AccountDoor(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Sign-in and step-up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": _("Mật khẩu không đúng. Xin kiểm tra rồi nhập lại."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody opens an account for themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Believe our own proxies alone."""
        return client_address(request)

    def pre_login(self, request: HttpRequest, user: Person, **more: Any) -> HttpResponse | None:
        """Refuse a closed account, by whatever door it comes."""
        if not user.is_active:
            raise HocbaError("accounts.person_inactive")
        return None

    def post_login(self, request: HttpRequest, user: Person, **more: Any) -> HttpResponse:
        """Remember the sign-in once every factor has been shown."""
        record_sign_in(person_id=user.pk, actor=user.pk, at=timezone.now())
        response: HttpResponse = super().post_login(request, user, **more)
        return response

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Ask those who have a second factor for it, for the passkey first."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        stronger = [one for one in methods if one["id"] != "reauthenticate"]
        stronger.sort(key=lambda one: one["id"] != "mfa_reauthenticate:webauthn")
        return stronger or methods

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Take a sign-in of the last minutes for fresh, which allauth alone would ask again."""
        return not signed_in_recently(self.request)

    def add_message(self, *args: Any, message: str | None = None, **more: Any) -> None:
        """Leave out allauth's own sentences; our pages say what happened."""
        if message:
            super().add_message(*args, message=message, **more)

    def send_notification_mail(self, *args: Any, **more: Any) -> None:
        """Send nothing: accounts have no mail address."""


class SecondFactorDoor(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """Second factors."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": _(
            "Vai trò của bạn cần bước xác minh thứ hai. Hãy thêm cách khác trước khi bỏ cách này."
        ),
    }

    def get_totp_issuer(self) -> str:
        """Name this site in the app on the phone."""
        return "Học bạ số"

    def _get_site_name(self) -> str:
        return "Học bạ số"

    def encrypt(self, text: str) -> str:
        """Seal a secret before it goes to the database."""
        return seal_text(text=text, key=_sealing_key(settings.SECRET_KEY))

    def decrypt(self, encrypted_text: str) -> str:
        """Open it, also after the site's secret was rotated."""
        secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        return open_text(sealed=encrypted_text, keys=[_sealing_key(one) for one in secrets])

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last factor of those who must have one."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(
            pk__in=[authenticator.pk]
        )
        if others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            return True
        return not must_have_second_factor(person_id=authenticator.user_id, at=timezone.now())

    def generate_authenticator_name(self, user: Person, type: Any) -> str:  # noqa: A002
        """Number the keys of a person."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Khóa %(number)s") % {"number": count + 1}


class ProviderDoor(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Sign-in elsewhere (OpenID Connect): it says who somebody is and opens no account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody opens an account for themselves."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the one account that the provider's claim names."""
        claim = _claims(sociallogin).get(settings.HOCBA_OIDC_CLAIM)
        person = None
        if isinstance(claim, str) and claim:
            person = (
                person_by_username(username=claim)
                if settings.HOCBA_OIDC_MATCH == "username"
                else person_by_citizen_id(citizen_id=claim)
            )
        if person is None:
            raise HocbaError("accounts.provider_stranger")
        sociallogin.user = person

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        """Say it on our own page."""
        raise HocbaError("accounts.provider_failed")


def _claims(sociallogin: SocialLogin) -> dict[str, Any]:
    """Return the signed claims with those of the user's page at the provider on top."""
    data = sociallogin.account.extra_data
    return {**(data.get("id_token") or {}), **(data.get("userinfo") or {})}


def _sealing_key(secret: str | bytes) -> bytes:
    return salted_hmac("hocba.second-factor", b"", secret=secret, algorithm="sha256").digest()
