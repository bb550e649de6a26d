"""Standard output and error that are closed or full: a sentence where one can be said, and never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import environment_of

pytestmark = pytest.mark.slow
"""Processes of their own."""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("check >&-", 0, ""),
        ("check 2>&-", 0, ""),
        ("list gaps >&- 2>&-", 0, ""),
        ("list gaps > /dev/full", 6, "gameday: the output could not be written: No space left on device"),
        ("list nosuch 2> /dev/full", 6, ""),
    ],
)
def test_output_that_goes_nowhere(workspace: Path, words: str, code: int, said: str) -> None:
    command = f"{sys.executable} -m gameday {words}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=workspace, env=environment_of(workspace, {}), capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in done.stderr
    assert said in done.stderr
    assert done.returncode == code
