"""The verbs one by one, where they need no container."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import NotFound

from gameday.undo import VERBS, marker
from gameday.undo.docker_host import ContainerState, DockerHost, NotDone, TargetGone
from gameday.undo.ledger import OpenFault
from gameday.undo.marked_processes_kill import marked_processes_kill
from gameday.undo.processes import send_signal, started_ticks
from gameday.undo.put_back import by_hand
from tests.sandbox.conftest import await_that

ARGUMENTS = {
    "container": "c1" * 32, "sidecar": "gameday-c1", "key": "c1", "image": "gameday-network:local", "marker": "cpu_pressure.c1", "path": "/sys/fs/cgroup/cpu/docker/x", "text": "-1",
    "url": "http://127.0.0.1:1/releases", "service": "shop", "before": "v1", "injected": "v2", "user": "postgres", "database": "shop",
    "role": "shop", "setting": "recovery_min_apply_delay", "there": "-", "entry": "gameday.fault=x.c1.", "lost": "what c1 held", "signal": "HUP",
    "command": "", "backup": "/etc/.gameday-c1", "mode": "640", "owner": "0:0", "device": "254:0",
    "undo": '{"module": "chaosx.c1", "func": "start", "arguments": {"name": "c1"}}',
}  # fmt: skip


class Inside:
    """A container in which a shell finds so many marked processes, one less each time it kills."""

    def __init__(self, left: int, *, paused: bool = False, running: bool = True) -> None:
        self.left, self.now = left, ContainerState(running, paused, "t0")
        self.asked: list[str] = []

    def state(self, container: str) -> ContainerState:
        return self.now

    def run(self, container: str, command: tuple[str, ...]) -> str:
        said, kills = str(self.left), "kill" in command[2]
        self.asked.append("kill" if kills else "count")
        self.left = max(0, self.left - 1) if not kills else 1
        return said


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_how_it_is_done_by_hand(verb: str) -> None:
    files = {"before": json.dumps({"/sys/fs/cgroup/blkio/docker/c1/x": "0"})} if verb == "disk_limit_restore" else {}
    fault = OpenFault("f1", "x", "shop", {"steps": [{"verb": verb, "arguments": ARGUMENTS | files}]}, "armed", "")
    said = by_hand(fault)
    assert said.startswith("by hand: ")
    assert "c1" in said or "cgroup" in said or "v1" in said


def test_killed_processes_are_counted_until_none_is_left() -> None:
    host: Any = Inside(3)
    assert marked_processes_kill(host, {}, ARGUMENTS) == "its processes were killed"
    assert host.asked == ["kill", "count", "count"]


def test_nothing_is_asked_of_a_container_that_does_not_run() -> None:
    host: Any = Inside(3, running=False)
    assert marked_processes_kill(host, {}, ARGUMENTS).startswith("was ")
    assert host.asked == []


def test_inside_a_paused_container_nothing_can_be_ended_and_that_is_said() -> None:
    host: Any = Inside(3, paused=True)
    with pytest.raises(NotDone, match="paused"):
        marked_processes_kill(host, {}, ARGUMENTS)


@pytest.mark.parametrize("wrong", ["", "a b", "$(reboot)", "a'b", "x" * 121])
def test_a_marker_can_say_nothing_to_a_shell(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a marker"):
        marker.killing(wrong)


def test_a_search_does_not_find_itself_and_finds_what_carries_its_marker() -> None:
    name = f"verbs.{os.getpid()}"
    # One that forks nothing: a fork carries the same command line until it has become what it runs.
    with subprocess.Popen(marker.marked("read line", name), stdin=subprocess.PIPE, start_new_session=True) as process:
        try:
            # A process that has just begun has no command line yet for a moment.
            await_that(lambda: _counted(name) == 1, 5, "one process with the marker")
            subprocess.run(marker.killing(name), capture_output=True, check=True)
            process.wait(5)
            assert _counted(name) == 0
        finally:
            process.kill()


def _counted(name: str) -> int:
    return int(subprocess.run(marker.counting(name), capture_output=True, text=True, check=True).stdout)


def test_a_signal_reaches_only_the_process_that_was_meant() -> None:
    with subprocess.Popen(["sleep", "30"]) as process:
        ticks = started_ticks(process.pid)
        assert not send_signal(process.pid, f"{ticks}0", signal.SIGKILL)
        assert process.poll() is None
        assert send_signal(process.pid, ticks, signal.SIGKILL)
    assert not send_signal(process.pid, ticks, signal.SIGKILL)


@pytest.fixture
def control(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys.modules[VERBS["control_file_restore"].__module__], "ROOT", tmp_path)
    folder = tmp_path / ARGUMENTS["container"]
    folder.mkdir()
    return folder / "cpu.max"


def restore(control: Path, host: Any = None, **more: str) -> str:
    verb = VERBS["control_file_restore"]
    return verb(host, {}, ARGUMENTS | {"path": str(control), "text": "max 100000"} | more)


def test_a_control_file_reads_as_before(control: Path) -> None:
    control.write_text("20000 100000\n")
    assert restore(control) == "written back"
    assert restore(control) == "was as before"


def test_a_control_file_goes_with_its_container(control: Path) -> None:
    host: Any = Inside(0)
    assert restore(control, host).startswith("was ended")

    class Gone(Inside):
        def state(self, container: str) -> ContainerState:
            raise TargetGone(container)

    with pytest.raises(TargetGone):
        restore(control, Gone(0))


@pytest.mark.parametrize("path", ["/etc/passwd", "{root}/other/cpu.max", "{root}/../{id}/cpu.max"])
def test_no_other_file_is_written(control: Path, path: str) -> None:
    named = path.format(root=control.parent.parent, id=ARGUMENTS["container"])
    with pytest.raises(ValueError, match="is not a control file"):
        restore(control, path=named)


@pytest.mark.parametrize("gone", [True, False])
def test_not_found_is_the_containers_end_only_where_that_is_what_is_not_found(gone: bool) -> None:
    class Api:
        def start(self, container: str) -> None:
            raise NotFound("404", explanation="network shop_default not found")

        def inspect_container(self, container: str) -> dict[str, Any]:
            if gone:
                raise NotFound("404", explanation="no such container")
            return {"State": {"Running": False, "Paused": False, "StartedAt": "t0"}}

    host = DockerHost()
    host._client = Api()
    with pytest.raises(TargetGone if gone else NotDone, match="c1" if gone else "network shop_default not found"):
        host.start("c1")


def test_a_container_of_which_docker_lists_no_process_has_none() -> None:
    host = DockerHost()
    host._client = SimpleNamespace(top=lambda container, ps_args: {"Titles": ["PID"], "Processes": None})
    assert host.command_lines("c1") == []
