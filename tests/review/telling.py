"""Words that several tests of the review tell their drills with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gameday.model.evidence import Predicate
from gameday.model.review import Review
from gameday.model.runbook import Outcome, Runbook, Step
from tests.story import BEGAN, runbook

ALERT = "PaymentsErrorRate"
LONG = (
    "bad 10s to 60s", f"move alert.resolved {ALERT} by 40s", "move change.flag checkout_unpaid by 42s",
    "move fault.released f1 by 45s", "move fault.undone f1 by 45s", "end 120s",
)  # fmt: skip
"""Users are hurt for as long as the alert may take, and longer."""
NOBODY = tuple(
    f"drop {kind}"
    for kind in ("page.acked", "doc.opened", "incident.declared", "incident.severity", "incident.role", "change.flag", "comm")
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
