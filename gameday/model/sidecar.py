"""A sidecar: a helper container in a target's network namespace, and on whose behalf it runs."""

from __future__ import annotations

from datetime import timedelta

from gameday.model.injection import CEILING
from gameday.model.noun import Noun


class Mandate(Noun):
    """Which fault of which drill an act belongs to, and how long what it starts may live."""

    drill: str = ""
    fault: str = ""
    at_most: timedelta = CEILING


class Sidecar(Noun):
    """One helper container: its name, and the order that its engine holds. Both follow from fault and target alone."""

    name: str
    key: str
    """Names the table of rules: `inet gameday_KEY`."""
    queue: int
    """Its first packet queue; the next one is its too."""
    back_end: str
    peers: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    """Words for `engine.py hold`."""
    capabilities: tuple[str, ...] = ("NET_ADMIN",)
    """What it may do, as Docker calls it: a helper may change its network namespace, and nothing else."""
