"""What Chaos Toolkit is handed."""

from __future__ import annotations

from typing import Any

from chaoslib.experiment import ensure_experiment_is_valid

from gameday.conduct.experiment import experiment
from tests.story import perfect, record_of


def made(**changes: Any) -> dict[str, Any]:
    return experiment(record_of(perfect(), **changes).plan)


def test_chaos_toolkit_accepts_it() -> None:
    ensure_experiment_is_valid(made())


def names(activities: list[dict[str, Any]]) -> list[str]:
    return [a["provider"]["func"] for a in activities]


def test_the_undo_is_the_last_of_the_method_and_a_rollback() -> None:
    body = made()
    assert names(body["method"]) == ["wait_until", "inject", "is_live", "hold", "undo"]
    assert names(body["rollbacks"]) == ["undo"]


def test_a_control_run_injects_nothing() -> None:
    assert names(made(no_fault=True, faults=())["method"]) == []


def test_only_our_own_functions_are_called() -> None:
    body = made()
    activities = [*body["method"], *body["rollbacks"], *body["steady-state-hypothesis"]["probes"]]
    assert {a["provider"]["module"] for a in activities} == {"gameday.conduct.activities"}
    assert {a["provider"]["type"] for a in activities} == {"python"}
