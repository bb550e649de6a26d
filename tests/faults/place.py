"""An environment that remembers what was asked of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Self

from gameday.model.host import CpuQuota, DiskLimit, HostProcess, Ran, Release
from gameday.model.plan import Target
from gameday.model.probe import Reach
from gameday.model.sidecar import Mandate, Sidecar

TARGET = Target(service="payments", container="c1", name="payments_1", project="p", started_at="t0")
PLACE: dict[str, dict[str, str]] = {"pause": {"paused": "true"}, "kill": {"running": "false"}, "crash": {"started_at": "t1"}}


class Place:
    """One container, running, unless said otherwise."""

    name = "place"

    def __init__(self, **state: str) -> None:
        usual = {"started_at": "t0", "paused": "false", "running": "true", "restarting": "false", "memory_limit": "0"}
        self._state = usual | state
        self.acts: list[tuple[str, str]] = []
        self.ran: list[tuple[str, ...]] = []
        self.started: list[tuple[str, str]] = []
        self.left = 0
        """Processes that are found under a marker that was started."""
        self.answer = Ran(0, "0")
        self.answers: list[Ran] = []
        """Given first, one a command."""
        self.inside = [HostProcess(10, "1", "S"), HostProcess(11, "2", "S")]
        self.signals: list[tuple[int, int]] = []
        self.quota = CpuQuota("/sys/fs/cgroup/cpu/docker/c1/cpu.cfs_quota_us", "-1", math.inf)
        self.open_files = 1024
        self.disk = DiskLimit(
            "254:0",
            {
                "/sys/fs/cgroup/blkio/docker/c1/blkio.throttle.read_bps_device": "0",
                "/sys/fs/cgroup/blkio/docker/c1/blkio.throttle.write_bps_device": "0",
            },
        )
        self.releases = {"payments": "v1"}
        self.sidecars: list[Sidecar] = []

    def reach(self) -> Reach:
        return Reach()

    def variables(self) -> Mapping[str, str]:
        return {}

    def target(self, service: str) -> Target:
        return TARGET

    def state(self, target: Target) -> Mapping[str, str]:
        return self._state

    def act(self, target: Target, verb: str) -> None:
        self.acts.append((verb, target.container))

    def run(self, target: Target, *command: str, user: str = "") -> Ran:
        self.ran.append(command)
        return self.answers.pop(0) if self.answers else self.answer

    def start(self, target: Target, script: str, marker: str) -> None:
        self.started.append((script, marker))

    def marked(self, target: Target, marker: str) -> int:
        return self.left if marker in {m for _, m in self.started} else 0

    def processes(self, target: Target) -> tuple[HostProcess, ...]:
        return tuple(self.inside)

    def signal(self, target: Target, processes: tuple[HostProcess, ...], number: int) -> None:
        self.signals += [(p.pid, number) for p in processes]

    def cpu_quota(self, target: Target) -> CpuQuota:
        return self.quota

    def set_cpu_quota(self, target: Target, cpus: float) -> None:
        self.quota = self.quota._replace(text=str(round(cpus * 100_000)), cpus=cpus)

    def file_limit(self, target: Target) -> int:
        return self.open_files

    def set_file_limit(self, target: Target, limit: int) -> None:
        self.open_files = limit

    def disk_limit(self, target: Target, path: str) -> DiskLimit:
        return self.disk

    def set_disk_limit(self, target: Target, limit: DiskLimit) -> None:
        self.disk = limit

    def release(self, service: str) -> Release:
        return Release(self.releases[service], "http://ops/releases")

    def deploy(self, service: str, release: str) -> None:
        self.releases[service] = release

    # What network faults need.

    network_image = "gameday-network:local"
    network_abilities: Mapping[str, str] = {"netem": "unknown qdisc", "nfqueue": "", "nftables-owner": "", "nftables": "", "proxy": ""}
    sidecar_says = ""

    def addresses(self, service: str) -> tuple[str, ...]:
        return {"shop": ("10.0.0.3", "10.0.0.4"), "db": ("10.0.0.9",), "prometheus": ("10.0.0.7",)}[service]

    def host_addresses(self, target: Target) -> tuple[str, ...]:
        return ("10.0.0.1",)

    def start_sidecar(self, target: Target, sidecar: Sidecar) -> None:
        self.acts.append((" ".join(sidecar.order), target.container))
        self.sidecars.append(sidecar)

    def ask_sidecar(self, name: str, words: tuple[str, ...]) -> str:
        return self.sidecar_says

    def under(self, mandate: Mandate) -> Self:
        return self
