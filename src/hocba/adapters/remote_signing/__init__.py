"""Remote signing services: who may be asked is said by one TOML file, which holds the secrets.

One table a service, named as people see it in the list; see docs/signing-providers.md. Nobody but
the services in that file is ever asked, and over TLS alone unless it is this very machine.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from hocba.adapters.fetching import Fetcher
from hocba.adapters.remote_signing.csc import CscClient
from hocba.adapters.remote_signing.exchange import Door
from hocba.adapters.remote_signing.mysign import MySignClient
from hocba.adapters.remote_signing.smartca import SmartCaClient
from hocba.core.errors import HocbaError
from hocba.core.signing.ports import RemoteSigner

KINDS = {"csc": CscClient, "smartca": SmartCaClient, "mysign": MySignClient}
MOST_BYTES = 4 * 1024 * 1024
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def load_remote_signers(path: Path, *, seconds: float) -> Mapping[str, RemoteSigner]:
    """Read the file of services; an answer may take `seconds`.

    Raises:
        HocbaError: "remote.settings_unreadable", without saying what stands in the file.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: _signer(table, seconds) for name, table in tables.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise HocbaError("remote.settings_unreadable") from error


def _signer(table: Mapping[str, object], seconds: float) -> RemoteSigner:
    values = dict(table)
    kind, url = str(values.pop("kind")), str(values.pop("url"))
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _THIS_MACHINE):
        raise ValueError(parts.scheme)
    hosts = frozenset({parts.netloc.lower()})
    door = Door(url, Fetcher(hosts, seconds=seconds, max_bytes=MOST_BYTES))
    signer: RemoteSigner = KINDS[kind](door=door, **values)
    return signer
