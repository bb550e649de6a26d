"""An Undo: the written record of what must be put back. Data, never code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from gameday.model.noun import Noun

if TYPE_CHECKING:
    from gameday.model.plan import Target


class UndoStep(Noun):
    """One verb of the closed list in `gameday/undo/`, with its arguments."""

    verb: Literal[
        "container_unpause", "container_start",
        "release_set", "marked_processes_kill", "processes_continue", "control_file_restore",
        "sidecar_remove", "network_clear",
        "file_limits_restore", "inside_file_remove", "postgres_sessions_end",
    ]  # fmt: skip
    arguments: Mapping[str, str] = Field(default_factory=dict)


class Undo(Noun):
    """What puts a fault back, in the order to do it, and who the target was when it was read."""

    target: str
    identity: Mapping[str, str]
    before: Mapping[str, str]
    steps: tuple[UndoStep, ...] = Field(min_length=1)

    @classmethod
    def of(cls, target: Target, before: Mapping[str, str], *steps: UndoStep) -> Self:
        """For a container whose state was read just now."""
        identity = {"container": target.container, "started_at": before["started_at"]}
        return cls(target=target.service, identity=identity, before=before, steps=steps)
