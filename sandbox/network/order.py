"""The orders that the engine takes, word by word, and what they ask for."""

import argparse

import shaping
from resolution import CODES, Resolution
from treatment import Line, Treatment, Treats

SHARES = ("loss", "corrupt", "duplicate", "reorder")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="engine.py", description="The network engine of gameday.")
    verbs = top.add_subparsers(dest="verb", required=True)
    for name in ("hold", "look", "clear", "try"):
        verb = verbs.add_parser(name)
        verb.add_argument("--key", default="")
        verb.add_argument("--queue", type=int, default=0)
        if name == "hold":
            _for_hold(verb)
    return top


def _for_hold(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--back-end", default="nfqueue", choices=("netem", "tbf", "nfqueue", "nftables-owner", "nftables", "proxy"))
    verb.add_argument("--deed", default="queue", choices=("queue", "drop", "reset", "resolve", "http"))
    verb.add_argument("--seconds", type=float, default=3600)
    verb.add_argument("--direction", default="both", choices=("in", "out", "both"))
    verb.add_argument("--peer", action="append", default=[])
    verb.add_argument("--port", type=int, default=0)
    verb.add_argument("--delay", type=float, default=0.0)
    verb.add_argument("--jitter", type=float, default=0.0)
    verb.add_argument("--distribution", default="uniform", choices=("uniform", "normal"))
    for share in SHARES:
        verb.add_argument(f"--{share}", type=float, default=0.0)
    verb.add_argument("--rate", type=float, default=0.0)
    verb.add_argument("--answer", default="timeout", choices=(*CODES, "timeout"))
    verb.add_argument("--name", action="append", default=[])
    verb.add_argument("--seed", type=int, default=0)
    verb.add_argument("--share", type=float, default=1.0)
    verb.add_argument("--status", type=int, default=0)
    verb.add_argument("--path", default="/")
    verb.add_argument("--spare", action="append", default=[])
    verb.add_argument("--reconnect", action="store_true")
    verb.add_argument("--drain", type=float, default=0.8)


def treatments(order: argparse.Namespace) -> dict[int, Treats]:
    """Each queue with the treatment of its direction."""
    return {queue(order, direction): _treatment(order) for direction in directions(order)}


def _treatment(order: argparse.Namespace) -> Treats:
    if order.deed == "resolve":
        return Resolution(CODES.get(order.answer), tuple(name.lower() for name in order.name))
    return Line(order.rate) if order.rate else by_chance(order)


def by_chance(order: argparse.Namespace) -> Treatment:
    return Treatment(order.delay, order.jitter, order.distribution, *(getattr(order, share) for share in SHARES))


def leaf(order: argparse.Namespace) -> shaping.Command:
    return shaping.by_tbf(order.rate) if order.back_end == "tbf" else shaping.by_netem(by_chance(order))


def queue(order: argparse.Namespace, direction: str) -> int:
    return int(order.queue) + (direction == "out")


def directions(order: argparse.Namespace) -> tuple[str, ...]:
    return ("in", "out") if order.direction == "both" else (order.direction,)


def is_queued(order: argparse.Namespace) -> bool:
    """Whether its packets come to us, instead of being judged by the kernel."""
    return order.deed in ("queue", "resolve")
