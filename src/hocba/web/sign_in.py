"""Settings of signing in: django-allauth without sign-up, mail and limits of its own.

Named in `settings`; what they mean for people stands in `accounts.policy` and `accounts.doors`.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from hocba.web.environment import flag, from_environment, names

_ROLES = (
    "subject_teacher,homeroom_teacher,principal,deputy_principal,clerk,it_officer,"
    "authority_officer,department_officer,operator"
)
_CLAIMS = {"citizen_id": "citizen_id", "username": "preferred_username"}
_FORMS = "hocba.apps.accounts.security_forms"
_DOORS = "hocba.apps.accounts.doors"


def sign_in_settings(*, relaxed: bool) -> dict[str, Any]:
    """Return the settings; `relaxed` for the demo and the tests, which are on this machine."""
    step_up_seconds = int(from_environment("HOCBA_STEP_UP_SECONDS", "300"))
    return {
        "HOCBA_SECOND_FACTOR": flag("HOCBA_SECOND_FACTOR", default=not relaxed),
        "HOCBA_SECOND_FACTOR_ROLES": names("HOCBA_SECOND_FACTOR_ROLES", _ROLES),
        "HOCBA_STEP_UP": flag("HOCBA_STEP_UP", default=not relaxed),
        "HOCBA_STEP_UP_SECONDS": step_up_seconds,
        "ACCOUNT_ADAPTER": f"{_DOORS}.AccountDoor",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_RATE_LIMITS": False,  # they know one process; ours are in the database
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": step_up_seconds,
        "ACCOUNT_FORMS": {"reauthenticate": f"{_FORMS}.PasswordAgainForm"},
        "MFA_ADAPTER": f"{_DOORS}.SecondFactorDoor",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_WEBAUTHN_USER_VERIFICATION": "required",
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": relaxed,  # http://localhost
        "MFA_TOTP_TOLERANCE": 1,  # clocks of phones and of this machine
        "MFA_RATE_LIMITS": {"webauthn_login": "60/m/ip"},  # a school has one address for all
        "MFA_FORMS": {
            "activate_totp": f"{_FORMS}.ActivateAppForm",
            "add_webauthn": f"{_FORMS}.AddPasskeyForm",
            "authenticate": f"{_FORMS}.SecondFactorForm",
            "reauthenticate": f"{_FORMS}.CodeAgainForm",
        },
        **_provider(),
    }


def _provider() -> dict[str, Any]:
    """Sign-in elsewhere by OpenID Connect: off unless HOCBA_OIDC_URL names the issuer."""
    match = from_environment("HOCBA_OIDC_MATCH", "citizen_id")
    if match not in _CLAIMS:
        raise ImproperlyConfigured("HOCBA_OIDC_MATCH must be citizen_id or username")
    url, provider = from_environment("HOCBA_OIDC_URL", ""), {}
    if url:
        provider = {
            "provider_id": "oidc",
            "name": from_environment("HOCBA_OIDC_NAME", "tài khoản của Sở"),
            "client_id": from_environment("HOCBA_OIDC_CLIENT_ID"),
            "secret": from_environment("HOCBA_OIDC_CLIENT_SECRET"),
            "settings": {"server_url": url},
        }
    return {
        "HOCBA_OIDC": provider,
        "HOCBA_OIDC_MATCH": match,
        "HOCBA_OIDC_CLAIM": from_environment("HOCBA_OIDC_CLAIM", _CLAIMS[match]),
        "SOCIALACCOUNT_ADAPTER": f"{_DOORS}.ProviderDoor",
        # A form's way to the provider would be stopped by our own form-action.
        "SOCIALACCOUNT_LOGIN_ON_GET": True,
        "SOCIALACCOUNT_PROVIDERS": {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [provider] if provider else []}
        },
    }
