"""`gameday programme`: what shall be drilled how often, what was, what is due."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from gameday.commands.options import OUTPUT
from gameday.commands.scheduling import AHEAD, Planning, planning, utc
from gameday.commands.serving import schedule_reader
from gameday.errors import InvalidInput
from gameday.load.programme import read_programme
from gameday.load.workspace import Workspace
from gameday.model.local_time import zone_of
from gameday.model.programme import Programme
from gameday.model.safe_text import safe
from gameday.model.slot import SlotRecord
from gameday.schedule.closed import ClosedTimes
from gameday.schedule.programme import Known, Past, Proposal, Standing, proposals, standings

_JUDGED = (0, 1)
"""Exit codes of drills that proved something; others do not count."""
_BROKE = ("completed",)


@click.command()
@OUTPUT
def command(output: str) -> int:
    """How each duty in programme.yaml stands: a service and a class of faults, to be drilled each so many months.

    Counts drills in reports/ and slots that `gameday serve` ran, if they could be judged. For what is due and not planned
    it proposes a day with room in a week with few drills, and the command that plans it.

    Exit codes: 0 whatever is overdue or due is planned as soon as may be, 1 something is not, 2 programme.yaml or a schedule is wrong.
    """
    from gameday.faults import FAULTS
    from gameday.load.services import read_services

    plan = planning()
    services = read_services(plan.workspace.root / "services.yaml").services
    programme, calendars = read_programme(plan.workspace, services, FAULTS)
    # Anybody may call this: the moments of surprises stay sealed.
    agenda = plan.agenda.without_seals()
    found = standings(programme, _past(plan), agenda, plan.now, plan.now + AHEAD)
    freezes, holidays = ([c for path in paths for c in calendars[path].closings] for paths in (programme.freezes, programme.holidays))
    closed = ClosedTimes(freezes, holidays, zone_of(programme.zone))
    proposed = proposals(programme, found, list(_scenarios(plan.workspace)), agenda, closed, plan.now)
    commands = _commands(proposed, programme, agenda.schedules)
    if output == "json":
        told = [_proposal(p, command) for p, command in zip(proposed, commands, strict=True)]
        click.echo(json.dumps({"duties": [_duty(s) for s in found], "proposals": told}, indent=2))
    else:
        for line in _lines(found, proposed, commands):
            click.echo(safe(line, 500))
    return 1 if proposed else 0


def _past(plan: Planning) -> Sequence[Past]:
    """Drills that count, each once: from the folders that are there, and from slots whose folders are elsewhere."""
    from gameday.bundle.folder import drills

    found = {p.drill: p for r in plan.memory.records() if (p := _of_record(r)) is not None}
    for folder in drills(plan.workspace.root / "reports"):
        past = _of_folder(folder.plan, folder.review, folder.id)
        if past is not None:
            found[past.drill] = past
    return list(found.values())


def _of_record(record: SlotRecord) -> Past | None:
    if record.outcome != "ran" or record.exit_code not in _JUDGED:
        return None
    return Past(record.service, record.faults, record.started or record.moment, record.drill or record.key)


def _of_folder(plan: Path, review: Path, drill: str) -> Past | None:
    """A drill on disk; None where it was a control run, was not judged, or its files cannot be read."""
    try:
        planned: Any = json.loads(plan.read_bytes())
        judged: Any = json.loads(review.read_bytes())
        if planned.get("no_fault") or judged["drill"]["outcome"] not in _BROKE:
            return None
        scenario = planned["scenario"]
        moment = datetime.fromisoformat(judged["drill"]["started"])
        faults = tuple(str(f["fault"]) for f in scenario["faults"])
        return Past(str(scenario["service"]), faults, moment if moment.tzinfo else moment.replace(tzinfo=UTC), drill)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _scenarios(workspace: Workspace) -> Iterator[Known]:
    """The scenarios without mistakes."""
    read = schedule_reader(workspace).scenario
    for path in workspace.scenarios():
        try:
            scenario = read(path)
        except InvalidInput:
            continue
        yield Known(path.relative_to(workspace.root).as_posix(), scenario.service, tuple(i.fault for i in scenario.faults))


def _lines(found: Sequence[Standing], proposed: Sequence[Proposal], commands: Sequence[str | None]) -> Iterator[str]:
    width = max((len(s.service) for s in found), default=0)
    fault = max((len(s.fault) for s in found), default=0)
    for s in found:
        last = f"last {s.last.moment:%Y-%m-%d} ({s.last.drill})" if s.last else "never drilled"
        ahead = f", planned {s.planned:%Y-%m-%d}" if s.planned else ""
        yield f"{s.state:8} {s.service:{width}}  {s.fault:{fault}}  each {s.every_months} months, {last}, due {s.due}{ahead}"
    if proposed:
        yield ""
        yield "proposals:"
    for p, command in zip(proposed, commands, strict=True):
        what = f"{p.service} with {', '.join(p.faults)}"
        if p.scenario is None:
            yield f"  {what}: no scenario does that yet; write one under scenarios/"
        elif command is None:
            yield f"  {what}: no day within a year has room; look at hours, holidays and freezes of programme.yaml"
        else:
            yield f"  {what}: {command}"


def _commands(proposed: Sequence[Proposal], programme: Programme, taken: Iterable[str]) -> Sequence[str | None]:
    """The commands that plan them, each under a name that no schedule has; None where there is no scenario or no day."""
    names, found = set(taken), []
    for p in proposed:
        command = None
        if p.moment is not None and p.scenario is not None:
            local = p.moment.astimezone(zone_of(programme.zone))
            # Participants read name and title: both say the service, which they are told anyway, and never what breaks.
            stem = f"{re.sub('[^a-z0-9]+', '-', p.service.lower()).strip('-')[:40] or 'drill'}-{local:%Y%m%d}"
            name = next(n for n in (stem, *(f"{stem}-{count}" for count in range(2, len(names) + 3))) if n not in names)
            names.add(name)
            words = ["--scenario", p.scenario, "--title", f"Practice: {p.service}"[:120], "--once", f"{local:%Y-%m-%d %H:%M}"]
            command = shlex.join(["gameday", "schedule", "add", name, *words, "--zone", programme.zone])
        found.append(command)
    return found


def _duty(s: Standing) -> dict[str, object]:
    return {
        "service": s.service, "fault": s.fault, "every_months": s.every_months, "state": s.state, "due": s.due.isoformat(),
        "last": {"moment": utc(s.last.moment), "drill": s.last.drill} if s.last else None, "planned": utc(s.planned) if s.planned else None,
    }  # fmt: skip


def _proposal(p: Proposal, command: str | None) -> dict[str, object]:
    moment = utc(p.moment) if p.moment else None
    return {"service": p.service, "faults": list(p.faults), "scenario": p.scenario, "moment": moment, "command": command}
