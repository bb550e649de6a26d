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
        "inside_file_restore", "service_reload", "postgres_role_restore", "postgres_replay_resume", "postgres_setting_restore",
        "redis_entries_remove", "redis_key_remove", "redis_user_restore", "disk_limit_restore", "nothing_to_put_back",
    ]  # fmt: skip
    arguments: Mapping[str, str] = Field(default_factory=dict)


class Undo(Noun):
    """What puts a fault back, in the order to do it, and who the target was when it was read."""

    target: str
    identity: Mapping[str, str]
    before: Mapping[str, str]
    steps: tuple[UndoStep, ...] = Field(min_length=1)

    @classmethod
    def of(cls, target: Target, state: Mapping[str, str], *steps: UndoStep, **read: str) -> Self:
        """These steps for this target, as it is now. `read` is what else was read of it before."""
        identity = {"container": target.container, "started_at": state["started_at"]}
        return cls(target=target.service, identity=identity, before={**state, **read}, steps=steps)

    @property
    def irreversible(self) -> bool:
        """What the fault destroys cannot come back."""
        return any(step.verb == "nothing_to_put_back" for step in self.steps)
