"""The host as a drill must leave it: containers, networks, names and addresses, packet rules, shaping, control groups, volumes."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import docker

LIMITS = (
    "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us", "memory/memory.limit_in_bytes", "freezer/freezer.state", "pids/pids.max",
    "cpu.max", "memory.max", "cgroup.freeze", "pids.max",
)  # fmt: skip
RULES = (["nft", "list", "ruleset"], ["iptables-save"], ["tc", "qdisc", "show"])


def picture(targets: Iterable[str]) -> dict[str, Any]:
    """What is compared before and after. `targets` are containers that are looked into, by name."""
    api = docker.APIClient(version="auto")
    try:
        found: dict[str, Any] = {
            "networks": sorted(n["Name"] for n in api.networks()),
            "volumes": sorted(v["Name"] for v in api.volumes()["Volumes"] or []),
            "ours": sorted(c["Names"][0] for c in api.containers(all=True, filters={"label": "gameday.owner"})),
            "rules": [_said(words) for words in RULES],
        }
        for name in targets:
            found[name] = _target(api.inspect_container(name))
        return found
    finally:
        api.close()


def same(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether nothing differs. A container that was started anew may have got another address and its group new numbers."""
    for key, was in before.items():
        now = after[key]
        if isinstance(was, dict) and was["started"] != now["started"]:
            was, now = (_lasting(x) for x in (was, now))
        if was != now:
            return False
    return True


def _lasting(target: dict[str, Any]) -> dict[str, Any]:
    names = {network: names for network, (names, *_) in target["networks"].items()}
    return target | {"started": "", "networks": names, "groups": sorted(target["groups"].values())}


def _target(data: dict[str, Any]) -> dict[str, Any]:
    state, pid = data["State"], int(data["State"]["Pid"])
    networks = {
        name: (sorted(set(n["Aliases"] or []) - {data["Id"][:12]}), n["IPAddress"], n["MacAddress"])
        for name, n in data["NetworkSettings"]["Networks"].items()
    }
    inside = ["nsenter", "-t", str(pid), "-n"]
    return {
        "started": state["StartedAt"], "state": (state["Running"], state["Paused"]), "limits": {k: v for k, v in data["HostConfig"].items() if k[:3] in ("Cpu", "Mem", "Nan", "Pid")},
        "networks": networks, "rules": [_said([*inside, *words]) for words in RULES], "groups": _groups(data["Id"]),
        "marked": sorted(line for line in _command_lines(data["Id"]) if "gameday.fault=" in line),
    }  # fmt: skip


def _groups(container: str) -> dict[str, str]:
    """The kernel's limits of a container, from whichever version of control groups this host has."""
    found = {}
    for root in (Path("/sys/fs/cgroup"), *Path("/sys/fs/cgroup").glob("*")):
        for folder in (root / "docker" / container, root / "system.slice" / f"docker-{container}.scope"):
            for limit in LIMITS:
                with contextlib.suppress(OSError):
                    path = folder / limit.rpartition("/")[2]
                    found[str(path)] = path.read_text().strip()
    return found


def _command_lines(container: str) -> list[str]:
    done = subprocess.run(["docker", "top", container, "-eo", "pid,args"], capture_output=True, text=True, timeout=20, check=False)
    return done.stdout.splitlines()


def _said(words: list[str]) -> str:
    """Counters and comments of packet rules pass; rules do not. Empty where there is no such program."""
    program = words[words.index("-n") + 1] if words[0] == "nsenter" else words[0]
    if not shutil.which(program):
        return ""
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL)
    # A container's end of its cable on the host gets a new name each time it starts.
    return re.sub(r"\bveth[0-9a-f]+", "veth", "\n".join(line for line in done.stdout.splitlines() if not line.startswith(("#", ":"))))
