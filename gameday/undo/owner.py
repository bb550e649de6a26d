"""Who made a container of ours: written on it as labels, so that whoever finds it knows whether its owner may still live."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gameday.undo.processes import boot_id, is_alive, started_ticks

OWNER, LEASE = "gameday.owner", "gameday.lease"
"""Labels of every container that gameday makes."""


@dataclass(frozen=True)
class Owner:
    """A process, told apart from every other one on any host at any time."""

    host: str
    boot: str
    namespace: str
    """The namespace of process numbers: what lives in another one cannot be looked at from here."""
    pid: int
    ticks: str

    @property
    def within_sight(self) -> bool:
        """Whether this process can tell if the owner lives: the same boot of the same kernel, the same numbers."""
        return bool(self.boot) and (self.boot, self.namespace) == (boot_id(), _namespace())

    @property
    def is_alive(self) -> bool:
        return self.within_sight and is_alive(self.pid, self.ticks)

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


def this_process() -> Owner:
    return Owner(socket.gethostname(), boot_id(), _namespace(), os.getpid(), started_ticks(os.getpid()))


def owner_labels(lease: float) -> dict[str, str]:
    """Labels that say that this process made a container, which nobody needs after so many seconds."""
    return {OWNER: json.dumps(asdict(this_process())), LEASE: f"{lease:.0f}"}


def owner_of(labels: Mapping[str, str]) -> Owner | None:
    """None where the labels do not say, or not in words that can be read."""
    try:
        told: Any = json.loads(labels[OWNER])
        return Owner(str(told["host"]), str(told["boot"]), str(told["namespace"]), int(told["pid"]), str(told["ticks"]))
    except (KeyError, TypeError, ValueError):
        return None


def may_live(labels: Mapping[str, str], age: float) -> bool:
    """Whether the owner of a container of this age (seconds, on the daemon's clock) may still need it.

    Of an owner that cannot be seen from here, only the end of its lease is known.
    """
    owner = owner_of(labels)
    if owner is not None and owner.within_sight:
        return owner.is_alive
    return age < lease_of(labels)


def lease_of(labels: Mapping[str, str]) -> float:
    told = labels.get(LEASE, "")
    return float(told) if told.isdecimal() else 0.0


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
