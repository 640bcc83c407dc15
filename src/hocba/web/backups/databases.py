"""The database as one stream of bytes, taken at one instant; and back. SQLite and PostgreSQL.

SQLite is copied by its own online backup. PostgreSQL is read by `pg_dump`, a child process that
sees the same snapshot as we do and is ended when it takes longer than it may; it writes into a
pipe, so no clear copy of the database touches the disk.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import IO, Any

from django.conf import settings
from django.db import connection

from hocba.core.errors import HocbaError

TEMPORARY = ".backup-"
LONGEST_DUMP = 6 * 3600  # seconds
_CHUNK = 1 << 20
_LOG_TABLE = "ledger_logentry"
_COPY = re.compile(rb"COPY \S*" + _LOG_TABLE.encode() + rb" \(([^)]*)\) FROM stdin;\n")


@contextmanager
def snapshot() -> Iterator[Iterator[bytes]]:
    """Hold the database still for this process, and give its dump.

    Within the block every query of this process sees the instant that the dump is of; others write
    on. On a plain autocommit connection, so that a SQLite writer is not kept waiting.

    Raises:
        HocbaError: "backup.dump_failed" from the dump.
    """
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgres else "BEGIN")
        try:
            cursor.execute("SELECT count(*) FROM django_migrations")  # here the instant is fixed
            if postgres:
                cursor.execute("SELECT pg_export_snapshot()")
                yield _postgres_dump(str(cursor.fetchone()[0]))
            else:
                with TemporaryDirectory(prefix=TEMPORARY, dir=settings.HOCBA_DATA_DIR) as folder:
                    yield _sqlite_dump(Path(folder) / "copy.sqlite3")
        finally:
            cursor.execute("ROLLBACK")


def _sqlite_dump(path: Path) -> Iterator[bytes]:
    copy = sqlite3.connect(path)
    try:
        connection.connection.backup(copy, pages=5000)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _postgres_dump(snapshot_id: str) -> Iterator[bytes]:
    options = ["--format=custom", f"--snapshot={snapshot_id}", "--no-owner", "--no-privileges"]
    with _running("pg_dump", options, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while chunk := process.stdout.read(_CHUNK):
            yield chunk


@contextmanager
def _running(
    name: str, options: Sequence[str], *, connected: bool = True, **pipes: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of PostgreSQL, not longer than it may; the password goes by environment.

    Raises:
        HocbaError: "backup.dump_failed" with the last line that it said.
    """
    program = shutil.which(name)
    if program is None:
        raise HocbaError("backup.no_program", name=name)
    values = settings.DATABASES["default"]
    place = {"--host": values["HOST"], "--port": values["PORT"], "--username": values["USER"]}
    where = [f"{key}={value}" for key, value in place.items() if value]
    where += [f"--dbname={values['NAME']}", "--no-password"]
    command = [program, *options, *(where if connected else ())]
    environment = {**os.environ, "PGPASSWORD": values["PASSWORD"] or "", "LC_ALL": "C"}
    process = subprocess.Popen(  # noqa: S603 - a program of PostgreSQL with our own settings
        command, env=environment, stderr=subprocess.PIPE, **pipes
    )
    limit = Timer(LONGEST_DUMP, process.kill)
    limit.start()
    try:
        yield process
        if process.stdin is not None:
            process.stdin.close()
        said = process.stderr.read(64_000) if process.stderr is not None else b""
        if process.wait():
            raise _failed(name, said)
    except BrokenPipeError:
        said = process.stderr.read(64_000) if process.stderr is not None else b""
        raise _failed(name, said) from None
    finally:
        limit.cancel()
        process.kill()
        process.wait()


def _failed(name: str, said: bytes) -> HocbaError:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return HocbaError("backup.dump_failed", name=name, detail=lines[0][:200] if lines else "")


def load(stream: IO[bytes]) -> None:
    """Bring a dump to the empty database of this installation: all of it, or nothing.

    Raises:
        HocbaError: "backup.dump_failed".
    """
    if connection.vendor == "postgresql":
        connection.close()
        options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        with _running("pg_restore", options, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            shutil.copyfileobj(stream, process.stdin, _CHUNK)
        return
    arriving = _arriving()
    with os.fdopen(os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        shutil.copyfileobj(stream, file, _CHUNK)
        file.flush()
        os.fsync(file.fileno())


def settle() -> None:
    """Put what `load` brought in its place, once its stream proved whole; PostgreSQL has it."""
    if connection.vendor == "postgresql":
        return
    path = Path(settings.DATABASES["default"]["NAME"])
    connection.close()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    _arriving().replace(path)


def _arriving() -> Path:
    path = Path(settings.DATABASES["default"]["NAME"])
    return path.with_name(f"{path.name}.restoring")


def dumped_leaves(stream: IO[bytes], *, vendor: str) -> Iterator[bytes]:
    """Yield the log's leaves in order straight from a dump, without a database server.

    Raises:
        HocbaError: "backup.dump_failed", "ledger.log_has_gap".
    """
    with TemporaryDirectory(prefix=TEMPORARY) as folder:
        path = Path(folder) / "leaves.sqlite3"
        if vendor == "sqlite":
            with path.open("wb") as file:
                shutil.copyfileobj(stream, file, _CHUNK)
        else:
            _leaves_into(path, stream, Path(folder))
        table = sqlite3.connect(path)
        try:
            # Some checks call functions of Django, which is not needed here.
            table.execute("PRAGMA ignore_check_constraints=ON")
            if table.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise HocbaError("backup.dump_failed", name="sqlite", detail="quick_check")
            rows = table.execute(f'SELECT "index", leaf FROM {_LOG_TABLE} ORDER BY "index"')  # noqa: S608 - our own name
            for expected, (index, leaf) in enumerate(rows):
                if index != expected:
                    raise HocbaError("ledger.log_has_gap")
                yield bytes(leaf)
        except sqlite3.DatabaseError as error:
            raise HocbaError("backup.dump_failed", name="sqlite", detail=str(error)) from error
        finally:
            table.close()


def _leaves_into(path: Path, stream: IO[bytes], folder: Path) -> None:
    """Sort the entries of a PostgreSQL dump; its rows come in the order of its pages."""
    dump = folder / "dump"
    with dump.open("wb") as file:
        shutil.copyfileobj(stream, file, _CHUNK)
    table = sqlite3.connect(path)
    table.execute(f'CREATE TABLE {_LOG_TABLE} ("index" INTEGER PRIMARY KEY, leaf BLOB)')
    options = ["--data-only", f"--table={_LOG_TABLE}", "--file=-", str(dump)]
    with _running("pg_restore", options, connected=False, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        columns: list[str] = []
        for line in process.stdout:
            if columns and line == b"\\.\n":
                columns = []
            elif columns:
                row = dict(zip(columns, line.rstrip(b"\n").split(b"\t"), strict=True))
                leaf = bytes.fromhex(row["leaf"].removeprefix(b"\\\\x").decode("ascii"))
                table.execute(
                    f"INSERT INTO {_LOG_TABLE} VALUES (?, ?)",  # noqa: S608 - our own name
                    (int(row["index"]), leaf),
                )
            elif match := _COPY.fullmatch(line):
                columns = [name.strip(' "') for name in match[1].decode("ascii").split(",")]
    table.commit()
    table.close()
