"""Settings are safe by default: what is not said is closed, and a half-said start is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from hocba.web.settings import database

PRODUCTION = {
    "HOCBA_SECRET_KEY": "x9" * 40 + "-!$",
    "HOCBA_DATA_DIR": "/var/lib/hocba",
    "HOCBA_ALLOWED_HOSTS": "hocba.example.vn, hocba2.example.vn",
}
SHOW = """
import json, hocba.web.settings as s
print(json.dumps({k: v for k, v in vars(s).items() if k.isupper()}, default=str))
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with nothing of ours in the environment but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOCBA_")}
    return subprocess.run(
        [sys.executable, *arguments],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(**environment: str) -> dict[str, object]:
    done = run("-c", SHOW, **environment)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_production_is_closed_unless_opened() -> None:
    found = settings_of(**PRODUCTION)
    assert found["DEBUG"] is found["HOCBA_DEMO"] is found["WHITENOISE_USE_FINDERS"] is False
    assert found["SESSION_COOKIE_NAME"] == "__Host-phien"
    assert found["CSRF_COOKIE_NAME"] == "__Host-csrf"
    assert found["SESSION_COOKIE_SECURE"] is found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_HSTS_SECONDS"] == 31536000
    assert found["SECURE_PROXY_SSL_HEADER"] is None
    assert found["ALLOWED_HOSTS"] == ["hocba.example.vn", "hocba2.example.vn"]


def test_django_finds_nothing_to_warn_of_in_production() -> None:
    done = run("-m", "hocba.web", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", sorted(PRODUCTION))
def test_production_does_not_start_half_configured(missing: str) -> None:
    done = run("-c", SHOW, **{name: PRODUCTION[name] for name in PRODUCTION if name != missing})
    assert done.returncode != 0
    assert f"{missing} (or {missing}_FILE) is not set" in done.stderr


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"HOCBA_DEBUG": "1"}, "HOCBA_DEBUG is for the demo only"),
        ({"HOCBA_TLS": "yes"}, "HOCBA_TLS must be 0 or 1"),
        ({"HOCBA_SECRET_KEY_FILE": "/dev/null"}, "both set"),
        ({"HOCBA_DATABASE_URL": "mysql://x/y"}, "must start with"),
    ],
)
def test_a_mistake_stops_the_start(more: dict[str, str], complaint: str) -> None:
    done = run("-c", SHOW, **PRODUCTION, **more)
    assert done.returncode != 0
    assert complaint in done.stderr


def test_secrets_come_from_files(tmp_path: Path) -> None:
    key, password = tmp_path / "key", tmp_path / "password"
    key.write_text("from-a-file\n")
    password.write_text("s3cret\n")
    rest = {name: value for name, value in PRODUCTION.items() if name != "HOCBA_SECRET_KEY"}
    found = settings_of(
        HOCBA_SECRET_KEY_FILE=str(key),
        HOCBA_DATABASE_URL="postgresql://hocba@db/hocba",
        HOCBA_DATABASE_PASSWORD_FILE=str(password),
        **rest,
    )
    assert found["SECRET_KEY"] == "from-a-file"
    assert found["DATABASES"]["default"]["PASSWORD"] == "s3cret"  # type: ignore[index]


def test_the_demo_keeps_its_own_key_and_needs_no_tls(tmp_path: Path) -> None:
    demo = {"HOCBA_DEMO": "1", "HOCBA_DATA_DIR": str(tmp_path)}
    first, second = settings_of(**demo), settings_of(**demo)
    assert first["SECRET_KEY"] == second["SECRET_KEY"] != ""
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0
    assert first["SESSION_COOKIE_NAME"] == "phien"
    assert first["DEBUG"] is first["SECURE_SSL_REDIRECT"] is False


def test_database_addresses() -> None:
    found = database("postgresql://u%40x:p%3Aq@/hocba?host=/run/pg&port=6432&sslmode=verify-full")
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    expected = ("hocba", "u@x", "p:q", "/run/pg", "6432", {"sslmode": "verify-full"})
    assert tuple(found[name] for name in names) == expected
    assert database("postgresql://db:5433/x")["PORT"] == "5433"
    assert database("sqlite:////var/a%20b.sqlite3")["NAME"] == "/var/a b.sqlite3"
    assert database("sqlite:///here.sqlite3")["NAME"] == "here.sqlite3"
    assert database("sqlite://")["NAME"] == ":memory:"
    with pytest.raises(ImproperlyConfigured):
        database("oracle://x/y")


def test_sqlite_waits_and_never_loses_an_acknowledged_save() -> None:
    options = database("sqlite:///x")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in options["init_command"]
    assert "journal_mode=WAL" in options["init_command"]
