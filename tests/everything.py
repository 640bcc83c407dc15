"""What `./run test` runs: lint, types, arrows, templates, migrations, then the tests.

The tests run on SQLite, and where HOCBA_TEST_DATABASE_URL names a PostgreSQL, the tests that touch
a database run there twice more: plain, and with the leaf tables hash-partitioned by school.
Arguments are handed to pytest (then only pytest runs, on SQLite).
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parent.parent

CHECKS = (
    ("ruff check", [str(BIN / "ruff"), "check", "."]),
    ("ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("mypy --strict", [str(BIN / "mypy"), "src/hocba"]),
    ("import-linter", [str(BIN / "lint-imports"), "--no-cache"]),
    ("djlint", [str(BIN / "djlint"), "src/hocba", "--lint", "--quiet"]),
    (
        "makemigrations --check",
        [sys.executable, "-m", "hocba.web", "makemigrations", "--check", "--dry-run"],
    ),
)
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]
DATABASE_TESTS = ["tests/apps", "tests/web"]
# Browsers on the same views and actions; a house rule keeps every other test off the database.
SQLITE_ALONE = ["tests/journeys"]
RULES = "tests/core/assessment"
COVERED = ["--cov=hocba.core.assessment", "--cov-branch", "--cov-fail-under=100", "--cov-report="]


def run(name: str, command: list[str], **environment: str) -> bool:
    """Run one check, show its output only when it fails (pytest's always), say what it took.

    Processor time is told beside the clock's, for a busy machine makes a liar of the clock.
    """
    print(f"── {name}", flush=True)
    began, spent = time.monotonic(), _processor_seconds()
    shown = command[1:3] == ["-m", "pytest"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
        text=True,
        stdout=None if shown else subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode and not shown:
        print(done.stdout)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    took, spent = time.monotonic() - began, _processor_seconds() - spent
    print(f"   {verdict} ({took:.1f} s, processor {spent:.1f} s)", flush=True)
    return done.returncode == 0


def _processor_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> int:
    """Run everything; the exit code is non-zero when anything failed."""
    chosen = sys.argv[1:]
    environment = {
        "HOCBA_TESTING": "1",
        "PYTHONPATH": str(ROOT / "src"),
        # Containers often forbid it; then each worker and child compiles every library anew.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    if chosen:
        return 0 if run("tests", [*PYTEST[:4], *chosen], **environment) else 1
    passed = [run(name, command, **environment) for name, command in CHECKS]
    database = os.environ.get("HOCBA_TEST_DATABASE_URL", "")
    environment["HOCBA_TEST_DATABASE_URL"] = ""
    passed.append(
        run("tests of the rules, every branch", [*PYTEST, RULES, *COVERED], **environment)
    )
    rest = [*PYTEST, f"--ignore={RULES}"]
    passed.append(run("tests (SQLite)", rest, **environment))
    if database:
        environment["HOCBA_TEST_DATABASE_URL"] = database
        for shape, partitioned in (("PostgreSQL", ""), ("PostgreSQL, partitioned", "1")):
            passed.append(
                run(
                    f"tests ({shape})",
                    [*PYTEST, *DATABASE_TESTS],
                    HOCBA_TEST_PARTITIONED=partitioned,
                    **environment,
                )
            )
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
