"""What the host knows of a container's processes. Root on the kernel that runs them is needed, and asked for by name."""

from __future__ import annotations

import math
import os
import resource
from pathlib import Path

from gameday.errors import Missing
from gameday.model.host import CpuQuota, HostProcess
from gameday.undo.processes import look_at

CGROUPS = Path("/sys/fs/cgroup")


def processes(container: str, name: str, numbers: list[int]) -> tuple[HostProcess, ...]:
    """The processes behind these numbers. One that is not inside the container is a stranger, and refused."""
    if os.geteuid() != 0:
        raise Missing(f"root on this host is needed to signal the processes of {name}; run gameday as root")
    found = []
    for number in numbers:
        state, ticks = look_at(number)
        if state and state not in "ZX":
            if container not in control_groups(number):
                raise Missing(
                    f"process {number} is not one of {name} here: its container runs on another kernel (Docker Desktop, or a remote daemon)"
                )
            found.append(HostProcess(number, ticks, state))
    if not found:
        raise Missing(f"no process of {name} can be seen on this host: its container runs on another kernel, or has just ended")
    return tuple(found)


def cpu_quota(process: HostProcess, name: str) -> CpuQuota:
    """The file that limits the processors of the control group that a process is in."""
    for line in control_groups(process.pid).splitlines():
        _, controllers, path = line.split(":", 2)
        folder = CGROUPS / controllers / path.lstrip("/")
        file = folder / ("cpu.cfs_quota_us" if controllers else "cpu.max")
        if ("cpu" in controllers.split(",") or not controllers) and file.is_file():
            if not os.access(file, os.W_OK):
                raise Missing(f"{file} cannot be written; the control groups of this host are read-only here")
            text = file.read_text().strip()
            return CpuQuota(str(file), text, _cpus(file, text))
    raise Missing(f"no control group limits the processors of {name}; mount the cpu controller under {CGROUPS}")


def limited(quota: CpuQuota, cpus: float) -> str:
    """The text that allows so many processors."""
    file = Path(quota.path)
    period = _period(file, quota.text)
    return f"{round(cpus * period)} {period}" if file.name == "cpu.max" else str(round(cpus * period))


def _cpus(file: Path, text: str) -> float:
    allowed = text.split()[0]
    return math.inf if allowed in ("max", "-1") else int(allowed) / _period(file, text)


def _period(file: Path, text: str) -> int:
    """Microseconds over which the kernel counts: beside the quota in version 2, in a file of its own in version 1."""
    return int(text.split()[1] if file.name == "cpu.max" else file.with_name("cpu.cfs_period_us").read_text())


def file_limit(process: HostProcess) -> int:
    """How many files a process may open."""
    return resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[0]


def set_file_limit(processes: tuple[HostProcess, ...], limit: int) -> None:
    """Only those that have the first one's limit: what had another has it for a reason."""
    usual = file_limit(processes[0])
    for process in processes:
        try:
            soft, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
            if soft == usual:
                resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (limit, hard))
        except ProcessLookupError:
            continue


def control_groups(number: int) -> str:
    try:
        return Path(f"/proc/{number}/cgroup").read_text()
    except OSError:
        return ""
