"""Words that several tests of the review tell their drills with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gameday.model.evidence import Predicate
from gameday.model.expectation import AlertExpectation
from gameday.model.review import Review
from gameday.model.runbook import Outcome, Runbook, Step
from gameday.model.scenario import Scenario
from tests.story import BEGAN, runbook, scenario

ALERT = "PaymentsErrorRate"
LONG = (
    "bad 10s to 60s", f"move alert.resolved {ALERT} by 40s", "move change.flag checkout_unpaid by 42s",
    "move fault.released f1 by 45s", "move fault.undone f1 by 45s", "end 120s",
)  # fmt: skip
"""Users are hurt for as long as the alert may take, and longer."""
UNTIL_THE_CEILING = (
    "bad 10.2s to 311s", f"move alert.resolved {ALERT} by 290s", "move fault.released f1 by 287s", "move fault.undone f1 by 287s", "end 400s",
)  # fmt: skip
"""Users are hurt until the drill takes the fault back."""
NOBODY = tuple(
    f"drop {kind}"
    for kind in (
        "page.acked",
        "doc.opened",
        "incident.declared",
        "incident.severity",
        "incident.role",
        "change.flag",
        "comm.public",
        "comm.internal",
    )
)


def seconds(found: Review, milestone: str) -> float | None:
    moment = found.milestones[milestone]
    return None if moment is None else round((moment - BEGAN).total_seconds(), 2)


def step(name: str, evidence: dict[str, Any], *, kind: str = "mitigate", good_for: float | None = None) -> Step:
    """A step with this evidence."""
    return Step.model_validate(
        {
            "id": name, "title": name, "section": "Mitigation", "kind": kind, "line": 1, "evidence": Predicate.model_validate(evidence),
            "outcome": Outcome(canary_good_for=timedelta(seconds=good_for)) if good_for else None,
        }
    )  # fmt: skip


def page(*steps: Step) -> Runbook:
    """The runbook of the story with more steps."""
    return runbook().model_copy(update={"steps": (*runbook().steps, *steps)})


def statuses(found: Review) -> dict[str, str]:
    return {s.id: s.status for s in found.steps}


def expecting(*must: AlertExpectation) -> Scenario:
    """The scenario with other alerts."""
    expect = scenario().expect
    alerts = expect.alerts.model_copy(update={"must": must})
    return scenario().model_copy(update={"expect": expect.model_copy(update={"alerts": alerts})})


def within(**spans: float | None) -> Scenario:
    """The scenario with other budgets of the response, in seconds; None takes one out."""
    expect = scenario().expect
    told = {name: None if span is None else timedelta(seconds=span) for name, span in spans.items()}
    response = expect.response.model_copy(update={"within": expect.response.within.model_copy(update=told)})
    return scenario().model_copy(update={"expect": expect.model_copy(update={"response": response})})
