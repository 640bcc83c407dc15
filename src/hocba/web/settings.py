"""All settings, from the environment; a value may also come from a file named by NAME_FILE.

HOCBA_SECRET_KEY        required, unless HOCBA_DEMO=1 (then kept in the data folder) or in tests
HOCBA_DATABASE_URL      sqlite:///relative, sqlite:////absolute, postgresql://user:password@host/db
HOCBA_DATA_DIR          folder for blobs and the SQLite database (default: ./demo-data)
HOCBA_ALLOWED_HOSTS     comma-separated host names
HOCBA_STATIC_ROOT       where collectstatic gathers files (default: static in the data folder)
HOCBA_TLS               0 only when nothing but this machine can reach the site (default: 1)
HOCBA_BEHIND_PROXY      1 when a proxy of ours sets X-Forwarded-For, -Proto and X-Request-ID
HOCBA_PROXIES           comma-separated networks of those proxies (default: this machine)
HOCBA_DEMO              1 for a demo on one machine: software signers, no TLS, localhost only
HOCBA_DEBUG             1 for Django's debug pages; refused outside the demo
HOCBA_MAX_UPLOAD_MB     greatest request body (default: 30)
HOCBA_API_SECONDS       how long a request may work on a batch before it answers 202 (default: 5)
HOCBA_PUBLIC_URL        the site's address as printed on PDFs (default: https and the first host)
HOCBA_LOG_ORIGIN        name of the public log
HOCBA_LOG_DIR           folder of the log's public files (C2SP tiles), for a web server to hand out
HOCBA_LOG_KEY_PATH, HOCBA_TRUST_PATH   files of the log's key and of the trust list
HOCBA_LOG_KEY_PKCS11    the log's key in a token instead: an RFC 7512 URI such as
                        pkcs11:token=nhat-ky;object=log?module-path=/…/x.so&pin-source=/…/pin
HOCBA_LOG_NEXT_KEY_PATH, HOCBA_LOG_NEXT_KEY_PKCS11   the key that takes over: while it is named,
                        both sign, and both stand in the trust list
HOCBA_WITNESSES         who cosigns our log: "vkey url" each, separated by commas or lines
HOCBA_WITNESS_QUORUM    how many of them a verifier must see (default: 0)
HOCBA_WITNESS_NAME, HOCBA_WITNESS_KEY_PATH, HOCBA_WITNESS_KEY_PKCS11   to be a witness of others'
                        logs: the name in our cosignatures, and their key
HOCBA_PORTAL_KEY_PATH, HOCBA_PORTAL_KEY_PKCS11   likewise the portal's key (P-256), which signs the
                        QR codes on paper and the status list
HOCBA_STATUS_LIST_URL   where the newest status list is (default: status-list below the log's name)
HOCBA_SEAL_PKCS11       likewise the seal that `manage seal_class` uses; {school} in it stands for
                        the school's code; without pin-source the PIN is asked for
HOCBA_TIMESTAMP_URL     RFC 3161 authority that stamps the principal's signature and the seal
HOCBA_FETCH_HOSTS       comma-separated hosts that may be asked for stamps and revocation
HOCBA_FETCH_SECONDS     longest wait for one answer (default: 10)
HOCBA_BRIDGE_URL        signing software of the signer's machine (default: wss://127.0.0.1:8987)
HOCBA_REMOTE_SIGNING_PATH   file of the remote signing services and their secrets (TOML)
HOCBA_SECOND_FACTOR     1: people whose roles sign, seal, lock, unlock, grant or export need a
                        passkey or an app's code (default: 1, but 0 in the demo)
HOCBA_SECOND_FACTOR_ROLES   comma-separated roles it is for (default: all but subject_head)
HOCBA_STEP_UP, HOCBA_STEP_UP_SECONDS   ask again before grave acts unless the sign-in is this fresh
                        (default: 1, but 0 in the demo; 300 seconds)
HOCBA_OIDC_URL          sign-in elsewhere by OpenID Connect: the issuer's address (default: off)
HOCBA_OIDC_CLIENT_ID, HOCBA_OIDC_CLIENT_SECRET, HOCBA_OIDC_NAME   our name there, the secret, the
                        provider's name on the button
HOCBA_OIDC_MATCH, HOCBA_OIDC_CLAIM   which account it opens: citizen_id or username, and the claim
                        that holds it (default: citizen_id, of the same name); never a new one
HOCBA_MAIL_URL          smtp://user@host:587 (STARTTLS) or smtps://; without it notices are printed
HOCBA_MAIL_PASSWORD, HOCBA_MAIL_FROM   its password, the sender's address
HOCBA_TESTING           1 for the checks of the test suite (pytest itself is noticed)
HOCBA_TEST_DATABASE_URL, HOCBA_TEST_PARTITIONED   database shape of the test suite
"""

