"""Keys that this installation holds: the log's, the portal's, the schools' seals; file or token.

A seal is held here only where a school or the city keeps it in an HSM (HOCBA_SEAL_PKCS11); a clerk
with a token of their own seals in the browser.
"""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from django.conf import settings

from hocba.adapters.pkcs11_signer import (
    Pin,
    Pkcs11CheckpointSigner,
    Pkcs11PortalSigner,
    Pkcs11Signer,
    read_address,
)
from hocba.core.errors import HocbaError
from hocba.core.signing.keys import (
    ed25519_public_key,
    ed25519_sign,
    es256_public_key,
    es256_sign,
)
from hocba.core.signing.ports import CheckpointSigner, PortalSigner


@dataclass(frozen=True, slots=True)
class FileCheckpointSigner:
    """The log's key from a PEM file."""

    _pem: bytes = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """The key's public half (32 bytes)."""
        return ed25519_public_key(self._pem)

    def sign(self, message: bytes) -> bytes:
        """Sign a message (64 bytes out)."""
        return ed25519_sign(self._pem, message)


@dataclass(frozen=True, slots=True)
class FilePortalSigner:
    """The portal's key from a PEM file."""

    _pem: bytes = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """The key's public half (65 bytes)."""
        return es256_public_key(self._pem)

    def sign(self, message: bytes) -> bytes:
        """Sign a message (64 bytes out)."""
        return es256_sign(self._pem, message)


def portal_key() -> PortalSigner | None:
    """Return the portal's key, None where there is none: paper then carries the address alone.

    Raises:
        HocbaError: "token.address".
    """
    if settings.HOCBA_PORTAL_KEY_PKCS11:
        return Pkcs11PortalSigner(read_address(settings.HOCBA_PORTAL_KEY_PKCS11))
    path = Path(settings.HOCBA_PORTAL_KEY_FILE)
    return FilePortalSigner(path.read_bytes()) if path.exists() else None


def log_key() -> CheckpointSigner:
    """Return the log's key: in the token where one is named, else in the file.

    Raises:
        HocbaError: "ledger.no_log_key", "token.address".
    """
    return _signer(settings.HOCBA_LOG_KEY_PKCS11, settings.HOCBA_LOG_KEY_FILE)


def log_keys() -> list[CheckpointSigner]:
    """Return the log's key, and the one that takes over from it while both sign.

    Raises:
        HocbaError: "ledger.no_log_key", "token.address".
    """
    uri, path = settings.HOCBA_LOG_NEXT_KEY_PKCS11, settings.HOCBA_LOG_NEXT_KEY_FILE
    return [log_key(), *([_signer(uri, path)] if uri or path else [])]


def witness_key() -> CheckpointSigner | None:
    """Return the key with which this installation cosigns others' logs; None where it does not.

    Raises:
        HocbaError: "ledger.no_log_key" when the file is missing, "token.address".
    """
    uri, path = settings.HOCBA_WITNESS_KEY_PKCS11, settings.HOCBA_WITNESS_KEY_FILE
    return _signer(uri, path) if uri or path else None


def _signer(uri: str, path: Path | None) -> CheckpointSigner:
    if uri:
        return Pkcs11CheckpointSigner(read_address(uri))
    if path is None or not path.exists():
        raise HocbaError("ledger.no_log_key")
    return FileCheckpointSigner(path.read_bytes())


def seal_signer(*, school_code: str, certificate: bytes, ask_pin: Pin | None) -> Pkcs11Signer:
    """Return the signer of a school's seal, for its approved certificate; enter it to log in.

    `ask_pin` asks a person, where the address names no file with the PIN.

    Raises:
        HocbaError: "token.no_seal" (none is configured), "token.address".
    """
    if not settings.HOCBA_SEAL_PKCS11:
        raise HocbaError("token.no_seal")
    uri = settings.HOCBA_SEAL_PKCS11.replace("{school}", quote(school_code, safe=""))
    address = read_address(uri)
    return Pkcs11Signer(address, certificate=certificate, pin=None if address.pin_file else ask_pin)
