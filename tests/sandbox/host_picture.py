"""The host as a drill must leave it: containers, networks, names and addresses, packet rules, shaping, control groups, volumes."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

LIMITS = (
    "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us", "memory/memory.limit_in_bytes", "freezer/freezer.state", "pids/pids.max",
    "cpu.max", "memory.max", "cgroup.freeze", "pids.max",
)  # fmt: skip
RULES = (["nft", "list", "ruleset"], ["iptables-save"], ["tc", "qdisc", "show"])


PROJECT = "com.docker.compose.project"


@dataclass(frozen=True)
class Neighbours:
    """What other Compose projects have on this host: they come, go and change while a test runs, and are not its doing."""

    networks: frozenset[str]
    bridges: frozenset[str]
    subnets: tuple[ipaddress.IPv4Network, ...]
    containers: frozenset[str]
    """Ids."""

    def concern(self, line: str) -> bool:
        """Whether a packet rule is about them."""
        addresses = [ipaddress.IPv4Address(found) for found in ADDRESS.findall(line)]
        return any(bridge in line for bridge in self.bridges) or any(a in subnet for a in addresses for subnet in self.subnets)


ADDRESS = re.compile(r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b")
NOBODY = Neighbours(frozenset(), frozenset(), (), frozenset())


def picture(project: str, targets: Iterable[str]) -> dict[str, Any]:
    """What is compared before and after. `targets` are containers of the project that are looked into, by name."""
    api = docker.APIClient(version="auto")
    try:
        others = _neighbours(api, project)
        found: dict[str, Any] = {
            "networks": sorted(n["Name"] for n in api.networks() if n["Name"] not in others.networks),
            "volumes": sorted(v["Name"] for v in api.volumes()["Volumes"] or [] if not _is_anothers(v["Labels"], project)),
            "ours": sorted(
                c["Names"][0] for c in api.containers(all=True, filters={"label": "gameday.owner"}) if _breaks(c) not in others.containers
            ),
            "rules": [_said(words, others) for words in RULES],
        }
        for name in targets:
            found[name] = _target(api.inspect_container(name))
        return found
    finally:
        api.close()


def _is_anothers(labels: Mapping[str, str] | None, project: str) -> bool:
    return (labels or {}).get(PROJECT, project) != project


def _neighbours(api: docker.APIClient, project: str) -> Neighbours:
    networks = [n for n in api.networks() if _is_anothers(n["Labels"], project)]
    subnets = [ipaddress.IPv4Network(c["Subnet"]) for n in networks for c in n["IPAM"]["Config"] or [] if ":" not in c["Subnet"]]
    containers = [c["Id"] for c in api.containers(all=True) if _is_anothers(c["Labels"], project)]
    return Neighbours(
        frozenset(n["Name"] for n in networks), frozenset(f"br-{n['Id'][:12]}" for n in networks), tuple(subnets), frozenset(containers)
    )


def _breaks(helper: Mapping[str, Any]) -> str:
    """Which container a lock holds, or a sidecar sits beside: its id."""
    return str(helper["Labels"].get("gameday.lock") or helper["HostConfig"].get("NetworkMode", "").removeprefix("container:"))


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What is not as before. A container that was started anew may have got another address and its group new numbers."""
    found = []
    for key, was in before.items():
        now = after[key]
        if isinstance(was, dict):
            if was["started"] != now["started"]:
                was, now = (_lasting(x) for x in (was, now))
            found += [f"{key}, {part}: {value!r} became {now[part]!r}" for part, value in was.items() if value != now[part]]
        elif was != now:
            found.append(f"{key}: {was!r} became {now!r}")
    return found


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


def _said(words: list[str], others: Neighbours = NOBODY) -> str:
    """Counters and comments of packet rules pass; rules do not. Empty where there is no such program."""
    program = words[words.index("-n") + 1] if words[0] == "nsenter" else words[0]
    if not shutil.which(program):
        return ""
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL)
    lines = [line for line in done.stdout.splitlines() if not line.startswith(("#", ":")) and not others.concern(line)]
    # A container's end of its cable on the host gets a new name each time it starts, and others' containers have one too.
    lines = [re.sub(r"\bveth[0-9a-f]+", "veth", re.sub(r"counter packets \d+ bytes \d+", "counter", line)) for line in lines]
    return "\n".join(line for at, line in enumerate(lines) if "veth" not in line or line not in lines[:at])
