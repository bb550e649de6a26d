"""The shapes of what can be added: a fault, a probe, a collector, a gap rule, a format, an environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from gameday.model.drill import Drill
    from gameday.model.gap import Gap
    from gameday.model.host import CpuQuota, Deeds, DiskLimit, HostProcess, Ran, Release
    from gameday.model.observation import Observation
    from gameday.model.plan import Target
    from gameday.model.probe import Reach
    from gameday.model.record import Record
    from gameday.model.review import Review
    from gameday.model.runbook import Runbook
    from gameday.model.sidecar import Mandate, Sidecar
    from gameday.model.undo import Undo


class Environment(Protocol):
    """A place where a drill may happen."""

    name: str

    def reach(self) -> Reach:
        """What probes may reach here: its Prometheus, and how it is asked."""
        ...

    def variables(self) -> Mapping[str, str]:
        """Values for `${…}` that this place knows best, such as its ports."""
        ...

    def target(self, service: str) -> Target:
        """The one container of a service that may be touched. Raises Refused or InvalidInput, never guesses."""
        ...

    def state(self, target: Target) -> Mapping[str, str]:
        """What the target is now: id, started_at, paused, running."""
        ...

    def act(self, target: Target, verb: str) -> None:
        """Do one thing to a container: `pause`, `kill`, `stop`; or send `HUP`, `USR1` or `USR2` to its main process."""
        ...

    def run(self, target: Target, *command: str, user: str = "") -> Ran:
        """Run a short command inside, to its end, as the container's own user or another. Raises Missing where it has no such program."""
        ...

    def start(self, target: Target, script: str, marker: str) -> None:
        """Start a shell script of one line inside and leave it running, under a marker by which its undo finds it."""
        ...

    def marked(self, target: Target, marker: str) -> int:
        """How many processes inside carry the marker."""
        ...

    def processes(self, target: Target) -> tuple[HostProcess, ...]:
        """Its processes, the main one first. Raises Missing without root on the target's own kernel."""
        ...

    def signal(self, target: Target, processes: tuple[HostProcess, ...], number: int) -> None:
        """Send a signal to these very processes; one that ended meanwhile is left out."""
        ...

    def cpu_quota(self, target: Target) -> CpuQuota:
        """The kernel file that limits its processors. Raises Missing where it cannot be written."""
        ...

    def set_cpu_quota(self, target: Target, cpus: float) -> None:
        """Limit it to so many processors, in the kernel only: what Docker has noted stays as it is."""
        ...

    def file_limit(self, target: Target) -> int:
        """How many files its main process may open. Raises Missing as `processes` does."""
        ...

    def set_file_limit(self, target: Target, limit: int) -> None:
        """The same for each of its processes that has the main one's limit."""
        ...

    def disk_limit(self, target: Target, path: str) -> DiskLimit:
        """How fast it may read and write the disk on which a path inside it lies. Raises Missing where that cannot be set."""
        ...

    def set_disk_limit(self, target: Target, limit: DiskLimit) -> None: ...

    def release(self, service: str) -> Release:
        """Raises Refused where this place has no releases."""
        ...

    def deploy(self, service: str, release: str) -> None:
        """Make a release the current one."""
        ...

    # What network faults need: a helper beside the target, in its network namespace.

    @property
    def network_image(self) -> str:
        """The image of the network engine."""
        ...

    @property
    def network_abilities(self) -> Mapping[str, str]:
        """Each back end of network faults, with why this host cannot do it; empty where it can. Found by trying."""
        ...

    def addresses(self, service: str) -> tuple[str, ...]:
        """Where the running containers of a service are reached. Raises InvalidInput where there are none."""
        ...

    def host_addresses(self, target: Target) -> tuple[str, ...]:
        """From where this host itself comes to the target: the gateways of its networks."""
        ...

    def start_sidecar(self, target: Target, sidecar: Sidecar) -> None:
        """Start it in the target's network namespace and wait until its fault is in place. Raises RuntimeError with its reason."""
        ...

    def ask_sidecar(self, name: str, words: tuple[str, ...]) -> str:
        """What its engine answers; empty where the sidecar does not run."""
        ...

    def under(self, mandate: Mandate) -> Environment:
        """The same place, where what is started carries the mandate's labels and ends with its time."""
        ...


class Fault(Protocol):
    """One thing that can be broken. A frozen model: its fields are its YAML schema, its docstring its manual."""

    name: ClassVar[str]
    deeds: ClassVar[Deeds]
    """What Docker tells of its injection and its undo."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        """Read what must be put back. Changes nothing."""
        ...

    def inject(self, environment: Environment, target: Target) -> None:
        """Break it."""
        ...

    def is_live(self, environment: Environment, target: Target) -> bool:
        """Whether it is really broken now."""
        ...


class Probe(Protocol):
    """One question, asked once. Never waits for an answer to change, never judges."""

    def ask(self) -> Observation: ...


class Sighting(Protocol):
    """Where a collector puts what it saw; the supervisor turns it into an event."""

    def __call__(self, kind: str, subject: tuple[str, str], *, at: datetime | None = None, **more: Any) -> None: ...


class Collector(Protocol):
    """Listens to one outside trace and turns it into events."""

    source: str

    def look(self, see: Sighting) -> None:
        """Take in everything new since the last look. Raises what the outside raises: that makes the source blind."""
        ...


class GapRule(Protocol):
    """A module of `gaps/`: pure. `find` looks at a drill, `find_in_runbook` at a page."""

    __name__: str
    __doc__: str | None

    def find(self, drill: Drill) -> Iterable[Gap]: ...


class RunbookRule(Protocol):
    """A rule that needs a page and no drill."""

    def find_in_runbook(self, runbook: Runbook) -> Iterable[Gap]: ...


class Format(Protocol):
    """Prints a review. Pure: gets the record too, for the picture of the timeline."""

    def render(self, review: Review, record: Record) -> str: ...
