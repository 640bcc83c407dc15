"""200 teachers save marks at once: throughput, p95, errors, and what is at its limit.

    .venv/bin/python benchmarks/teachers.py [teachers] [seconds]

A throw-away PostgreSQL (on disk, fsync on) behind the production server (`hocba.web.workers`) on
this machine's cores; the teachers, one asynchronous process, share those cores too. Every tenth
save is a pasted column of 45 cells, the others are one cell. First paced: everybody saves every
four seconds, as on the last evening (50 saves a second with 200 teachers; the city's figure is 300
on its machines). Then as fast as answers come. The peer is a POST that is refused right behind the
sign-in wall: all of the site but the saving. Every answer is checked: right cells, next version, no
conflict.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

from running_site import percentile, running_site

TEACHERS, SECONDS, PACE = 200, 30, 4.0
LIMIT_MS = 1000  # of a paced save, p95, on two cores that the teachers use as well
TOKEN = "b" * 32


@dataclass
class Tally:
    """What a phase gave."""

    took: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Teacher:
    """One browser: a connection that stays open, one sheet, the versions it has seen."""

    def __init__(self, address: str, told: dict[str, Any]) -> None:
        self.host, port = address.removeprefix("http://").split(":")
        self.port, self.told = int(port), told
        self.versions: dict[tuple[str, str], int] = {}
        columns = ("regular-1", "regular-2", "midterm", "final")
        self.cells = cycle([(row, column) for column in columns for row in told["rows"]])
        self.count = 0

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)

    def next_cells(self) -> list[dict[str, Any]]:
        self.count += 1
        chosen = [next(self.cells) for _ in range(45 if self.count % 10 == 0 else 1)]
        turn = self.versions.get(chosen[0], 0)
        value = f"{turn % 10},5" if self.told["scored"] else ("Đ", "CĐ")[turn % 2]
        return [
            {
                "row": row,
                "column": column,
                "value": value,
                "version": self.versions.get((row, column), 0),
            }
            for row, column in chosen
        ]

    async def save(self) -> str:
        """Save once; return what was wrong, if anything."""
        cells = self.next_cells()
        body = {"request": str(uuid4()), "cells": cells}
        status, answer = await self.post(json.dumps(body).encode())
        if status != 200 or answer["conflicts"] or answer["refused"]:
            return f"{status} {str(answer)[:200]}"
        if {(one["row"], one["column"]) for one in answer["saved"]} != {
            (one["row"], one["column"]) for one in cells
        }:
            return "other cells"
        for one in answer["saved"]:
            key = (one["row"], one["column"])
            if one["version"] != self.versions.get(key, 0) + 1:
                return f"version {one['version']}"
            self.versions[key] = one["version"]
        return ""

    async def bare(self) -> str:
        status, _ = await self.post(b"[]")
        return "" if status == 400 else str(status)

    async def post(self, body: bytes) -> tuple[int, Any]:
        self.writer.write(
            f"POST {self.told['sheet']}luu/ HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Cookie: phien={self.told['session']}; csrf={TOKEN}\r\nX-CSRFToken: {TOKEN}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        answer = await self.reader.readexactly(length)
        return int(head.split()[1]), json.loads(answer)


async def phase(teachers: list[Teacher], work: str, seconds: float, pace: float) -> Tally:
    """Let everybody work; with a pace each begins at their own moment of it."""
    tally, end = Tally(), time.perf_counter() + seconds

    async def go(number: int, teacher: Teacher) -> None:
        await asyncio.sleep(pace * number / len(teachers))
        while (began := time.perf_counter()) < end:
            try:
                wrong = await getattr(teacher, work)()
            except (OSError, asyncio.IncompleteReadError) as error:
                wrong = repr(error)
                await teacher.open()
            took = time.perf_counter() - began
            if wrong:
                tally.errors.append(wrong)
            else:
                tally.took.append(took * 1000)
            await asyncio.sleep(max(0.0, pace - took) if pace else 0)

    await asyncio.gather(*(go(number, one) for number, one in enumerate(teachers)))
    return tally


def processor_seconds(server: int) -> dict[str, float]:
    """Processor time so far of the web workers, of PostgreSQL, of the teachers."""
    ticks = os.sysconf("SC_CLK_TCK")
    spent = {"web": 0.0, "database": 0.0, "teachers": time.process_time()}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = place.read_text().partition(" (")[2].rpartition(") ")
        except OSError:
            continue
        values = rest.split()
        seconds = sum(map(int, values[11:15])) / ticks  # ended children among them
        if server in (int(place.parent.name), int(values[1])):
            spent["web"] += seconds
        elif name == "postgres":
            spent["database"] += seconds
    return spent


async def measure(address: str, told: list[dict[str, Any]], server: int, seconds: int) -> bool:
    """Print the table; say whether the aim is met."""
    teachers = [Teacher(address, one) for one in told]
    for one in teachers:
        await one.open()
    await phase(teachers, "bare", 3, 0.5)
    spent = "processor: web, database, teachers"
    print(f"{'':<30}{'a second':>10}{'p50':>11}{'p95':>11}{'errors':>8}   {spent}")
    found = {}
    for name, work, pace in (
        ("a refused POST, at full speed", "bare", 0.0),
        (f"a save every {PACE:.0f} s each", "save", PACE),
        ("saves at full speed", "save", 0.0),
    ):
        before, began = processor_seconds(server), time.perf_counter()
        tally = found[name] = await phase(teachers, work, seconds, pace)
        took = time.perf_counter() - began
        after = processor_seconds(server)
        cores = os.cpu_count() or 1
        shares = [f"{(after[key] - before[key]) / took / cores:5.0%}" for key in before]
        p50, p95 = percentile(tally.took, 0.5), percentile(tally.took, 0.95)
        print(
            f"{name:<30}{len(tally.took) / took:>10.0f}{p50:>8.0f} ms{p95:>8.0f} ms"
            f"{len(tally.errors):>8}   {', '.join(shares)}"
        )
        for wrong in tally.errors[:3]:
            print(f"    {wrong}")
    bare, paced, full = found.values()
    ratio = len(bare.took) / max(1, len(full.took))
    p95 = percentile(paced.took, 0.95)
    good = p95 <= LIMIT_MS and not any(one.errors for one in found.values())
    print(
        f"a save costs {ratio:.1f} × a refused POST; load of the machine {os.getloadavg()[0]:.1f}"
    )
    print(f"paced p95 {p95:.0f} ms of {LIMIT_MS} ms, no errors: {'met' if good else 'not met'}")
    return good


def main() -> int:
    """Make, fill, measure; 1 when the aim is not met."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TEACHERS
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    with running_site(classes=-(-count // 10)) as (address, teachers, server):
        return 0 if asyncio.run(measure(address, teachers[:count], server, seconds)) else 1


if __name__ == "__main__":
    sys.exit(main())
