"""Experiments of others as scenarios."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gameday.chaostoolkit.importing import Choices, Imported, imported
from gameday.errors import InvalidInput
from gameday.load.tree import Branch
from gameday.load.yaml_reader import read_yaml

CHOICES = Choices(service="checkout", target="shop")


def python(name: str, func: str, kind: str = "action", module: str = "chaosx.pods", **more: Any) -> dict[str, Any]:
    arguments = more.pop("arguments", {})
    return {"type": kind, "name": name, "provider": {"type": "python", "module": module, "func": func, "arguments": arguments}, **more}


def page(url: str = "http://127.0.0.1:8080/", **more: Any) -> dict[str, Any]:
    return {"type": "probe", "name": "The page answers", "tolerance": 200, "provider": {"type": "http", "url": url}, **more}


def experiment(**changes: Any) -> dict[str, Any]:
    usual = {
        "title": "Survives the loss of a pod",
        "description": "Pods go away.",
        "steady-state-hypothesis": {"title": "up", "probes": [page()]},
        "method": [python("stop a pod", "stop", arguments={"name": "p1"}, pauses={"before": 5, "after": 30})],
        "rollbacks": [python("start it", "start", arguments={"name": "p1"})],
    }
    return {**usual, **changes}


def read(document: dict[str, Any], tmp_path: Path, choices: Choices = CHOICES) -> Imported:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(document, indent=1))
    tree = read_yaml(path)
    assert isinstance(tree, Branch)
    return imported(tree, "x.json", choices)


def test_an_action_with_its_rollback_is_a_fault_with_its_undo(tmp_path: Path) -> None:
    found = read(experiment(), tmp_path)
    assert found.scenario["faults"] == [
        {
            "fault": "chaostoolkit", "target": "shop", "module": "chaosx.pods", "func": "stop", "arguments": {"name": "p1"},
            "undo": {"module": "chaosx.pods", "func": "start", "arguments": {"name": "p1"}}, "at": "5s", "for": "30s",
        }
    ]  # fmt: skip
    assert found.modules == ["chaosx.pods"]
    assert found.name == "survives-the-loss-of-a-pod"


def test_a_page_that_answers_is_a_probe_and_the_canary(tmp_path: Path) -> None:
    found = read(experiment(), tmp_path)
    assert found.probes == {"the_page_answers": {"probe": "http", "url": "http://127.0.0.1:8080/", "about": "The page answers"}}
    assert found.scenario["steady_state"] == [{"probe": "the_page_answers", "at_least": 200, "at_most": 200}]
    assert found.scenario["canary"] == {"url": "http://127.0.0.1:8080/"}


def test_each_action_gets_the_rollback_that_shares_most_with_it(tmp_path: Path) -> None:
    actions = [python("stop one", "stop", arguments={"name": n}) for n in ("p1", "p2")]
    rollbacks = [python("start two", "start", arguments={"name": "p2"}), python("start one", "start", arguments={"name": "p1"})]
    faults = read(experiment(method=actions, rollbacks=rollbacks), tmp_path).scenario["faults"]
    assert [(f["arguments"]["name"], f["undo"]["arguments"]["name"]) for f in faults] == [("p1", "p1"), ("p2", "p2")]


def test_an_action_without_a_rollback_is_a_mistake_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as wrong:
        read(experiment(rollbacks=[]), tmp_path)
    (mistake,) = wrong.value.mistakes
    assert mistake.line == 19
    assert "'stop a pod' has no rollback" in str(mistake)


def test_what_no_experiment_says_has_to_be_given(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"(?s)--service NAME.*--canary URL"):
        read(experiment(**{"steady-state-hypothesis": None}), tmp_path, Choices())


def test_something_else_is_not_taken_for_an_experiment(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is it an experiment of Chaos Toolkit"):
        read({"title": "a shopping list"}, tmp_path)


def test_what_cannot_be_carried_over_is_told_of(tmp_path: Path) -> None:
    program = {"type": "probe", "name": "exits", "tolerance": 0, "provider": {"type": "process", "path": "true"}}
    request = {"type": "action", "name": "break it", "provider": {"type": "http", "url": "http://x/break", "method": "POST"}}
    document = experiment(
        method=[request, *experiment()["method"]], **{"steady-state-hypothesis": {"title": "x", "probes": [program, page()]}}
    )
    found = read(document, tmp_path)
    assert len(found.scenario["steady_state"]) == len(found.scenario["faults"]) == 1
    told = " ".join(found.notes)
    assert "the probe 'exits', which gives no number" in told
    assert "the action 'break it', which is no Python function" in told


def test_configuration_is_filled_in_and_secrets_are_named_only(tmp_path: Path) -> None:
    action = python("stop", "stop", arguments={"name": "${pod}", "db_password": "hunter2"})
    action["provider"]["secrets"] = ["cloud"]
    document = experiment(
        method=[action], configuration={"pod": "p7"}, secrets={"cloud": {"token": {"type": "env", "key": "CLOUD_TOKEN"}, "old": "hunter2"}}
    )
    found = read(document, tmp_path)
    (fault,) = found.scenario["faults"]
    assert fault["arguments"] == {"name": "p7"}
    assert fault["secrets_from"] == {"token": "CLOUD_TOKEN"}
    assert "hunter2" not in yaml.safe_dump(found.scenario) + " ".join(found.notes)
    assert "the argument 'db_password' of stop, which looks like a secret; name its variable under `secrets_from`" in found.notes


@pytest.mark.parametrize(
    "changes",
    [
        {"method": [{"type": "action", "name": "x", "provider": 5}]},
        {"method": ["x", 7, None]},
        {"method": {"type": "action"}},
        {"rollbacks": "none"},
        {"rollbacks": [python("x", "y", module=7)]},  # type: ignore[arg-type]  # the mistake
        {"extensions": 5, "configuration": [1], "secrets": 3, "tags": 4},
        {"extensions": [{"name": "gameday", "written": "x"}]},
        {"configuration": {"pod": {"type": "env", "key": "GAMEDAY_NOT_THERE"}}},
        {"method": [python("x", "wait", module="gameday.chaostoolkit", arguments={"duration": "soon"})]},
        {"method": [python("x", "stop", arguments=[1], pauses={"after": "a while"})]},
        {"method": [python("x", "stop", pauses={"after": 1e300})]},
        {
            "steady-state-hypothesis": {
                "probes": [page(tolerance={"type": "range", "range": "x"}), {"provider": {"type": "http"}, "tolerance": 1}]
            }
        },
        {"title": None},
    ],
)
def test_what_is_no_good_experiment_is_told_of_and_breaks_nothing(changes: dict[str, Any], tmp_path: Path) -> None:
    try:
        told: Any = read(experiment(**changes), tmp_path).scenario["faults"]
    except InvalidInput as wrong:
        told = wrong.mistakes
    assert told


def test_two_probes_of_one_name_are_two(tmp_path: Path) -> None:
    found = read(experiment(**{"steady-state-hypothesis": {"title": "x", "probes": [page(), page("http://127.0.0.1:9/")]}}), tmp_path)
    assert len(found.probes) == len(found.scenario["steady_state"]) == 2
