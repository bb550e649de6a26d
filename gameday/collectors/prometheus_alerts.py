"""Alerts as Prometheus sees them: pending, firing, resolved."""

from __future__ import annotations

from datetime import UTC, datetime

from gameday.clients.prometheus import ActiveAlert, Prometheus
from gameday.model.protocols import Sighting


class PrometheusAlerts:
    """Asks for the active alerts and reports every change. One alert per label set; several may share a name."""

    source = "prometheus"
    every = 0.5

    def __init__(self, prometheus: Prometheus) -> None:
        self._prometheus = prometheus
        self._known: dict[tuple[tuple[str, str], ...], ActiveAlert] = {}

    def look(self, see: Sighting) -> None:
        now = {tuple(sorted(a.labels.items())): a for a in self._prometheus.alerts()}
        for key, alert in now.items():
            before = self._known.get(key)
            fresh = before is None or before.active_at != alert.active_at
            if fresh:
                self._tell(see, "alert.pending", alert, alert.active_at)
            if alert.state == "firing" and (fresh or (before is not None and before.state != "firing")):
                # The API has no time for this turn; ours is late by at most one look.
                self._tell(see, "alert.firing", alert, None)
        for key, gone in self._known.items():
            if key not in now and gone.state == "firing":
                self._tell(see, "alert.resolved", gone, None)
        self._known = now

    @staticmethod
    def _tell(see: Sighting, kind: str, alert: ActiveAlert, at: datetime | None) -> None:
        see(
            kind, ("alert", alert.name), at=at,
            data={
                "labels": dict(alert.labels), "annotations": dict(alert.annotations),
                "active_at": alert.active_at.astimezone(UTC).isoformat(),
            },
        )  # fmt: skip
