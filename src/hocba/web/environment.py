"""Reading one setting: NAME, or the file that NAME_FILE names."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def from_environment(name: str, default: str | None = None) -> str:
    """Read NAME, or the file named by NAME_FILE (both at once is a mistake)."""
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set")
    if path:
        value = Path(path).read_text(encoding="utf-8").strip()
    if not value and default is None:
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) is not set")
    return value or default or ""


def flag(name: str, *, default: bool) -> bool:
    """Read a yes/no setting; anything but 0 or 1 is a mistake."""
    value = from_environment(name, "1" if default else "0")
    if value not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} must be 0 or 1")
    return value == "1"


def names(name: str, default: str) -> tuple[str, ...]:
    """Read names separated by commas."""
    return tuple(one.strip() for one in from_environment(name, default).split(",") if one.strip())