import os
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from hocba.core.registry.witness import witness_problem
from hocba.web import logging as log_lines
from hocba.web.environment import flag, from_environment
from hocba.web.sign_in import sign_in_settings


def database(url: str) -> dict[str, Any]:
    """Turn a database URL into Django's words."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(unquote(parts.path[1:]))
    if parts.scheme in ("postgresql", "postgres"):
        query = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": from_environment("HOCBA_DATABASE_PASSWORD", unquote(parts.password or "")),
            "HOST": query.pop("host", unquote(parts.hostname or "")),
            "PORT": query.pop("port", str(parts.port or "")),
            "OPTIONS": query,
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            # Cursors of a transaction pooler do not outlive the transaction.
            "DISABLE_SERVER_SIDE_CURSORS": True,
        }
    raise ImproperlyConfigured("HOCBA_DATABASE_URL must start with sqlite:// or postgresql://")


def sqlite(name: str) -> dict[str, Any]:
    """SQLite as one school uses it: readers never wait, a writer waits rather than fails."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name or ":memory:",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL, not NORMAL: an acknowledged save must survive a power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def witnesses(text: str) -> tuple[tuple[str, str], ...]:
    """Read "vkey url" pairs."""
    found = []
    for line in text.replace(",", "\n").splitlines():
        parts = line.split()
        if len(parts) not in (0, 2):
            raise ImproperlyConfigured("HOCBA_WITNESSES: each is a vkey and a URL")
        found += [(parts[0], parts[1])] if parts else []
    return tuple(found)


def demo_secret(folder: Path) -> str:
    """One key per demo folder, so that sessions survive a restart."""
    path = folder / "secret-key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(get_random_secret_key())
    return path.read_text(encoding="utf-8")


def bridge_url(address: str, *, plain: bool) -> str:
    """Check where the signing page may look for the token: one port of the signer's own machine.

    Without TLS only for a simulator, where `plain` allows it.
    """
    parts = urlsplit(address)
    scheme_fits = parts.scheme == "wss" or (plain and parts.scheme == "ws")
    if not scheme_fits or address != f"{parts.scheme}://127.0.0.1:{parts.port}":
        raise ImproperlyConfigured("HOCBA_BRIDGE_URL must be wss://127.0.0.1:PORT")
    return address


def proxy_networks(text: str) -> tuple[str, ...]:
    """Read networks such as 10.0.0.0/8; a slip must not make anybody a proxy."""
    networks = tuple(one.strip() for one in text.split(",") if one.strip())
    try:
        return tuple(str(ip_network(one)) for one in networks)
    except ValueError as error:
        raise ImproperlyConfigured("HOCBA_PROXIES must be networks such as 10.0.0.0/8") from error


HERE = Path(__file__).resolve().parent
# mypy's Django plug-in loads the settings as well, and has no more use for a secret than a test.
TESTING = flag("HOCBA_TESTING", default="pytest" in sys.modules or "mypy" in sys.modules)
DEMO = flag("HOCBA_DEMO", default=False)
DEBUG = flag("HOCBA_DEBUG", default=False)
TLS = flag("HOCBA_TLS", default=not (DEMO or TESTING))
BEHIND_PROXY = flag("HOCBA_BEHIND_PROXY", default=False)
if DEBUG and not DEMO:
    raise ImproperlyConfigured("HOCBA_DEBUG is for the demo only")

DATA_DIR = Path(from_environment("HOCBA_DATA_DIR", "demo-data" if DEMO or TESTING else None))
HOCBA_DEMO = DEMO  # read by offices: software signers load in the demo and nowhere else
HOCBA_DATA_DIR = DATA_DIR
_second = from_environment("HOCBA_SECOND_BLOB_DIR", "")  # on another disk
HOCBA_SECOND_BLOB_DIR = Path(_second) if _second else None
HOCBA_BEHIND_PROXY = BEHIND_PROXY
HOCBA_PROXIES = proxy_networks(from_environment("HOCBA_PROXIES", "127.0.0.1/32,::1/128"))
HOCBA_API_SECONDS = float(from_environment("HOCBA_API_SECONDS", "5"))
HOCBA_MAX_UPLOAD_BYTES = int(from_environment("HOCBA_MAX_UPLOAD_MB", "30")) * 1024 * 1024

if TESTING:
    SECRET_KEY = from_environment("HOCBA_SECRET_KEY", get_random_secret_key())
