"""`python -m bench.holder LEDGER SERVICE`: injects latency as a drill would, with a guard, and waits to be killed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench.town import Town
from gameday.conduct.children import Guard
from gameday.faults.network_latency import NetworkLatency
from gameday.undo.ledger import Ledger


def main(path: Path, service: str) -> None:
    place, fault = Town(path.parent), NetworkLatency.model_validate({"delay": "400ms"})
    target, ledger = place.target(service), Ledger(path)
    guard = Guard(path)
    guard.await_ready()
    undo = fault.prepare(place, target).model_dump(mode="json")
    ledger.intend(fault="f1", name=fault.name, target=service, by="bench", undo=undo)
    fault.inject(place, target)
    ledger.append("armed", fault="f1", by="bench")
    print("armed", flush=True)
    for _ in range(60):
        guard.renew()
        time.sleep(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
