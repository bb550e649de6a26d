"""A crowded drill, made by code: three faults, a dozen alerts, sixty actions of four seats, on one clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from gameday.gaps import GAPS
from gameday.model.record import FaultRecord, Record
from gameday.model.review import Review
from gameday.review.judge import review
from tests.story import BEGAN, LABELS, Story, Told, human, record_of, story

ALERTS = (
    "PaymentsErrorRate", "CheckoutLatencyHigh", "CheckoutErrorBudgetBurn", "ShopReplicaDown", "GatewayBackendDown", "DatabaseReplicationLag",
    "DatabaseConnectionsSaturated", "QueueBacklogGrowing", "QueueOldestJobTooOld", "WorkerCrashLooping", "HostMemoryPressure",
    "SyntheticCheckoutFailingFromOutsideTheNetwork",
)  # fmt: skip
ACTIONS = 66
LASTS = 600.0
DEEDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("action.observe", "docker", {"command": "docker logs --tail 50 shop_payments_1", "exit": 0}),
    ("doc.opened", "/runbooks/PaymentsErrorRate", {"status": 200}),
    ("comm.internal", "log", {"text": "looking at the payment provider, two replicas answer slowly"}),
    ("action.mutate", "curl", {"command": "curl -X PUT http://127.0.0.1:18090/flags/checkout_unpaid -d on", "exit": 0}),
    ("comm.public", "status", {"state": "degraded", "text": "Payments are delayed; orders are accepted"}),
    ("change.flag", "checkout_unpaid", {"value": "on", "was": "off"}),
)


@cache
def crowded() -> tuple[Review, Record]:
    """The review and the record of the crowded drill."""
    told = story("bad 30s to 260s", "end 600s", "blind ops 200s to 240s")
    told.told = [t for t in told.told if t.kind.startswith(("drill", "fault", "probe")) or t.name == "Watchdog"]
    told.told += [*_alerts(), *_actions()]
    record = _with_faults(told)
    return review(record, GAPS.values()).model_copy(update={"timeline_head": "c" * 64}), record


def _alerts() -> list[Told]:
    events = []
    for n, name in enumerate(ALERTS):
        labels = {**LABELS, "alertname": name}
        notice = {"receiver": "shop-pager" if n % 3 else "platform-pager", "labels": labels, "annotations": {"runbook_url": "http://x/"}}
        begins = 34.0 + 13 * n
        events += [
            Told(begins, "alert.pending", name, "prometheus", "alert", data={"labels": labels}),
            Told(begins + 12, "alert.firing", name, "prometheus", "alert", data={"labels": labels}),
            Told(begins + 15, "alert.delivered", name, "pager", "alert", data={**notice, "status": "firing"}),
            Told(begins + 250, "alert.resolved", name, "prometheus", "alert", data={"labels": labels}),
            Told(begins + 255, "alert.delivered", name, "pager", "alert", data={**notice, "status": "resolved"}),
        ]
    return events


def _actions() -> list[Told]:
    """Bursts, as people work: several within a second, then a while nothing."""
    found = []
    for n in range(ACTIONS):
        kind, name, data = DEEDS[n % len(DEEDS)]
        at = 51.0 + 38 * (n // 6) + (n % 6) * (0.4 if n % 12 < 6 else 5.5)
        found.append(replace(human(at, kind, name, **data), actor=f"seat-{1 + n % 7 % 4}"))
    return [replace(human(50.0, "page.acked", "PaymentsErrorRate"), actor="seat-1"), *found[1:]]


def _with_faults(told: Story) -> Record:
    def moment(seconds: float) -> Any:
        return BEGAN + timedelta(seconds=seconds)

    faults = (
        FaultRecord("f1", "network_latency", "payments", "undone", moment(9.9), moment(10), moment(300), "worker", "delay taken off"),
        FaultRecord("f2", "container_kill", "shop-replica-2", "undone", moment(89.0), moment(90), moment(91), "supervisor", "started"),
        FaultRecord(
            "f3", "network_partition", "database-primary", "undo_failed", moment(150), moment(151), None, "", "iptables: resource busy"
        ),
    )
    return replace(record_of(told), faults=faults)
