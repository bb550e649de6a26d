"""Alerts as Prometheus sees them, turned into turns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from gameday.clients.prometheus import ActiveAlert
from gameday.collectors.prometheus_alerts import PrometheusAlerts

AT = datetime(2026, 3, 4, tzinfo=UTC)


def alert(state: str, at: datetime = AT, name: str = "A", **labels: str) -> ActiveAlert:
    return ActiveAlert(name=name, state=state, active_at=at, labels={"alertname": name, **labels}, annotations={})


class Prometheus:
    def __init__(self, *looks: list[ActiveAlert]) -> None:
        self._looks = list(looks)

    def alerts(self) -> list[ActiveAlert]:
        return self._looks.pop(0)


def turns(*looks: list[ActiveAlert]) -> list[str]:
    found: list[str] = []
    collector = PrometheusAlerts(Prometheus(*looks))  # type: ignore[arg-type]
    for _ in looks:
        collector.look(lambda kind, subject, **more: found.append(f"{kind} {subject[1]}"))
    return found


def test_pending_firing_resolved() -> None:
    assert turns([], [alert("pending")], [alert("pending")], [alert("firing")], [alert("firing")], []) == [
        "alert.pending A", "alert.firing A", "alert.resolved A",
    ]  # fmt: skip


def test_firing_between_two_looks_was_pending_before() -> None:
    assert turns([], [alert("firing")]) == ["alert.pending A", "alert.firing A"]


def test_pending_that_went_away_never_fired() -> None:
    assert turns([alert("pending")], []) == ["alert.pending A"]


def test_a_new_beginning_is_news() -> None:
    assert turns([alert("firing")], [alert("firing", AT + timedelta(minutes=1))])[2:] == ["alert.pending A", "alert.firing A"]


def test_two_label_sets_are_two_alerts() -> None:
    found: list[Any] = turns([alert("firing", x="1"), alert("firing", x="2")], [alert("firing", x="2")])
    assert found.count("alert.resolved A") == 1
