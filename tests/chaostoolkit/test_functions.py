"""What Chaos Toolkit finds in `gameday.chaostoolkit`: a function for each fault and probe, with its arguments and its manual."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from chaoslib.discovery.discover import discover
from chaoslib.exceptions import ActivityFailed, InterruptExecution

from gameday import chaostoolkit
from gameday.bundle.host_state import HostState
from gameday.chaostoolkit.standing import Faults
from gameday.errors import InvalidInput, Refused
from gameday.faults import FAULTS
from gameday.probes import PROBES

FOUND: Mapping[tuple[str, str], Any] = {
    (a["type"], a["name"]): a for a in discover("gameday-drills", discover_system=False, download_and_install=False)["activities"]
}


@pytest.fixture
def faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Faults:
    made = Faults(HostState(tmp_path / "state"))
    monkeypatch.setattr(chaostoolkit, "_FAULTS", made)
    return made


def test_every_fault_is_an_action_and_every_probe_a_probe() -> None:
    assert {name for kind, name in FOUND if kind == "action"} == {*FAULTS, "undo", "wait"}
    assert {name for kind, name in FOUND if kind == "probe"} == {*PROBES, "ask", "is_live"}


def test_arguments_are_told_with_their_kind_and_what_is_needed_comes_first() -> None:
    told = {a["name"]: (a["type"], a.get("default", "needed")) for a in FOUND["action", "network_latency"]["arguments"]}
    assert told["target"] == ("string", "needed")
    assert told["delay"] == ("string", "needed")
    assert told["port"] == ("integer", None)
    assert told["direction"] == ("string", "both")
    assert told["at_most"] == ("string", "10m")
    for activity in FOUND.values():
        assert "object" not in {a["type"] for a in activity["arguments"]}, activity["name"]
        assert activity["doc"]


@pytest.mark.parametrize("name", FAULTS)
def test_a_function_takes_each_key_of_its_fault(name: str) -> None:
    keys = set(getattr(FAULTS[name], "model_fields", {}))
    assert keys <= set(inspect.signature(getattr(chaostoolkit, name)).parameters)


def test_a_wrong_argument_is_told_and_nothing_is_touched(faults: Faults) -> None:
    with pytest.raises(ActivityFailed, match=r"cpu_limit: cpus: "):
        chaostoolkit.ACTIONS["cpu_limit"](target="payments", cpus=-1)
    assert not faults.state.folder.exists()


def test_an_unknown_environment_is_told(faults: Faults, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no environment 'staging' in .*gameday.toml; there is sandbox"):
        chaostoolkit.ACTIONS["container_pause"](target="payments", environment="staging", workspace=str(tmp_path))


STAGING = '[environments.staging]\nkind = "docker"\nproject = "shop"\n'


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("approval = true\n", "a second person approves a plan first"),
        ('working_hours = "Mon-Mon 00:00-00:01 UTC"\n', "working hours"),
    ],
)
def test_what_is_refused_to_drills_is_refused_here(faults: Faults, tmp_path: Path, more: str, said: str) -> None:
    (tmp_path / "gameday.toml").write_text(STAGING + more)
    with pytest.raises(Refused, match=said):
        chaostoolkit.ACTIONS["container_pause"](target="payments", environment="staging", workspace=str(tmp_path))


def test_a_probe_answers_with_its_number_or_fails(tmp_path: Path) -> None:
    (tmp_path / "gameday.toml").write_text('[probes]\ncommands = ["echo"]\n')
    asked = chaostoolkit.PROBES["command"]
    assert asked(command=["echo", "7"], workspace=str(tmp_path)) == 7.0
    with pytest.raises(ActivityFailed, match="blind: 'date' is not in the allow-list"):
        asked(command=["date"], workspace=str(tmp_path))


def test_a_probe_of_the_workspace_is_asked_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "probes").mkdir()
    (tmp_path / "gameday.toml").write_text('[probes]\ncommands = ["echo"]\n')
    (tmp_path / "probes" / "x.yaml").write_text('depth: {probe: command, command: [echo, "3"]}\n')
    assert chaostoolkit.ask("depth", workspace=str(tmp_path)) == 3.0
    with pytest.raises(ActivityFailed, match="no probe 'dept'"):
        chaostoolkit.ask("dept", workspace=str(tmp_path))


def test_a_halt_ends_the_wait_and_the_run(faults: Faults, caplog: pytest.LogCaptureFixture) -> None:
    faults.state.halt("lunch")
    with pytest.raises(SystemExit) as left:
        chaostoolkit.wait("1h")
    assert left.value.code == 20, "an exception would be a mere failure of the activity"
    assert "halted: lunch" in caplog.text


def test_a_signal_while_a_fault_is_injected_ends_the_run_too(faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise InterruptExecution("SIGTERM signal received")

    monkeypatch.setattr(faults, "inject", interrupted)
    with pytest.raises(SystemExit) as left:
        chaostoolkit.ACTIONS["container_pause"](target="payments")
    assert left.value.code == 20


def test_nothing_to_undo_is_fine(faults: Faults) -> None:
    assert chaostoolkit.undo() == []
    assert not chaostoolkit.is_live("container_pause", "payments")
