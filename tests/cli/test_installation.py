"""`hocba backup` and `hocba restore` reach the installation; the other commands stay without it."""

import subprocess
import sys

import pytest

from hocba.cli import main


@pytest.mark.slow
def test_the_commands_of_an_installation_are_reached(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", "--help"]) == 0
    said = capfd.readouterr().out
    assert "--check-only" in said
    assert "--manifest-sha256" in said


def test_the_offline_commands_do_not_load_django() -> None:
    code = "import sys, hocba.cli; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
