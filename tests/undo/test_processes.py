"""Ending what a drill started, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from gameday.undo.processes import is_alive, kill_group, started_ticks
from tests.sandbox.conftest import await_that

PARENT = """
import subprocess, sys
child = subprocess.Popen(["sleep", "60"], process_group=0)
print(child.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("reaped", [False, True])
def test_children_of_a_leader_that_died_first_are_ended_too(reaped: bool) -> None:
    """Also one that made a process group of its own."""
    leader = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert leader.stdout and leader.stdin
    child = int(leader.stdout.readline())
    ticks, childs = started_ticks(leader.pid), started_ticks(child)
    os.kill(leader.pid, signal.SIGKILL)
    await_that(lambda: not is_alive(leader.pid, ticks), 5, "the leader's end")
    if reaped:
        leader.wait(5)
    assert is_alive(child, childs)
    assert not kill_group(leader.pid, ticks)
    await_that(lambda: not is_alive(child, childs), 5, "the child's end")
    leader.wait(5)
    leader.stdin.close()
    leader.stdout.close()


def test_a_number_that_another_process_has_now_is_left_alone() -> None:
    other = subprocess.Popen(["sleep", "60"], start_new_session=True)
    ticks = started_ticks(other.pid)
    try:
        assert not kill_group(other.pid, str(int(ticks) - 1))
        assert is_alive(other.pid, ticks)
    finally:
        other.kill()
        other.wait(5)
