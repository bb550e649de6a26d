"""Shaping by the kernel itself, where netem or tbf is built: the commands, and the handle by which they are one fault's.

Only what leaves a device can be shaped so. An `htb` qdisc sorts: what is caught goes to a class of its own, below which is
the qdisc that does it; the rest passes.
"""

import socket
import subprocess
import zlib

from treatment import Treatment, held_in_front

LEAF = "7d62:"
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


def commands(device: str, root: str, leaf: Command, peers: tuple[str, ...] = (), port: int = 0) -> list[Command]:
    """Everything that shapes what leaves this device, in order. `root` is the handle of the qdisc that is ours."""
    on, caught = ["dev", device], f"{root}4"
    names_pass = [([*_protocol(family, "1"), "u32", "match", word, "dport", str(DNS), "0xffff"], f"{root}0") for family, word in FAMILIES]
    sorted_out = [*names_pass, *((match, caught) for match in _matches(peers, port))]
    return [
        ["tc", "qdisc", "add", *on, "root", "handle", root, "htb", "default", "0", "direct_qlen", "1000"],
        ["tc", "class", "add", *on, "parent", root, "classid", caught, "htb", "rate", UNLIMITED, "quantum", "60000"],
        ["tc", "qdisc", "add", *on, "parent", caught, "handle", LEAF, *leaf],
        *(["tc", "filter", "add", *on, "parent", root, *match, "flowid", to] for match, to in sorted_out),
    ]


FAMILIES = (("ip", "ip"), ("ipv6", "ip6"))


def _matches(peers: tuple[str, ...], port: int) -> list[Command]:
    """One for each peer, or two: the target may be the client of the port or its server."""
    found = []
    for family, word in FAMILIES:
        mine = [p for p in peers if (":" in p) == (family == "ipv6")]
        if peers and not mine:
            continue
        for peer in mine or ["::/0" if family == "ipv6" else "0.0.0.0/0"]:
            where = [*_protocol(family, "2"), "u32", "match", word, "dst", peer]
            found += [[*where, "match", word, side, str(port), "0xffff"] for side in ("sport", "dport")] if port else [where]
    return found


def _protocol(family: str, order: str) -> Command:
    """Each protocol and each step has a number of its own, since `tc` keeps one kind of filter under each."""
    return ["protocol", family, "prio", str(int(order) * 2 + (family == "ipv6"))]


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


class Shaper:
    """What one fault has put in place on these devices: the root qdisc with its own handle, and nothing else."""

    def __init__(self, key: str, on: list[str]) -> None:
        self.root = f"6{zlib.crc32(key.encode()) & 0xFFF:03x}:"
        self._on = on

    def put_in_place(self, leaf: Command, peers: tuple[str, ...] = (), port: int = 0) -> None:
        """Refuses where somebody shapes traffic already; takes its own away where a step fails."""
        for device in self._on:
            if (root := root_of(show(device))) != "0:":
                raise OSError(f"{device} has a root qdisc already ({root}), which is not this fault's to replace")
        without_length = [device for device in self._on if "qlen" not in run(["ip", "link", "show", "dev", device])]
        try:
            for device in self._on:
                for command in commands(device, self.root, leaf, peers, port):
                    run(command)
        except OSError:
            self.clear()
            raise
        finally:
            # Where a device had none, the kernel gives it one with its first qdisc, and leaves it there.
            for device in without_length:
                run(["ip", "link", "set", "dev", device, "txqueuelen", "0"])

    def ours(self) -> list[str]:
        """The devices whose root qdisc is ours."""
        return [device for device in self._on if root_of(show(device)) == self.root]

    def clear(self) -> list[str]:
        """Remove ours, and nothing else. Says from which devices."""
        cleared = self.ours()
        for device in cleared:
            run(["tc", "qdisc", "del", "dev", device, "root", "handle", self.root])
        return cleared
