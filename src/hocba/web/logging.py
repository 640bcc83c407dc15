"""One JSON line per event, without personal data.

Only keys of a known list are written, and lines of libraries lose their arguments and exception
texts: a path may hold a lookup code, a database message may quote a personal number. What remains
(event name, place in the code, request id, actor id) leads to the rows, where access is controlled.
"""

import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED_KEYS = frozenset(
    [
        "event",
        "level",
        "logger",
        "timestamp",
        "request_id",
        "actor_id",
        "unit_id",
        "school_id",
        "method",
        "route",
        "status",
        "duration_ms",
        "action",
        "object_type",
        "object_id",
        "count",
        "code",
        "exception",
    ]
)

Event = MutableMapping[str, Any]


def keep_known_keys(_logger: object, _method: str, event: Event) -> Event:
    """Drop every key that is not on the list, and say so."""
    dropped = sorted(key for key in event if key not in ALLOWED_KEYS and not key.startswith("_"))
    for key in dropped:
        del event[key]
    if dropped:
        event["dropped_keys"] = dropped
    return event


def exception_without_text(_logger: object, _method: str, event: Event) -> Event:
    """Replace an exception by its type and frames; its text may quote the data."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        event["exception"] = {"type": type(error).__qualname__, "frames": places}
        if isinstance(code := getattr(error, "code", None), str):
            event["code"] = code
    return event


_SHARED: tuple[Any, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_LAST: tuple[Any, ...] = (
    exception_without_text,
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    keep_known_keys,
    structlog.processors.JSONRenderer(ensure_ascii=False),
)


def configure_structlog() -> None:
    """Send our own events through the standard library's handlers."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_settings() -> dict[str, Any]:
    """Return Django's LOGGING: everything to standard error as JSON lines."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": _LAST,
                "foreign_pre_chain": _SHARED,
                "use_get_message": False,  # the template of a line, without its arguments
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "hocba": {"level": "INFO"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            # One line per request is written by RequestRecord, with the route and not the path.
            "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
