"""Where a key lies, as an RFC 7512 URI; and its PIN, from the file that the URI names or a person.

pkcs11:token=con-dau;object=seal?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/pin
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from hocba.core.errors import HocbaError

Pin = Callable[[], str]
"""Gives the PIN at the moment of a login; a function, so that no repr or traceback shows it."""

_PATH = {"token", "serial", "object", "id", "type"}
_QUERY = {"module-path", "pin-source"}


@dataclass(frozen=True, slots=True)
class KeyAddress:
    """A key in a token: `label` or `key_id` (CKA_ID) or both name it; no secret is in here."""

    module: Path
    token: str
    serial: str = ""
    label: str = ""
    key_id: bytes = b""
    pin_file: Path | None = None

    def pin_from_file(self) -> str:
        """Return the PIN; a line break at the end is the editor's.

        Raises:
            HocbaError: "token.pin_missing".
        """
        if self.pin_file is None:
            raise HocbaError("token.pin_missing")
        try:
            pin = self.pin_file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, ValueError) as error:
            raise HocbaError("token.pin_missing") from error
        if not pin:
            raise HocbaError("token.pin_missing")
        return pin


def read_address(uri: str) -> KeyAddress:
    """Read a PKCS#11 URI; a PIN written into it (`pin-value`) is refused like all unknown parts.

    Raises:
        HocbaError: "token.address".
    """
    scheme, _, rest = uri.strip().partition(":")
    path, _, query = rest.partition("?")
    named = _parts(path.split(";"), _PATH)
    asked = _parts(query.split("&"), _QUERY)
    source = _text(asked, "pin-source").removeprefix("file:")
    address = KeyAddress(
        module=Path(_text(asked, "module-path")),
        token=_text(named, "token"),
        serial=_text(named, "serial"),
        label=_text(named, "object"),
        key_id=unquote_to_bytes(named.get("id", "")),
        pin_file=Path(source) if source else None,
    )
    absolute = address.module.is_absolute() and (
        address.pin_file is None or address.pin_file.is_absolute()
    )
    one_token = bool(address.token or address.serial)
    if scheme != "pkcs11" or not (absolute and one_token and (address.label or address.key_id)):
        raise HocbaError("token.address")
    return address


def _parts(texts: list[str], known: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not text:
            continue
        if not equals or name not in known or name in found:
            raise HocbaError("token.address")
        found[name] = value
    return found


def _text(parts: dict[str, str], name: str) -> str:
    try:
        return unquote(parts.get(name, ""), errors="strict")
    except UnicodeDecodeError as error:
        raise HocbaError("token.address") from error
