"""May this plan be carried out, here and now? Production, working hours, freezes, and the word of a second person.

Each refusal names the file and the line that it comes from. Nothing is asked of a control run, which breaks nothing, but
for production.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from gameday.bundle.approvals import SHORT, Approvals
from gameday.clients.ssh_keygen import is_signed
from gameday.conduct.estimate import estimate
from gameday.conduct.plan import canonical
from gameday.environments import DrillEnvironment
from gameday.errors import Refused
from gameday.model.approval import Approval
from gameday.model.docker_settings import DockerSettings
from gameday.model.duration import format_duration
from gameday.model.freeze import Freeze, freeze_at
from gameday.model.plan import Plan
from gameday.model.production import signs, signs_of_image, signs_of_labels
from gameday.model.scenario import Scenario
from gameday.model.settings import Settings

GIST = {
    "scenario": "the scenario", "place": "the Docker host", "targets": "the containers", "undo": "how they are put back",
    "limits": "the limits", "stops": "what stops it", "no_fault": "whether anything is broken",
}  # fmt: skip
"""The parts of a plan's canonical form, for people."""


@dataclass(frozen=True)
class Rules:
    """What a workspace allows in the environment of one scenario. `places` tells where each key stands in `gameday.toml`."""

    settings: Settings
    environment: str
    root: Path
    places: Mapping[str, str]
    freezes: tuple[Freeze, ...] = ()

    @property
    def docker(self) -> DockerSettings | None:
        return self.settings.environments.get(self.environment)

    def where(self, key: str) -> str:
        """`gameday.toml:7`; the environment's own line where the key is not written."""
        table = f"environments.{self.environment}"
        return self.places.get(f"{table}.{key}") or self.places.get(table) or "gameday.toml"


def production_signs(rules: Rules, environment: DrillEnvironment) -> list[str]:
    """Everything that tells that this place is production. Empty: nothing does."""
    production = rules.settings.production
    found = list(signs(rules.environment, environment.project, production))
    if rules.docker is None:
        return found
    found += signs_of_labels(f"the Docker host {environment.daemon.host}", environment.host_labels(), production)
    for container in environment.containers():
        found += signs_of_labels(container.name, container.labels, production)
        found += signs_of_image(container.name, container.image, production)
    return found


def refuse_production(rules: Rules, environment: DrillEnvironment, *, asked: bool, typed: Callable[[str], str]) -> None:
    """Raises Refused at production, unless gameday.toml, the command line and a person's own hand all say otherwise."""
    if not (found := production_signs(rules, environment)):
        return
    why = "; ".join(found[:3])
    if rules.docker is None or not rules.docker.allow_production:
        raise Refused(f"this is production: {why}. Drills break things; practise elsewhere ({rules.where('project')})")
    if not asked:
        raise Refused(f"this is production: {why}. {rules.where('allow_production')} allows it to who also gives --allow-production")
    if typed(f"This is production: {why}.") != rules.environment:
        raise Refused(f"this is production: {why}. The name of the environment was not typed at the prompt, so nothing happens")


def refuse_closed(rules: Rules, scenario: Scenario, now: datetime) -> None:
    """Raises Refused outside of working hours and in a freeze, and where a fault could live on into one of them."""
    if rules.docker is not None:
        refuse_closed_for(rules, estimate(scenario).faults_over, now)


def refuse_closed_for(rules: Rules, longest: timedelta, now: datetime) -> None:
    """The same for faults that live no longer than this from now on."""
    place = rules.docker
    if place is None:
        return
    if hours := place.working_hours:
        left = hours.left(now)
        if left is None:
            raise Refused(f"it is outside the working hours of {rules.environment}, {hours.text} ({rules.where('working_hours')})")
        if left < longest:
            raise Refused(
                f"the working hours of {rules.environment}, {hours.text}, are over in {format_duration(_minutes(left))}, and a fault of"
                f" this drill may live for {format_duration(longest)} from now ({rules.where('working_hours')}); start it earlier"
            )
    if freeze := freeze_at(rules.freezes, now, now + longest):
        raise Refused(
            f'the freeze "{freeze.name}" lasts from {freeze.begins:%Y-%m-%d %H:%M} to {freeze.ends:%Y-%m-%d %H:%M %Z} ({freeze.place}, named in'
            f" {rules.where('freezes')}); drill in {rules.environment} after it"
        )


def _minutes(span: timedelta) -> timedelta:
    return timedelta(seconds=span.total_seconds() // 60 * 60)


def needs_approval(rules: Rules, environment: DrillEnvironment) -> bool:
    """On every other host, and where gameday.toml says so."""
    return rules.docker is not None and (rules.docker.approval or not environment.daemon.is_local)


def approved(rules: Rules, plan: Plan, now: datetime) -> Approval:
    """The approval that lets a plan run. Raises Refused with what is missing."""
    approvals = Approvals(rules.root)
    found = approvals.approval(plan.hash)
    if found is None:
        others = approvals.of_scenario(plan.name, rules.environment)
        if not others:
            raise Refused(
                f"a plan for {rules.environment} needs the approval of a second person ({rules.where('approval')}): make it with "
                f"`gameday plan`, and have somebody else run `gameday approve {plan.hash[:SHORT]}`"
            )
        changed = _changed(approvals.canonical(others[0].plan), json.loads(canonical(plan)))
        raise Refused(
            f"the approval of {others[0].by} is for plan {others[0].plan[:SHORT]}…, this is {plan.hash[:SHORT]}…: {changed} changed since."
            f" Plan again, and have it approved: `gameday approve {plan.hash[:SHORT]}`"
        )
    _refuse_forgery(rules, found)
    if found.by in (found.author, approvals.proposal(plan.hash).author):
        raise Refused(f"{found.by} made the plan {plan.hash[:SHORT]}… and approved it; another person has to")
    approvals.canonical(plan.hash)
    if now >= found.expires:
        raise Refused(
            f"the approval of {found.by} for plan {plan.hash[:SHORT]}… expired at {found.expires:%Y-%m-%d %H:%M %Z}; "
            f"have it approved again: `gameday approve {plan.hash[:SHORT]}`"
        )
    return found


def _refuse_forgery(rules: Rules, found: Approval) -> None:
    """Raises Refused where the environment names its approvers, and this is not signed by one of them."""
    approvers = rules.docker.approvers if rules.docker else {}
    if not approvers:
        return
    if found.by not in approvers:
        raise Refused(
            f"{found.by} approved plan {found.plan[:SHORT]}…, and {rules.where('approvers')} does not name {found.by} as an approver"
        )
    if not is_signed(found.by, approvers[found.by], found.signed, found.signature):
        raise Refused(
            f"the approval of plan {found.plan[:SHORT]}… is not signed by the key of {found.by} ({rules.where('approvers')}); "
            f"{found.by} runs `gameday approve {found.plan[:SHORT]} --key …`"
        )


def _changed(before: Mapping[str, object], now: Mapping[str, object]) -> str:
    parts = [words for part, words in GIST.items() if before.get(part) != now.get(part)]
    return " and ".join(parts) or "something"
