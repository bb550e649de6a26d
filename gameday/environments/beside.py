"""Starting a sidecar: a helper beside a target, in its network namespace."""

from __future__ import annotations

from docker.errors import APIError, NotFound

from gameday.clients.docker import Docker
from gameday.model.plan import Target
from gameday.model.sidecar import Mandate, Sidecar
from gameday.undo.owner import owner_labels

SLACK = 30.0
"""Seconds after a fault's longest time at which its sidecar ends by itself, should nobody be left to end it."""


def start_sidecar(docker: Docker, image: str, target: Target, sidecar: Sidecar, mandate: Mandate | None) -> None:
    """Returns once it has said that it is armed. Raises RuntimeError with what it said instead, or why it does not start."""
    mandate = mandate or Mandate()
    seconds = mandate.at_most.total_seconds() + SLACK
    command = ["hold", "--key", sidecar.key, "--queue", str(sidecar.queue), "--back-end", sidecar.back_end, "--seconds", f"{seconds:g}"]
    labels = {"gameday.run": mandate.drill, "gameday.fault": mandate.fault, "gameday.target": target.container, **owner_labels(seconds)}
    try:
        said = docker.start_beside(target.container, sidecar.name, image, [*command, *sidecar.order], labels, sidecar.capabilities)
    except NotFound as missing:
        raise RuntimeError(f"{image} or {target.name} is gone: {missing.explanation or missing}") from missing
    except APIError as error:
        raise RuntimeError(f"the sidecar of {target.name} does not start: {error.explanation or error}") from error
    if not said.startswith("armed"):
        raise RuntimeError(f"{sidecar.back_end} beside {target.name}: {said or 'ended without a word'}")
