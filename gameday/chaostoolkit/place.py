"""Where an activity acts, and whether it may: what a workspace forbids its drills, it forbids a plain `chaos run` too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gameday.catalog import environment_named
from gameday.conduct.permission import Rules, needs_approval, refuse_closed_for, refuse_production
from gameday.conduct.preflight import refuse_blinding, refuse_strange_code
from gameday.environments import DrillEnvironment
from gameday.errors import Refused
from gameday.load.freezes import freezes_of
from gameday.load.settings import places_of_settings, read_settings
from gameday.model.injection import Injection
from gameday.model.protocols import Fault
from gameday.model.settings import Settings


@dataclass(frozen=True)
class Place:
    """An environment and what its workspace allows."""

    environment: DrillEnvironment
    settings: Settings
    rules: Rules

    def refuse(self, injection: Injection, fault: Fault) -> None:
        """Raises Refused where a drill would be. Production is refused always: there is nobody to type its name."""
        refuse_strange_code(fault, self.settings)
        refuse_closed_for(self.rules, injection.longest, datetime.now(UTC))
        if needs_approval(self.rules, self.environment):
            raise Refused(
                f"in {self.rules.environment} a second person approves a plan first ({self.rules.where('approval')}), and an experiment has none; "
                "make it a scenario with `gameday import`, and conduct that with `gameday run`"
            )
        # These two ask Docker.
        refuse_blinding((injection,), self.settings, self.environment.monitoring)
        refuse_production(self.rules, self.environment, asked=False, typed=lambda _: "")


def place(environment: str, workspace: str) -> Place:
    """The environment of this name, as the workspace's gameday.toml describes it. Raises InvalidInput where there is none."""
    root = Path(workspace).resolve()
    file = root / "gameday.toml"
    settings = read_settings(file, _rule_names)
    named = settings.environments.get(environment)
    rules = Rules(settings, environment, root, places_of_settings(file), freezes_of(named, root) if named else ())
    return Place(environment_named(environment, root, settings), settings, rules)


def _rule_names() -> tuple[str, ...]:
    from gameday.gaps import GAPS

    return tuple(GAPS)
