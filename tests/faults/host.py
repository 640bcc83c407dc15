"""`python -m tests.faults.host`: one process with Django set up, which forks a child for each job.

Reads a JSON line for each order, answers with one. Children get connections of their own; a killed
one is just reported.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any


def serve() -> None:
    """Take orders until the input ends."""
    import django

    django.setup()
    from tests.faults import jobs

    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            answer: Any = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                _child(jobs, order)
        print(json.dumps(answer), flush=True)


def _child(jobs: Any, order: dict[str, Any]) -> None:
    """Do one job, leave its result in a file, never return."""
    from hocba.core.errors import HocbaError
    from tests.faults.boundaries import Boundaries

    boundaries = Boundaries(order["kill_at"])
    result: dict[str, Any] = {}
    try:
        if order["watched"]:
            boundaries.watch()
        result["value"] = getattr(jobs, order["job"])(**order["arguments"])
        boundaries.effect("afterwards")
    except HocbaError as refusal:
        result["refused"] = refusal.code
        result["params"] = {key: str(value) for key, value in refusal.params.items()}
    except BaseException as error:
        result["failed"] = f"{type(error).__name__}: {error}"
        result["trace"] = traceback.format_exc()
    result["effects"] = boundaries.names
    Path(order["result"]).write_text(json.dumps(result), encoding="utf-8")
    os._exit(0)


if __name__ == "__main__":
    serve()
