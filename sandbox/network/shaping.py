"""Shaping by the kernel itself, where netem or tbf is built: the commands, and the handle by which they are ours.

Only what leaves a device can be shaped so. An `htb` qdisc sorts: what is caught goes to a class of its own, below which is
the qdisc that does it; the rest passes.
"""

import socket
import subprocess

from treatment import Treatment, held_in_front

HANDLE = "6d61:"
"""The root qdisc with this handle is ours, and nobody else's."""
PASSES, CAUGHT, LEAF = "6d61:0", "6d61:4", "6d62:"
DNS = 53
UNLIMITED = "32gbit"
Command = list[str]


def by_netem(treatment: Treatment) -> Command:
    """Jitter is not asked of it: netem would let packets of one connection overtake each other."""
    words = ["delay", f"{treatment.delay * 1000:g}ms"] if treatment.delay else []
    shares = {"loss": treatment.loss, "corrupt": treatment.corrupt, "duplicate": treatment.duplicate, "reorder": treatment.reorder}
    words += [word for name, share in shares.items() if share for word in (name, f"{share * 100:g}%")]
    return ["netem", "limit", "65536", *words]


def by_tbf(rate: float) -> Command:
    """It splits joined segments, which htb alone would pass as one burst or not at all."""
    return ["tbf", "rate", f"{rate:.0f}bit", "burst", f"{max(4_000, rate / 8 / 250):.0f}", "limit", str(held_in_front(rate))]


def commands(device: str, leaf: Command, peers: tuple[str, ...] = (), port: int = 0) -> list[Command]:
    """Everything that shapes what leaves this device, in order."""
    on = ["dev", device]
    return [
        ["tc", "qdisc", "add", *on, "root", "handle", HANDLE, "htb", "default", "0", "direct_qlen", "1000"],
        ["tc", "class", "add", *on, "parent", HANDLE, "classid", CAUGHT, "htb", "rate", UNLIMITED, "quantum", "60000"],
        ["tc", "qdisc", "add", *on, "parent", CAUGHT, "handle", LEAF, *leaf],
        *(_filter(device, protocol, "1", [word, "dport", str(DNS), "0xffff"], PASSES) for protocol, word in _FAMILIES.items()),
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
            found += [_filter(device, protocol, "2", side, CAUGHT) for side in sides]
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


def put_in_place(leaf: Command, peers: tuple[str, ...], port: int, on: list[str]) -> None:
    """On these devices. Refuses where somebody else shapes traffic already; takes its own away where a step fails."""
    for device in on:
        if (root := root_of(show(device))) != "0:":
            raise OSError(f"{device} has a root qdisc already ({root}); it is not gameday's to replace")
    without_length = [device for device in on if "qlen" not in run(["ip", "link", "show", "dev", device])]
    try:
        for device in on:
            for command in commands(device, leaf, peers, port):
                run(command)
    except OSError:
        clear(on)
        raise
    finally:
        # Where a device had none, the kernel gives it one with its first qdisc, and leaves it there.
        for device in without_length:
            run(["ip", "link", "set", "dev", device, "txqueuelen", "0"])


def ours(on: list[str]) -> list[str]:
    """The devices whose root qdisc is ours."""
    return [device for device in on if root_of(show(device)) == HANDLE]


def clear(on: list[str]) -> list[str]:
    """Remove ours, and nothing else. Says from which devices."""
    cleared = ours(on)
    for device in cleared:
        run(removal(device))
    return cleared
