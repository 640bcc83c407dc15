"""What belongs to an installation: blobs, the log's files, the trust list, keys' public parts."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path, PurePosixPath

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from hocba.adapters.durable import UNFINISHED
from hocba.apps.gradebook import queries as gradebook
from hocba.apps.held_keys import log_key
from hocba.apps.issuing import queries as issuing
from hocba.apps.ledger import stored
from hocba.apps.roster import setup_queries as setup
from hocba.apps.roster.queries import all_schools
from hocba.core.errors import HocbaError
from hocba.core.registry.checkpoint import vkey

TRUST, LOG_KEY, LOG_VKEY = "trust.json", "log-key.pem", "log-key.vkey"


def blobs_named() -> Iterator[str]:
    """Yield the digest of every blob that a row of any office names."""
    yield from stored.blobs_named()
    for school in all_schools():
        yield from issuing.blobs_named(school_id=school.id)
        yield from gradebook.blobs_named(school_id=school.id)
        yield from setup.blobs_named(school_id=school.id)


def row_counts() -> dict[str, int]:
    """Return how many rows each table has; sessions come and go and are left out."""
    counts = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and model._meta.app_label != "sessions":
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own tables
                counts[model._meta.db_table] = int(cursor.fetchone()[0])
    return dict(sorted(counts.items()))


def newest_migrations() -> dict[str, str]:
    """Return the newest migration of each office that the database went through."""
    newest: dict[str, str] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        newest[app] = name
    return newest


def log_folder() -> Path:
    """Return the folder of the log's public files."""
    return Path(settings.HOCBA_LOG_DIR)


def log_files(*, tiles: bool) -> Iterator[tuple[str, Path]]:
    """Yield the log's files as names (`log/…`) and paths: its tiles, or all the others."""
    root = log_folder()
    for path in sorted(root.rglob("*")):
        name = f"log/{path.relative_to(root).as_posix()}"
        if path.name.startswith(UNFINISHED) or not path.is_file():
            continue
        if name.startswith("log/tile/") is tiles:
            yield name, path


def changing_files(*, private_keys: bool) -> Iterator[tuple[str, bytes]]:
    """Yield what is small and may change: trust list, checkpoint, the log's public key.

    The log's private key is among them only when it is asked for and lies in a file.
    """
    trust, key = Path(settings.HOCBA_TRUST_FILE), Path(settings.HOCBA_LOG_KEY_FILE)
    if trust.exists():
        yield TRUST, trust.read_bytes()
    with suppress(
        HocbaError
    ):  # no key yet, or its token is not here: the backup is made all the same
        yield LOG_VKEY, f"{vkey(settings.HOCBA_LOG_ORIGIN, log_key().public_key)}\n".encode()
    if private_keys and key.exists():
        yield LOG_KEY, key.read_bytes()
    for name, path in chain(log_files(tiles=False)):
        yield name, path.read_bytes()


def place_of(name: str) -> Path | None:
    """Return where a file of a backup belongs in this installation; None for an unknown name."""
    parts = PurePosixPath(name).parts
    if name == TRUST:
        return Path(settings.HOCBA_TRUST_FILE)
    if name == LOG_KEY:
        return Path(settings.HOCBA_LOG_KEY_FILE)
    if len(parts) > 1 and parts[0] == "log" and ".." not in parts and "\\" not in name:
        return log_folder().joinpath(*parts[1:])
    return None
