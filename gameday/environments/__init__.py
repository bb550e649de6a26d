"""Places where a drill may happen, and what may be touched there."""

from __future__ import annotations

from gameday.environments.sandbox import Sandbox

ENVIRONMENTS: dict[str, type[Sandbox]] = {"sandbox": Sandbox}
