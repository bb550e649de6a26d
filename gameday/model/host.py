"""What an environment tells of the inside of a target: commands that ran there, its processes, its release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Ran(NamedTuple):
    """A command that ran inside a container. `output` holds both streams."""

    code: int
    output: str


class HostProcess(NamedTuple):
    """A process of a container as its host numbers it. `ticks` is its start in the kernel's ticks since boot."""

    pid: int
    ticks: str
    state: str
    """The kernel's letter: R, S, D, T for stopped, Z."""


class Release(NamedTuple):
    """Which release of a service is current. `url` answers with the current release of each service; below it they are set."""

    current: str
    url: str


class CpuQuota(NamedTuple):
    """The kernel's file that limits a container's processors, the text in it, and how many it allows (`inf`: no limit)."""

    path: str
    text: str
    cpus: float


class DiskLimit(NamedTuple):
    """What the kernel's files say of one device for one container: `files` by path. `device` is a disk's numbers, such as 254:0."""

    device: str
    files: Mapping[str, str]


class Deeds(NamedTuple):
    """Docker's words for what a fault causes, so that its own traces are not taken for somebody's work."""

    injecting: tuple[str, ...] = ()
    undoing: tuple[str, ...] = ()
