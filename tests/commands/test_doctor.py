"""`gameday doctor`: at a glance, with what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gameday.commands import doctor
from gameday.conduct.host_findings import Finding
from tests.commands.conftest import Gameday

WELL = Finding("docker", True, True, "server 27.0")
NO_DOCKER = Finding("docker", False, True, "no Docker daemon answers", "bash setup/docker.sh")
NO_NETEM = Finding("netem", False, False, "no module", "modprobe sch_netem")
LEFT = Finding("leftovers", False, False, "d1: container_pause on db", "`gameday recover`", broken=True)


def told(monkeypatch: pytest.MonkeyPatch, *found: Finding, output: str = "text") -> tuple[int, str]:
    monkeypatch.setattr(doctor, "look", lambda *_: iter(found))
    ended = CliRunner().invoke(doctor.command, ["-o", output], standalone_mode=False)
    return ended.return_value, ended.output


def test_a_host_with_everything_is_told_in_one_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    code, page = told(monkeypatch, WELL)
    assert code == 0
    assert page == "ok    docker      server 27.0\n\nDrills can run here.\n"


def test_what_is_missing_comes_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    code, page = told(monkeypatch, NO_DOCKER, NO_NETEM)
    assert code == 6
    assert "FAIL  docker      no Docker daemon answers\n                  do: bash setup/docker.sh\n" in page
    assert "--    netem" in page
    assert page.endswith("Drills cannot run here yet: docker.\n")


def test_what_is_only_nice_to_have_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    code, page = told(monkeypatch, WELL, NO_NETEM)
    assert (code, page.splitlines()[-1]) == (0, "Drills can run here; not at their best: netem.")


def test_a_fault_that_is_left_outweighs_all(monkeypatch: pytest.MonkeyPatch) -> None:
    code, page = told(monkeypatch, NO_DOCKER, LEFT)
    assert (code, page.splitlines()[-1]) == (4, "Something may still be broken: run `gameday recover` first.")


def test_json_holds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    code, page = told(monkeypatch, NO_DOCKER, output="json")
    (finding,) = json.loads(page)["findings"]
    assert (code, finding["name"], finding["ok"], finding["do"]) == (6, "docker", False, "bash setup/docker.sh")


def test_records_that_cannot_be_read_stop_drills(gameday: Gameday, workspace: Path) -> None:
    (workspace / "file").touch()
    ended = gameday("doctor", "-o", "json", XDG_STATE_HOME=str(workspace / "file"))
    left = next(f for f in json.loads(ended.out)["findings"] if f["name"] == "leftovers")
    assert (ended.code, left["ok"], left["needed"]) == (6, False, True)
    assert "cannot be read: not a directory" in left["said"]
    assert left["do"].startswith("set XDG_STATE_HOME")


def test_a_tag_that_is_none_is_told(gameday: Gameday) -> None:
    ended = gameday("doctor", GAMEDAY_IMAGES=";rm")
    assert (ended.code, "GAMEDAY_IMAGES=';rm' is not an image tag" in ended.err) == (2, True)


def test_without_docker_the_rest_is_still_told(gameday: Gameday) -> None:
    ended = gameday("doctor", "-o", "json")
    found = {f["name"]: f for f in json.loads(ended.out)["findings"]}
    assert ended.code == 6
    assert not found["docker"]["ok"]
    assert {"python", "host", "disk", "memory", "traffic", "compose", "workspace", "cgroups", "leftovers", "lever"} <= set(found)
    assert all(f["do"] for f in found.values() if not f["ok"])
