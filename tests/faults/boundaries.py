"""Kill points without hooks in the product: every effect that a process has on the outside.

An effect is a file made durable or put in place, a statement that writes or locks, a commit. A
process is killed right before its n-th effect; before the first of the next action is after the
last of this one. So "between each pair of steps" is exhaustive and stays so when steps are added.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

from django.db import connection

_WRITES = ("INSERT", "UPDATE", "DELETE")


class Boundaries:
    """Counts effects, remembers their names, kills at one of them."""

    def __init__(self, kill_at: int | None = None) -> None:
        self.kill_at, self.names = kill_at, list[str]()

    def effect(self, name: str) -> None:
        """Called right before an effect."""
        if self.kill_at == len(self.names):
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)

    def watch(self) -> None:
        """Begin, in this process and for ever: it is one that is going to die."""
        os.fsync = self._before("fsync", os.fsync)
        os.replace = self._before("replace", os.replace)
        connection.ensure_connection()
        connection._commit = self._before("COMMIT", connection._commit)  # type: ignore[attr-defined]
        connection.execute_wrappers.append(self._statement)

    def _before(self, name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
        def replaced(*arguments: Any, **named: Any) -> Any:
            self.effect(name)
            return plain(*arguments, **named)

        return replaced

    def _statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        verb = sql.lstrip("( ").split(" ", 1)[0].upper()
        if verb in _WRITES or sql.endswith("FOR UPDATE"):
            table = next((word for word in sql.split('"') if "_" in word), "")
            self.effect(f"{verb} {table}")
        return execute(sql, params, many, context)
