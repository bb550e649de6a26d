"""What Alertmanager holds back: silenced and inhibited alerts."""

from __future__ import annotations

from gameday.clients.alertmanager import Alertmanager
from gameday.model.protocols import Sighting


class AlertmanagerAlerts:
    """Reports each alert once when it becomes silenced or inhibited. Ended alerts leave this API, so ask often."""

    source = "alertmanager"
    every = 1.0

    def __init__(self, alertmanager: Alertmanager) -> None:
        self._alertmanager = alertmanager
        self._told: set[tuple[str, str]] = set()

    def look(self, see: Sighting) -> None:
        for alert in self._alertmanager.alerts():
            for kind, by in (("alert.silenced", alert.silenced_by), ("alert.inhibited", alert.inhibited_by)):
                if by and (kind, alert.fingerprint) not in self._told:
                    self._told.add((kind, alert.fingerprint))
                    data = {"by": list(by), "labels": dict(alert.labels), "receivers": list(alert.receivers)}
                    see(kind, ("alert", alert.name), data=data)
