"""Scenarios as experiments, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chaoslib.experiment import ensure_experiment_is_valid

from gameday.chaostoolkit.exporting import exported, left_behind
from gameday.chaostoolkit.importing import Choices, imported
from gameday.environments.sandbox import Sandbox
from gameday.faults import FAULTS
from gameday.load.probes import read_probes
from gameday.load.scenario import read_scenario
from gameday.load.tree import Branch, plain
from gameday.load.yaml_reader import read_yaml
from gameday.model.injection import Injection
from tests.story import scenario

ROOT = Path(__file__).parents[2]
PORTS = Sandbox(ROOT).variables()
PROBES = read_probes(ROOT / "probes", PORTS)
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))


def made(path: Path) -> dict[str, Any]:
    written = plain(read_yaml(path))
    assert isinstance(written, dict)
    return exported(read_scenario(path, FAULTS, defaults=PORTS, probes=PROBES), path.stem, written, PROBES)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda p: p.stem)
def test_chaos_toolkit_accepts_every_scenario_of_ours(path: Path) -> None:
    ensure_experiment_is_valid(made(path))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda p: p.stem)
def test_what_was_exported_comes_back_as_it_was(path: Path, tmp_path: Path) -> None:
    import json

    (tmp_path / "x.json").write_text(json.dumps(made(path)))
    tree = read_yaml(tmp_path / "x.json")
    assert isinstance(tree, Branch)
    back = imported(tree, "x.json", Choices())
    assert (back.name, back.scenario, back.probes) == (path.stem, plain(read_yaml(path)), {})


def injections(*given: dict[str, Any]) -> dict[str, Any]:
    faults = tuple(Injection.model_validate({"fault": "container_pause", **g}) for g in given)
    return exported(scenario().model_copy(update={"faults": faults}), "x", {}, PROBES)


def told(experiment: dict[str, Any]) -> list[str]:
    return [a["name"] for a in experiment["method"]]


def test_faults_begin_and_end_in_the_order_of_time() -> None:
    assert told(injections({"target": "a", "for": "10s"}, {"target": "b", "at": "4s", "for": "2s"})) == [
        "container_pause on a", "container_pause on a is live", "wait until 4s",
        "container_pause on b", "container_pause on b is live", "wait until 6s",
        "undo container_pause on b", "wait until 10s", "undo container_pause on a",
    ]  # fmt: skip


def test_what_ends_at_the_moment_that_another_begins_ends_first() -> None:
    assert told(injections({"target": "a", "for": "4s"}, {"target": "b", "at": "4s", "for": "2s"}))[3:5] == [
        "undo container_pause on a",
        "container_pause on b",
    ]


def test_a_fault_has_its_ceiling_and_everything_is_undone_in_the_rollbacks_too() -> None:
    experiment = injections({"target": "a", "for": "10s", "at_most": "3m"})
    assert experiment["method"][0]["provider"]["arguments"] == {"target": "a", "at_most": "3m"}
    assert [r["provider"]["func"] for r in experiment["rollbacks"]] == ["undo"]
    assert experiment["runtime"]["rollbacks"]["strategy"] == "always"


def test_a_hold_until_somebody_mitigates_is_named_as_left_behind() -> None:
    assert left_behind(scenario())[-1].startswith("the end of container_pause when somebody mitigates it: it stays for ")
