"""Many targets at once: arming and undoing them as a drill does, beside the bare calls to Docker."""

from __future__ import annotations

from collections.abc import Callable

from bench.row import Row, timed
from bench.small import Small
from gameday.catalog import environment_named
from gameday.faults.container_pause import ContainerPause
from gameday.load.settings import read_settings
from gameday.undo.docker_host import host_of
from gameday.undo.ledger import Ledger
from gameday.undo.put_back import put_back

ROUNDS = 3


def many(place: Small) -> list[Row]:
    """Ledger, looking and reading back are in our time; a bare call is one to pause and one to unpause."""
    settings = read_settings(place.root / "gameday.toml", tuple)
    environment, fault, count = environment_named("small", place.root, settings), ContainerPause(), len(place.containers)
    targets = [environment.target(f"s{number}") for number in range(count)]
    ledger = Ledger(place.root / "many.jsonl")

    def arm(again: int) -> None:
        for number, target in enumerate(targets):
            name = f"f{again}-{number}"
            undo = fault.prepare(environment, target).model_dump(mode="json")
            ledger.intend(fault=name, name=fault.name, target=target.service, by="bench", undo=undo)
            fault.inject(environment, target)
            if not fault.is_live(environment, target):
                raise SystemExit(f"{target.name} is not frozen")
            ledger.append("armed", fault=name, by="bench")

    def each(call: Callable[[str], None]) -> None:
        for container in place.containers:
            call(container)

    arming, undoing, pausing, unpausing = [], [], [], []
    for again in range(ROUNDS):
        arming.append(timed(lambda again=again: arm(again)))  # type: ignore[misc]  # bound to this round
        undoing.append(timed(lambda: put_back(ledger, "bench", host_of(ledger))))
        pausing.append(timed(lambda: each(place.api.pause)))
        unpausing.append(timed(lambda: each(place.api.unpause)))
    if left := ledger.read().open:
        raise SystemExit(f"{len(left)} faults are still open")
    ledger.close()
    return [
        Row.of(f"arming {count} targets", arming, "docker pause by the SDK", pausing),
        Row.of(f"undoing {count} targets", undoing, "docker unpause by the SDK", unpausing),
    ]
