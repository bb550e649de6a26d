"""Delay by the kernel's own netem, where it is built: the commands, and the handle by which they are ours.

Only what leaves a device can be delayed so. A `prio` qdisc sorts: what is caught goes to its fourth band, the rest passes.
"""

import socket
import subprocess
from typing import NamedTuple

HANDLE = "6d61:"
"""The root qdisc with this handle is ours, and nobody else's."""
BAND = "6d61:4"
NETEM = "6d62:"
DNS = 53
Command = list[str]


class Delay(NamedTuple):
    """Milliseconds."""

    delay: float
    jitter: float = 0.0
    distribution: str = "uniform"


def commands(device: str, delay: Delay, peers: tuple[str, ...] = (), port: int = 0) -> list[Command]:
    """Everything that delays what leaves this device, in order."""
    on = ["dev", device]
    held = [f"{delay.delay:g}ms", *([f"{delay.jitter:g}ms"] if delay.jitter else [])]
    shape = ["distribution", "normal"] if delay.jitter and delay.distribution == "normal" else []
    return [
        ["tc", "qdisc", "add", *on, "root", "handle", HANDLE, "prio", "bands", "4", "priomap", *["0"] * 16],
        ["tc", "qdisc", "add", *on, "parent", BAND, "handle", NETEM, "netem", "limit", "65536", "delay", *held, *shape],
        *(_filter(device, protocol, "1", [word, "dport", str(DNS), "0xffff"], "6d61:1") for protocol, word in _FAMILIES.items()),
        *_caught(device, peers, port),
    ]


def removal(device: str) -> Command:
    return ["tc", "qdisc", "del", "dev", device, "root", "handle", HANDLE]


_FAMILIES = {"ip": "ip", "ipv6": "ip6"}


def _caught(device: str, peers: tuple[str, ...], port: int) -> list[Command]:
    found = []
    for protocol, word in _FAMILIES.items():
        mine = [p for p in peers if (":" in p) == (protocol == "ipv6")]
        if peers and not mine:
            continue
        for peer in mine or ["::/0" if protocol == "ipv6" else "0.0.0.0/0"]:
            where = [word, "dst", peer]
            sides = [[*where, "match", word, side, str(port), "0xffff"] for side in ("sport", "dport")] if port else [where]
            found += [_filter(device, protocol, "2", side, BAND) for side in sides]
    return found


def _filter(device: str, protocol: str, order: str, match: list[str], to: str) -> Command:
    number = str(int(order) * 2 + (protocol == "ipv6"))
    return [
        "tc",
        "filter",
        "add",
        "dev",
        device,
        "parent",
        HANDLE,
        "protocol",
        protocol,
        "prio",
        number,
        "u32",
        "match",
        *match,
        "flowid",
        to,
    ]


def devices() -> list[str]:
    """Every device but loopback."""
    return [name for _, name in socket.if_nameindex() if name != "lo"]


def root_of(listing: str) -> str:
    """The handle of the root qdisc in what `tc qdisc show` prints; `0:` is the kernel's own."""
    for line in listing.splitlines():
        words = line.split()
        if "root" in words and len(words) > 2:
            return words[2]
    return "0:"


def show(device: str) -> str:
    return run(["tc", "qdisc", "show", "dev", device])


def run(command: Command) -> str:
    """Raises OSError with what the command said."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command[:3])}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def put_in_place(delay: Delay, peers: tuple[str, ...], port: int, on: list[str]) -> None:
    """On these devices. Refuses where somebody else shapes traffic already; takes its own away where a step fails."""
    for device in on:
        if (root := root_of(show(device))) != "0:":
            raise OSError(f"{device} has a root qdisc already ({root}); it is not gameday's to replace")
    try:
        for device in on:
            for command in commands(device, delay, peers, port):
                run(command)
    except OSError:
        clear(on)
        raise


def ours(on: list[str]) -> list[str]:
    """The devices whose root qdisc is ours."""
    return [device for device in on if root_of(show(device)) == HANDLE]


def clear(on: list[str]) -> list[str]:
    """Remove ours, and nothing else. Says from which devices."""
    cleared = ours(on)
    for device in cleared:
        run(removal(device))
    return cleared
