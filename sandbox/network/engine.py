"""The network engine: `engine.py hold|look|clear|try`, in the network namespace of a target.

`hold` puts a fault in place, says `armed BACK_END`, and keeps it until SIGTERM or its time is over. `look` tells what is in
place now, read from the kernel. `clear` removes what a fault left, and says so. `try` finds out what this kernel can do,
in an empty namespace. Ends with 0, or 6 and a reason where the kernel cannot or will not.
"""

import argparse
import errno
import pathlib
import signal
import sys
import time

import proxy
import rules
import shaping
from netlink import Refused, Socket
from order import directions, is_queued, leaf, parser, queue, treatments
from packets import SENT_AGAIN, Copies, Queues
from treatment import Treatment

QUEUES = pathlib.Path("/proc/self/net/netfilter/nfnetlink_queue")
REFUSED = 6


class Ended(Exception):
    """A signal asked us to end."""


def hold(order: argparse.Namespace) -> None:
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    until = time.monotonic() + order.seconds
    try:
        if order.back_end in ("netem", "tbf"):
            _hold_by_shaping(order, until)
        elif order.back_end == "proxy":
            proxy.hold(order, until, lambda: _armed(order))
        else:
            _hold_by_rules(order, until)
    except Ended:
        pass


def _hold_by_shaping(order: argparse.Namespace, until: float) -> None:
    shaper = shaping.Shaper(order.key, shaping.devices())
    shaper.put_in_place(leaf(order), tuple(order.peer), order.port)
    try:
        _armed(order)
        _sleep(until)
    finally:
        shaper.clear()


def _hold_by_rules(order: argparse.Namespace, until: float) -> None:
    table = rules.Table(Socket(), order.key)
    queues = Queues(treatments(order), order.seed, Copies() if order.duplicate else None) if is_queued(order) else None
    if queues:
        # Bound before a packet is sent there; where nobody listened, it would pass.
        queues.bind()
    try:
        _create(table, order)
        _armed(order)
        if queues:
            queues.run(until)
        else:
            _sleep(until)
    finally:
        table.delete()
        if queues:
            queues.let_all_pass()


def _create(table: rules.Table, order: argparse.Namespace) -> None:
    """By the kernel's own queue expression, or by that of iptables where it has none."""
    owned = order.back_end != "nftables"
    for to_queue in (rules.to_queue, rules.to_queue_by_iptables):
        chains = {d: _rules(order, d, to_queue(queue(order, d))) for d in directions(order)}
        try:
            table.create(chains, owned=owned)
        except Refused as no:
            if no.number != errno.ENOENT or not is_queued(order) or to_queue is rules.to_queue_by_iptables:
                raise
        else:
            return


def _rules(order: argparse.Namespace, direction: str, to_queue: bytes) -> list[rules.Expressions]:
    if order.deed == "resolve":
        return rules.answers_of_resolvers(to_queue)
    match = rules.Match(direction, tuple(order.peer), order.port)
    deed = {"queue": to_queue, "drop": rules.drop(), "reset": rules.reset()}[order.deed]
    protocols = (rules.TCP,) if order.deed == "reset" else (rules.TCP, rules.UDP)
    first = [rules.resets_pass()] if order.deed == "reset" else []
    first += [rules.marked_passes(SENT_AGAIN)] if order.duplicate else []
    return [*first, *rules.dns_passes(direction), *rules.caught(match, deed, protocols)]


def look(order: argparse.Namespace) -> None:
    """One line: how many rules, queues that somebody listens to, and devices that are shaped."""
    count = rules.Table(Socket(), order.key).rules()
    bound = len({order.queue, order.queue + 1} & set(_bound()))
    print(f"rules={count} queues={bound} shaped={len(shaping.Shaper(order.key, shaping.devices()).ours())}")


def _bound() -> list[int]:
    try:
        return [int(line.split()[0]) for line in QUEUES.read_text().splitlines()]
    except OSError:
        return []


def clear(order: argparse.Namespace) -> None:
    """Remove table and qdisc of this fault if they are there; says what it found, and raises where something stays."""
    table = rules.Table(Socket(), order.key)
    found = [f"table {table.name}"] if table.exists() else []
    table.delete()
    found += [f"qdisc on {device}" for device in shaping.Shaper(order.key, shaping.devices()).clear()]
    if table.exists():
        raise OSError(f"table {table.name} is still there")
    print("removed " + ", ".join(found) if found else "clean")


def try_all(order: argparse.Namespace) -> None:
    """A line for each ability: its name, yes or no, and what the kernel said."""
    for name, attempt in (
        ("netem", _try_netem),
        ("tbf", _try_tbf),
        ("nfqueue", _try_nfqueue),
        ("nftables-owner", _try_owned),
        ("nftables", _try_table),
        ("proxy", _try_proxy),
    ):
        try:
            attempt()
        except (Refused, OSError) as no:
            print(f"{name} no {' '.join(str(no).split())}")
        else:
            print(f"{name} yes")


def _try_netem() -> None:
    _try_shape(shaping.by_netem(Treatment(delay=0.001)))


def _try_tbf() -> None:
    _try_shape(shaping.by_tbf(1_000_000))


def _try_shape(wanted: shaping.Command) -> None:
    shaper = shaping.Shaper("try", ["lo"])
    shaper.put_in_place(wanted, ("127.0.0.9",), 9)
    shaper.clear()


def _try_nfqueue() -> None:
    order = parser().parse_args(["hold", "--key", "try", "--deed", "queue", "--delay", "0.1", "--queue", "9"])
    Queues(treatments(order), 0).bind()
    table = rules.Table(Socket(), order.key)
    _create(table, order)
    table.delete()


def _try_owned() -> None:
    _try_table(owned=True)


def _try_table(*, owned: bool = False) -> None:
    table = rules.Table(Socket(), "try")
    table.create({"in": rules.caught(rules.Match("in", ("10.0.0.0/8", "fd00::1"), 9), rules.drop())}, owned=owned)
    table.delete()


def _try_proxy() -> None:
    order = parser().parse_args(["hold", "--key", "try", "--back-end", "proxy", "--port", "9", "--seconds", "0"])
    proxy.hold(order, 0.0, lambda: None)


def _armed(order: argparse.Namespace) -> None:
    print(f"armed {order.back_end}", flush=True)


def _sleep(until: float) -> None:
    while (left := until - time.monotonic()) > 0:
        time.sleep(left)


def _end(number: int, frame: object) -> None:
    raise Ended


VERBS = {"hold": hold, "look": look, "clear": clear, "try": try_all}


def main(arguments: list[str]) -> int:
    order = parser().parse_args(arguments)
    try:
        VERBS[order.verb](order)
    except (Refused, OSError) as no:
        print(f"refused: {no}", file=sys.stderr, flush=True)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
