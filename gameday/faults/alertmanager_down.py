"""Take Alertmanager away.

What it does: SIGTERM to Alertmanager's container, and SIGKILL five seconds later to what has not ended. Prometheus goes on
    judging its rules, and nobody is told. No restart policy brings it back.
The incident it stands for: Alertmanager is down when it is needed, and nothing fires to say so: only a heartbeat that
    stops coming, to somebody who waits for it, can.
Undo: `container_start`, verified by reading the container's state back. Silences and what was sent already are on its disk
    from the orderly end. Prometheus sends what still fires again.
Blast radius: Every page of everybody whose alerts go through it. Needs `allow_monitoring_faults` in `gameday.toml`.
"""

from __future__ import annotations

from typing import ClassVar

from gameday.faults.container_stop import ContainerStop


class AlertmanagerDown(ContainerStop):
    """`{fault: alertmanager_down, target: alertmanager}`: no fields of its own."""

    name: ClassVar[str] = "alertmanager_down"
