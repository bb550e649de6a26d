"""The proof at the end of a drill: every target is as it was before, and nothing of the drill is left in the Docker daemon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gameday.bundle.timeline_file import TimelineFile
from gameday.environments import DrillEnvironment
from gameday.model.plan import Plan, Target
from gameday.undo.docker_host import DockerHost
from gameday.undo.sweep import residue


@dataclass
class EndState:
    """Reads the targets before anything is broken, and again when all is put back."""

    plan: Plan
    environment: DrillEnvironment
    _before: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def look_before(self) -> None:
        self._before = {target.service: self.environment.snapshot(target) for target in self._targets()}

    def look_after(self, timeline: TimelineFile, host: DockerHost) -> None:
        """Record what differs and what is left. What cannot be looked at is said, never passed over."""
        if not self._before:
            return
        try:
            differs = [text for target in self._targets() for text in self._differences(target)]
            left = residue(host, self.plan.drill, [t.container for t in self._targets()])
            why = ""
        except Exception as error:
            differs, left, why = [], [], str(error) or type(error).__name__
        data = {"targets": len(self._before), "differs": differs, "left": left, "why": why}
        timeline.append("drill.end_state", "supervisor", ("drill", self.plan.drill), data=data)

    def _targets(self) -> list[Target]:
        return list({f.target.service: f.target for f in self.plan.faults}.values())

    def _differences(self, target: Target) -> list[str]:
        before, now = self._before.get(target.service, {}), self.environment.snapshot(target)
        if not now:
            return [f"{target.service}: its container was removed"]
        return [
            f"{target.service}: {key} was {before.get(key, 'not there')}, is {now.get(key, 'not there')}"
            for key in sorted(before.keys() | now.keys())
            if before.get(key) != now.get(key)
        ]
