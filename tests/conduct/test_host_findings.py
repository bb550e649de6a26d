"""What a host has for drills, with hosts that have less."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from gameday.bundle.host_state import HostState
from gameday.conduct import host_findings as findings
from gameday.conduct.place_findings import places
from gameday.environments.sandbox import Sandbox
from gameday.model.docker_settings import DockerHostSettings, DockerSettings


def test_an_old_python_and_another_system_are_told() -> None:
    python, system = findings.host((3, 10, 1), "darwin")
    assert (python.ok, system.ok, system.needed) == (False, False, True)
    assert "Linux" in system.do


def test_a_full_disk_stops_drills_and_little_memory_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000_000))
    disk, memory = findings.room(tmp_path / "not" / "yet", 1_000_000_000)
    assert (disk.ok, disk.needed, memory.ok, memory.needed) == (False, True, False, False)


def test_without_locust_there_is_no_traffic_and_without_psycopg_no_sql_probe() -> None:
    traffic, sql = findings.programs(lambda _: None)
    assert (traffic.ok, traffic.needed, sql.ok, sql.needed) == (False, True, False, False)
    assert "gameday-drills[postgres]" in sql.do
    assert all(f.ok for f in findings.programs(lambda name: name))


def test_a_host_without_compose_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    found = findings.compose_command()
    assert (found.ok, found.needed) == (False, True)
    assert "setup/docker.sh" in found.do


def test_compose_v1_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(words: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
        code = 0 if words[0] == "docker-compose" else 1
        return subprocess.CompletedProcess(words, code, "docker-compose version 1.29.2\n", "")

    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", run)
    assert findings.compose_command().said == "docker-compose version 1.29.2"


def test_a_port_that_somebody_has_is_named_with_the_variable_that_moves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("GAMEDAY_SHOP_PORT", str(port))
        found = {f.name: f for f in findings.sandbox(Sandbox(tmp_path), docker=False)}["ports"]
    assert not found.ok
    assert f"{port} (shop_port)" in found.said
    assert "GAMEDAY_SHOP_PORT=…" in found.do


def test_a_port_that_is_no_port_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAMEDAY_SHOP_PORT", "http")
    (found,) = findings.sandbox(Sandbox(tmp_path), docker=False)
    assert "not a port number" in found.said


def test_a_folder_without_scenarios_leads_to_init(tmp_path: Path) -> None:
    found = findings.workspace(tmp_path, 0)
    assert not found.ok
    assert "gameday init" in found.do


def test_a_halted_host_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    state = HostState()
    state.halt("lunch")
    lever = next(f for f in findings.left(state, docker=False) if f.name == "lever")
    assert not lever.ok
    assert "lunch" in lever.said


def test_what_can_be_done_to_disks_is_told(tmp_path: Path) -> None:
    assert not findings.disks(tmp_path).ok
    assert "disk_slow is refused" in findings.disks(tmp_path).said
    (tmp_path / "cgroup.controllers").write_text("cpu io memory\n")
    assert findings.disks(tmp_path).ok


def test_an_environment_that_cannot_be_reached_is_told_and_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (finding,) = places(tmp_path, {"staging": DockerSettings(project="shop", docker=DockerHostSettings(context="two"))})
    assert (finding.name, finding.ok, finding.needed) == ("staging", False, False)
    assert "no Docker context 'two'" in finding.said
