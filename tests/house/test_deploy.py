"""What `deploy/` holds fits the program: its commands exist, its units read, and only agents have Docker."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from gameday.__main__ import cli
from tests.house.test_docs import parse

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def unit(name: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read_string((DEPLOY / name).read_text())
    return found


@pytest.mark.parametrize("name", ["gameday-server.service", "gameday-agent.service"])
def test_a_unit_runs_commands_that_exist_and_waits_for_the_undo(name: str) -> None:
    service = unit(name)["Service"]
    for key in ("ExecStart", "ExecStartPre"):
        if line := service.get(key):
            program, *words = shlex.split(line)
            assert program.endswith("/gameday")
            parse(cli, "gameday", words)
    assert {"143", "130", "129"} <= set(service["SuccessExitStatus"].split())
    assert service["Environment"] == "XDG_STATE_HOME=/var/lib" and service["StateDirectory"] == "gameday"


def test_a_server_cannot_reach_docker_and_an_agent_is_not_cut_short() -> None:
    assert "docker.sock" in unit("gameday-server.service")["Service"]["InaccessiblePaths"]
    assert unit("gameday-agent.service")["Service"]["KillMode"] == "mixed"
    services = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())["services"]
    sockets = {name: [v for v in one["volumes"] if "docker.sock" in v] for name, one in services.items()}
    assert sockets["server"] == [] and len(sockets["agent"]) == 1
    assert services["agent"]["stop_grace_period"] == "15m" and "ports" not in services["server"]
    for one in services.values():
        parse(cli, "gameday", list(one["command"]))


def test_the_image_is_made_of_what_is_locked_for_it() -> None:
    lock = (DEPLOY / "requirements.lock").read_text()
    assert not re.search(r"https?://|--index-url|--find-links", lock)
    names = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert {"sqlalchemy", "psycopg", "uvicorn"} <= names and "ruff" not in names
    versions = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
    assert set(versions.findall(lock)) <= set(versions.findall((ROOT / "requirements.lock").read_text()))
    subprocess.run(["bash", "-n", str(DEPLOY / "image.sh")], check=True)
