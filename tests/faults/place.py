"""An environment that remembers what was asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from gameday.model.plan import Target
from gameday.model.sidecar import Mandate, Sidecar

TARGET = Target(service="payments", container="c1", name="payments_1", project="p")
PLACE: dict[str, dict[str, str]] = {"pause": {"paused": "true"}, "kill": {"running": "false"}}


class Place:
    """One container, running, unless said otherwise."""

    name = "place"
    prometheus_url = ""

    def __init__(self, paused: str = "false", running: str = "true") -> None:
        self._state = {"started_at": "t0", "paused": paused, "running": running}
        self.acts: list[tuple[str, str]] = []

    def variables(self) -> Mapping[str, str]:
        return {}

    def target(self, service: str) -> Target:
        return TARGET

    def state(self, target: Target) -> Mapping[str, str]:
        return self._state

    def act(self, target: Target, verb: str) -> None:
        self.acts.append((verb, target.container))

    # What network faults need.

    network_image = "gameday-network:local"
    network_abilities: Mapping[str, str] = {"netem": "unknown qdisc", "nfqueue": "", "nftables-owner": "", "nftables": ""}
    answer = ""

    def addresses(self, service: str) -> tuple[str, ...]:
        return {"shop": ("10.0.0.3", "10.0.0.4"), "db": ("10.0.0.9",)}[service]

    def start_sidecar(self, target: Target, sidecar: Sidecar) -> None:
        self.acts.append((" ".join(sidecar.order), target.container))

    def ask_sidecar(self, name: str, words: tuple[str, ...]) -> str:
        return self.answer

    def under(self, mandate: Mandate) -> Self:
        return self
