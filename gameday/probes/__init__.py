"""The catalogue of probes: one file each, and this index."""

from __future__ import annotations

from typing import Any, Protocol

from gameday.model.probe import Reach
from gameday.model.protocols import Probe
from gameday.probes.command import Command
from gameday.probes.http import Http
from gameday.probes.prometheus import Prometheus
from gameday.probes.sql import Sql


class ProbeKind(Protocol):
    """How a probe is made: from its definition, and what it may reach."""

    __name__: str
    __doc__: str | None

    def __call__(self, definition: Any, reach: Reach) -> Probe: ...


PROBES: dict[str, ProbeKind] = {
    "command": Command,
    "http": Http,
    "prometheus": Prometheus,
    "sql": Sql,
}
