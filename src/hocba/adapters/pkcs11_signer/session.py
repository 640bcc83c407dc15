"""One logged-in session on one token: opening it, finding objects, signing, and what went wrong.

A wrong PIN is never tried twice: not by this process, and by none when the token says that one try
is left. A session that is gone is opened again once, before an operation; an operation that failed
is never repeated, since nobody knows whether the token made the signature.
"""

from hashlib import blake2b
from secrets import token_bytes
from threading import RLock
from types import TracebackType
from typing import Any

import pkcs11
from pkcs11 import Attribute, Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as told

from hocba.adapters.pkcs11_signer.address import KeyAddress, Pin
from hocba.core.errors import HocbaError

# A process has one login per token: a second thread that closes would log the first one out.
_ONE_AT_A_TIME = RLock()
_REFUSED_PINS: set[tuple[str, bytes, bytes]] = set()  # (module, serial, keyed hash of the PIN)
_HASH_KEY = token_bytes(32)
_CODES: dict[type[Exception], str] = {
    told.PinIncorrect: "token.pin_wrong",
    told.PinInvalid: "token.pin_wrong",
    told.PinLenRange: "token.pin_wrong",
    told.PinLocked: "token.pin_blocked",
    told.PinExpired: "token.pin_blocked",
    told.UserPinNotInitialized: "token.pin_blocked",
    told.DeviceError: "token.session_lost",
    told.DeviceRemoved: "token.session_lost",
    told.TokenNotPresent: "token.session_lost",
    told.TokenNotRecognised: "token.session_lost",
    told.SessionClosed: "token.session_lost",
    told.SessionHandleInvalid: "token.session_lost",
    told.ObjectHandleInvalid: "token.session_lost",
    told.KeyHandleInvalid: "token.session_lost",
    told.UserNotLoggedIn: "token.session_lost",
    told.GeneralError: "token.session_lost",
    told.PKCS11Error: "token.session_lost",  # the module was shut down under us
}


class TokenSession:
    """A context manager; one thread at a time holds a session."""

    def __init__(self, address: KeyAddress, pin: Pin | None) -> None:
        """`pin` asks a person; without it the PIN comes from the address's file."""
        self.address = address
        self._pin = pin or address.pin_from_file
        self._session: pkcs11.Session | None = None

    def __enter__(self) -> "TokenSession":
        """Log in.

        Raises:
            HocbaError: "token.module_missing", "token.missing", "token.ambiguous",
                "token.pin_missing", "token.pin_wrong", "token.pin_last_try", "token.pin_blocked",
                "token.session_lost", "token.failed".
        """
        _ONE_AT_A_TIME.acquire()
        try:
            self._connect()
        except BaseException:
            _ONE_AT_A_TIME.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Log out; a token that is gone needs no goodbye."""
        try:
            self._close()
        finally:
            _ONE_AT_A_TIME.release()

    def find(self, kind: ObjectClass, **wanted: object) -> list[Any]:
        """Return the token's objects of a class by attributes (`LABEL=…`, `ID=…`).

        Raises:
            HocbaError: "token.session_lost", "token.failed".
        """
        template = {Attribute.CLASS: kind, **{Attribute[name]: one for name, one in wanted.items()}}
        try:
            return list(self._open().get_objects(template))
        except told.PKCS11Error as error:
            self._close()
            raise _refusal(error) from error

    def answers(self, found: Any) -> bool:
        """Whether the session still stands and an object found in it is still there."""
        if self._session is None:
            return False
        try:
            return found[Attribute.CLASS] is not None
        except told.PKCS11Error:
            return False

    def reopen(self) -> None:
        """Log in again, once; objects found before are of no use any more.

        Raises:
            HocbaError: as when entering.
        """
        self._close()
        self._connect()

    def sign(self, key: Any, data: bytes, mechanism: Mechanism) -> bytes:
        """Sign once; whatever fails is told and not tried again.

        Raises:
            HocbaError: "token.session_lost", "token.failed".
        """
        try:
            return bytes(key.sign(data, mechanism=mechanism))
        except told.PKCS11Error as error:
            self._close()
            raise _refusal(error) from error

    def _open(self) -> pkcs11.Session:
        if self._session is None:
            raise told.SessionClosed
        return self._session

    def _close(self) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        try:
            session.close()
        except told.PKCS11Error:
            return

    def _connect(self) -> None:
        token = _token(self.address)
        try:
            self._session = _login(self.address, token, self._pin)
        except told.PKCS11Error as error:
            raise _refusal(error) from error


def _token(address: KeyAddress) -> pkcs11.Token:
    """Find the token; a module that knows of none is asked to look again."""
    try:
        module = pkcs11.lib(str(address.module))
    except told.GeneralError as error:  # the module is there, what it speaks to is not
        raise HocbaError("token.missing") from error
    except told.PKCS11Error as error:
        raise HocbaError("token.module_missing", module=str(address.module)) from error
    for last in (False, True):
        try:
            found = [one for one in module.get_tokens() if _is_meant(one, address)]
        except told.PKCS11Error:
            found = []
        if found or last:
            break
        try:
            module.reinitialize()
        except told.PKCS11Error:
            break
    if len(found) != 1:
        raise HocbaError("token.ambiguous" if found else "token.missing")
    return found[0]


def _is_meant(token: pkcs11.Token, address: KeyAddress) -> bool:
    serial = token.serial.decode(errors="replace").rstrip("\0 ")
    return (not address.token or token.label == address.token) and (
        not address.serial or serial == address.serial
    )


def _login(address: KeyAddress, token: pkcs11.Token, pin: Pin) -> pkcs11.Session:
    if token.flags & TokenFlag.USER_PIN_LOCKED:
        raise HocbaError("token.pin_blocked")
    if token.flags & TokenFlag.USER_PIN_FINAL_TRY:
        raise HocbaError("token.pin_last_try")
    given = pin()
    tried = (str(address.module), token.serial, blake2b(given.encode(), key=_HASH_KEY).digest())
    if tried in _REFUSED_PINS:
        raise HocbaError("token.pin_wrong")
    try:
        return token.open(user_pin=given)
    except told.UserAlreadyLoggedIn:
        # Another key of the same token is in use by this very thread: the login is shared.
        return token.open()
    except told.PKCS11Error as error:
        if _CODES.get(type(error)) == "token.pin_wrong":
            _REFUSED_PINS.add(tried)
        raise


def _refusal(error: told.PKCS11Error) -> HocbaError:
    code = _CODES.get(type(error), "token.failed")
    return HocbaError(code)
