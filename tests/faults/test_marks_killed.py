"""F2: kill -9 of the web worker during a save; F14: the same save sent several times at once."""

from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.installation import Host, Installation

pytestmark = pytest.mark.slow


def body_of(sheet: dict[str, Any], version: int, key: str) -> dict[str, Any]:
    """Three marks and a remark, each upon the version before."""
    cells = [(row, "final", f"{version % 10},5") for row in sheet["rows"]]
    cells.append((sheet["rows"][0], "remark", f"Nhận xét lần {version}."))
    return {
        "request": key,
        "cells": [
            {"row": row, "column": column, "value": value, "version": version}
            for row, column, value in cells
        ],
    }


def rows_of(host: Host, sheet: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = host.run("inspect_marks", school_id=sheet["school_id"])
    return found


def test_a_save_is_whole_or_nothing_and_is_sent_again_under_its_key(
    installation: Installation,
) -> None:
    with installation.host() as host:
        sheet = host.run("make_sheet")
        place = {"url": sheet["url"], "session": sheet["session"]}
        keys: list[str] = []
        for point in count():
            keys.append(str(uuid4()))
            body = body_of(sheet, point, keys[-1])
            killed = host.start("post_marks", kill_at=point, **place, body=body).wait().killed
            found = rows_of(host, sheet)
            whole = keys[-1] in found["requests"]
            assert len(found["marks"]) == 3 * (point + whole), "whole or nothing"
            assert len(found["remarks"]) == len(found["events"]) == point + whole
            answer = host.run("post_marks", **place, body=body)
            assert (answer["status"], answer["conflicts"], answer["refused"]) == (200, [], [])
            assert {one["version"] for one in answer["saved"]} == {point + 1}
            if not killed:
                break
        assert point >= 6, "session, both tables, the event, the request, the commit"
        found = rows_of(host, sheet)
        assert found["events"] == found["requests"] == sorted(keys)
        wanted = [
            [row, version + 1, version % 10 * 10 + 5]
            for row in sheet["rows"]
            for version in range(point + 1)
        ]
        assert sorted(found["marks"]) == sorted(wanted), "one row a mark and save, nothing lost"


def test_the_same_save_at_once_has_one_effect_and_one_answer(installation: Installation) -> None:
    with installation.host() as host:
        sheet = host.run("make_sheet")
        place = {"url": sheet["url"], "session": sheet["session"]}
        for version in range(4):
            body = body_of(sheet, version, str(uuid4()))
            running = [host.start("post_marks", **place, body=body) for _ in range(3)]
            answers = [one.wait().value for one in running]
            assert answers[0] == answers[1] == answers[2]
            assert answers[0]["status"] == 200
            assert len(answers[0]["saved"]) == 4
        found = rows_of(host, sheet)
        assert (len(found["marks"]), len(found["events"]), len(found["requests"])) == (12, 4, 4)


def test_two_people_on_one_cell_at_once_lose_nothing(installation: Installation) -> None:
    """Whoever comes second is shown the first one's value; the cells beside it merge."""
    with installation.host() as host:
        sheet = host.run("make_sheet")
        place = {"url": sheet["url"], "session": sheet["session"]}
        first, second, third = sheet["rows"]
        bodies = [
            {
                "request": str(uuid4()),
                "cells": [
                    {"row": first, "column": "final", "value": value, "version": 0},
                    {"row": own, "column": "final", "value": value, "version": 0},
                ],
            }
            for value, own in (("4,5", second), ("9,5", third))
        ]
        running = [host.start("post_marks", **place, body=body) for body in bodies]
        answers = [one.wait().value for one in running]
        conflicts = [one for answer in answers for one in answer["conflicts"]]
        assert [(one["row"], one["column"]) for one in conflicts] == [(first, "final")]
        assert {conflicts[0]["yours"], conflicts[0]["theirs"]} == {"4,5", "9,5"}
        assert len(rows_of(host, sheet)["marks"]) == 3
