"""Log lines are JSON and know no names, numbers or marks."""

import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from django.test import Client

from hocba.core.errors import HocbaError
from hocba.web import logging as log_lines

SECRET = "001210000001"


@pytest.fixture
def lines() -> Iterator[Any]:
    """Return what was written since, as parsed lines."""
    formatter = dict(log_lines.logging_settings()["formatters"]["json"])
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter.pop("()")(**formatter))
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_known_keys_are_written_and_others_only_named(lines: Any) -> None:
    structlog.stdlib.get_logger("hocba.x").info("mark_saved", count=3, full_name=SECRET)
    (line,) = lines()
    assert (line["event"], line["count"], line["logger"]) == ("mark_saved", 3, "hocba.x")
    assert line["dropped_keys"] == ["full_name"]
    assert SECRET not in json.dumps(line)


def test_a_librarys_line_loses_its_arguments(lines: Any) -> None:
    logging.getLogger("django.request").warning("Not Found: %s", f"/tra-cuu/{SECRET}/")
    (line,) = lines()
    assert line["event"] == "Not Found: %s"


def test_an_exception_loses_its_text_and_keeps_its_places(lines: Any) -> None:
    try:
        raise ValueError(f"Key (citizen_id)=({SECRET}) already exists")
    except ValueError:
        logging.getLogger("django.request").exception("failed")
        structlog.stdlib.get_logger("hocba.x").exception("failed")
    for line in lines():
        assert SECRET not in json.dumps(line)
        assert line["exception"]["type"] == "ValueError"
        assert line["exception"]["frames"][0].endswith(sys._getframe().f_code.co_name)


def test_a_refusal_in_the_log_has_its_code(lines: Any) -> None:
    try:
        raise HocbaError("signing.slot_taken", name=SECRET)
    except HocbaError as error:
        structlog.stdlib.get_logger("hocba.x").warning("refused", exc_info=error)
    (line,) = lines()
    assert line["code"] == "signing.slot_taken"
    assert SECRET not in json.dumps(line)


@pytest.mark.django_db
def test_a_request_is_one_line_with_its_route(lines: Any, client: Client) -> None:
    response = client.get(f"/quan-tri/accounts/person/{SECRET}/change/?q={SECRET}")
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line["status"] == response.status_code
    assert line["route"].startswith("quan-tri/")
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert SECRET not in json.dumps(lines())