elif DEMO:
    SECRET_KEY = from_environment("HOCBA_SECRET_KEY", "") or demo_secret(DATA_DIR)
else:
    SECRET_KEY = from_environment("HOCBA_SECRET_KEY")
ALLOWED_HOSTS = [
    host.strip()
    for host in from_environment(
        "HOCBA_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEMO or TESTING else None
    ).split(",")
]

if TESTING:
    DATABASES = {"default": database(from_environment("HOCBA_TEST_DATABASE_URL", "sqlite://"))}
else:
    DATABASES = {
        "default": database(
            from_environment("HOCBA_DATABASE_URL", f"sqlite:///{DATA_DIR / 'hocba.sqlite3'}")
        )
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "hocba.web",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "hocba.apps.audit",
    "hocba.apps.accounts",
    "hocba.apps.roster",
    "hocba.apps.certificates",
    "hocba.apps.gradebook",
    "hocba.apps.ledger",
    "hocba.apps.issuing",
    "hocba.apps.portal",
]
MIDDLEWARE = [
    "hocba.web.middleware.RequestRecord",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "hocba.web.middleware.CrossOrigin",
    "hocba.web.middleware.UploadLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hocba.web.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hocba.web.middleware.DenyByDefault",
    "django.contrib.messages.middleware.MessageMiddleware",
    "hocba.apps.accounts.middleware.SecondFactorWall",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hocba.web.middleware.Refusals",
]
ROOT_URLCONF = "hocba.web.urls"
WSGI_APPLICATION = "hocba.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hocba.web.navigation.frame",
            ]
        },
    }
]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]  # each in its own words
FORMAT_MODULE_PATH = ["hocba.web.formats"]
LOCALE_PATHS = [HERE / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
# The demo and the tests serve files from where they lie; production collects and fingerprints.
WHITENOISE_USE_FINDERS = DEMO or TESTING
STATIC_ROOT = (
    None
    if WHITENOISE_USE_FINDERS
    else Path(from_environment("HOCBA_STATIC_ROOT", str(DATA_DIR / "static")))
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["hocba.apps.accounts.backend.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("username", "full_name")}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600  # an activation link lives three days
LOGIN_URL = "/dang-nhap/"
LOGIN_REDIRECT_URL = "/ban-lam-viec/"
LOGOUT_REDIRECT_URL = "/"

# Sign-in is django-allauth's, behind the accounts office, which reads those that are named here.
_sign_in = sign_in_settings(relaxed=DEMO or TESTING)
globals().update(_sign_in)
HOCBA_SECOND_FACTOR: bool = _sign_in["HOCBA_SECOND_FACTOR"]
HOCBA_SECOND_FACTOR_ROLES: tuple[str, ...] = _sign_in["HOCBA_SECOND_FACTOR_ROLES"]
HOCBA_STEP_UP: bool = _sign_in["HOCBA_STEP_UP"]
HOCBA_STEP_UP_SECONDS: int = _sign_in["HOCBA_STEP_UP_SECONDS"]
HOCBA_OIDC: dict[str, Any] = _sign_in["HOCBA_OIDC"]
HOCBA_OIDC_MATCH: str = _sign_in["HOCBA_OIDC_MATCH"]
HOCBA_OIDC_CLAIM: str = _sign_in["HOCBA_OIDC_CLAIM"]

# "__Host-" makes the browser refuse the cookie unless it is secure, host-only and for the root.
_prefix = "__Host-" if TLS else ""
SESSION_COOKIE_NAME = f"{_prefix}phien"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_prefix}ngon-ngu"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600

SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_HSTS_PRELOAD = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Preloading is decided for the whole domain of the city, not by this site.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "hocba.web.trouble.forged"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a grid of 45 students × 20 columns, with room
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING = log_lines.logging_settings()
log_lines.configure_structlog()

# The public log and the trust list that verifiers use; the demo keeps both in its data folder.
HOCBA_LOG_ORIGIN = from_environment("HOCBA_LOG_ORIGIN", "hoc-ba-so.example/nhat-ky")
HOCBA_LOG_DIR = Path(from_environment("HOCBA_LOG_DIR", str(DATA_DIR / "log")))
HOCBA_LOG_KEY_FILE = Path(from_environment("HOCBA_LOG_KEY_PATH", str(DATA_DIR / "log-key.pem")))
HOCBA_LOG_KEY_PKCS11 = from_environment("HOCBA_LOG_KEY_PKCS11", "")
_next_key, _witness_key = (
    from_environment(f"HOCBA_{name}_KEY_PATH", "") for name in ("LOG_NEXT", "WITNESS")
)
HOCBA_LOG_NEXT_KEY_FILE = Path(_next_key) if _next_key else None
HOCBA_LOG_NEXT_KEY_PKCS11 = from_environment("HOCBA_LOG_NEXT_KEY_PKCS11", "")
HOCBA_WITNESSES = witnesses(from_environment("HOCBA_WITNESSES", ""))
HOCBA_WITNESS_QUORUM = int(from_environment("HOCBA_WITNESS_QUORUM", "0"))
HOCBA_WITNESS_NAME = from_environment("HOCBA_WITNESS_NAME", "")
HOCBA_WITNESS_KEY_FILE = Path(_witness_key) if _witness_key else None
HOCBA_WITNESS_KEY_PKCS11 = from_environment("HOCBA_WITNESS_KEY_PKCS11", "")
HOCBA_PORTAL_KEY_FILE = Path(
    from_environment("HOCBA_PORTAL_KEY_PATH", str(DATA_DIR / "portal-key.pem"))
)
HOCBA_PORTAL_KEY_PKCS11 = from_environment("HOCBA_PORTAL_KEY_PKCS11", "")
HOCBA_STATUS_LIST_URL = from_environment(
    "HOCBA_STATUS_LIST_URL", f"https://{HOCBA_LOG_ORIGIN}/status-list"
)
HOCBA_SEAL_PKCS11 = from_environment("HOCBA_SEAL_PKCS11", "")
if witness_problem(
    witnesses=[key for key, _url in HOCBA_WITNESSES], quorum=HOCBA_WITNESS_QUORUM
) or bool(HOCBA_WITNESS_KEY_FILE or HOCBA_WITNESS_KEY_PKCS11) != bool(HOCBA_WITNESS_NAME):
    raise ImproperlyConfigured("HOCBA_WITNESSES, _QUORUM, _NAME and key do not fit together")
HOCBA_TRUST_FILE = Path(from_environment("HOCBA_TRUST_PATH", str(DATA_DIR / "trust.json")))

# The address printed on transcripts and in their QR code.
HOCBA_VERIFY_URL = "{site}/xac-minh/{{uuid}}/".format(
    site=from_environment(
        "HOCBA_PUBLIC_URL",
        "http://localhost:8000" if DEMO or TESTING else f"https://{ALLOWED_HOSTS[0]}",
    ).rstrip("/")
)

# Authorities that are asked over the net: nobody who is not named here.
HOCBA_TIMESTAMP_URL = from_environment("HOCBA_TIMESTAMP_URL", "")
HOCBA_FETCH_HOSTS = frozenset(
    host.strip().lower() for host in from_environment("HOCBA_FETCH_HOSTS", "").split(",") if host
)
HOCBA_FETCH_SECONDS = float(from_environment("HOCBA_FETCH_SECONDS", "10"))
_remote = from_environment("HOCBA_REMOTE_SIGNING_PATH", "")
HOCBA_REMOTE_SIGNING_FILE = Path(_remote) if _remote else None
if DEMO and not _remote and (DATA_DIR / "remote-signing.toml").exists():
    HOCBA_REMOTE_SIGNING_FILE = DATA_DIR / "remote-signing.toml"  # simulate_remote_signing

# Notices of recall and replacement leave by mail; the demo prints them.
_MAIL = urlsplit(from_environment("HOCBA_MAIL_URL", ""))  # smtp://user@host:port, or smtps://
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if _MAIL.hostname
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "", _MAIL.port or 587
EMAIL_HOST_USER = unquote(_MAIL.username or "")
EMAIL_HOST_PASSWORD = from_environment("HOCBA_MAIL_PASSWORD", "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.scheme == "smtps", _MAIL.scheme == "smtp"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = from_environment("HOCBA_MAIL_FROM", "hoc-ba-so@localhost")

HOCBA_DEMO_TIMESTAMP_KEY = DATA_DIR / "demo-pki" / "time-stamping.p12" if DEMO else None
HOCBA_DEMO_SEAL_KEYS = DATA_DIR / "demo-pki" if DEMO else None
HOCBA_DEMO_KEY_PASSWORD = "demo"  # noqa: S105 - keys of the demo have no legal value

# What the signing page asks on the signer's own machine (docs/token-bridge.md).
HOCBA_BRIDGE_URL = bridge_url(
    from_environment("HOCBA_BRIDGE_URL", "wss://127.0.0.1:8987"), plain=DEMO or TESTING
)
HOCBA_BRIDGE_SECONDS = 120  # for one answer: a person looks for the PIN meanwhile
