"""What Chaos Toolkit is handed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chaoslib.experiment import ensure_experiment_is_valid

from gameday.conduct.experiment import experiment
from gameday.model.injection import Injection
from gameday.model.trigger import Trigger
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


def test_a_fault_that_waits_comes_after_those_whose_time_is_known() -> None:
    timed = Injection.model_validate({"fault": "container_pause", "target": "payments", "at": "30s", "for": "5s"})
    waiting = timed.model_copy(update={"at": timedelta(0), "when": Trigger(alert="PaymentsErrorRate")})
    plan = record_of(perfect()).plan
    (planned,) = plan.faults
    two = plan.model_copy(update={
        "faults": (planned.model_copy(update={"id": "f1"}), planned.model_copy(update={"id": "f2"})),
        "scenario": plan.scenario.model_copy(update={"faults": (waiting, timed)}),
    })  # fmt: skip
    method = experiment(two)["method"]
    assert names(method)[:5] == ["wait_until", "inject", "is_live", "inject_when_triggered", "hold"]
    assert method[3]["name"].endswith("when PaymentsErrorRate was delivered")
    ensure_experiment_is_valid(experiment(two))
