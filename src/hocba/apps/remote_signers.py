"""The remote signing services of this installation, from the file that holds their secrets."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

from hocba.adapters.remote_signing import load_remote_signers
from hocba.core.errors import HocbaError
from hocba.core.signing.ports import RemoteSigner


def remote_providers() -> tuple[str, ...]:
    """Return the names of the services, as people choose them.

    Raises:
        HocbaError: "remote.settings_unreadable".
    """
    return tuple(_signers())


def remote_signer(provider: str) -> RemoteSigner:
    """Return the service of a name.

    Raises:
        HocbaError: "remote.not_configured", "remote.settings_unreadable".
    """
    signers = _signers()
    if provider not in signers:
        raise HocbaError("remote.not_configured")
    return signers[provider]


def _signers() -> Mapping[str, RemoteSigner]:
    path = settings.HOCBA_REMOTE_SIGNING_FILE
    return {} if path is None else _loaded(path, settings.HOCBA_FETCH_SECONDS)


@cache
def _loaded(path: Path, seconds: float) -> Mapping[str, RemoteSigner]:
    """Read once a process: whoever changes the file starts the process again."""
    return load_remote_signers(path, seconds=seconds)
