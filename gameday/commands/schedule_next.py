"""`gameday schedule next`: what is due next, with whom, and what is withheld."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import click

from gameday.commands.options import OUTPUT
from gameday.commands.scheduling import AHEAD, Planning, local, planning, slot_json, times_json
from gameday.model.safe_text import safe
from gameday.model.slot import Slot, Window, Withheld
from gameday.schedule.rotation import Rosters


@click.command()
@click.argument("name", required=False)
@click.option("-n", "--number", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many.")
@click.option("--reveal", is_flag=True, help="Facilitators: show the moments of surprises.")
@OUTPUT
def command(name: str | None, number: int, reveal: bool, output: str) -> None:
    """The next slots within a year, of all schedules or of one, and occasions that a freeze, a holiday or the hour withholds.

    Participants of a surprise see its window and a hash of its moment; --reveal is for facilitators.
    """
    plan = planning()
    if name is not None:
        plan.named(name)
    rosters = plan.rosters()
    shown = []
    for each in upcoming(plan, plan.now + AHEAD, reveal):
        if name in (None, each.schedule):
            shown.append(each)
        if len(shown) == number:
            break
    if output == "json":
        click.echo(json.dumps({"slots": [_json(plan, each, rosters) for each in shown]}, indent=2))
        return
    for each in shown:
        click.echo(safe(_line(plan, each, rosters), 500))
    if not shown:
        click.echo("nothing is due within a year", err=True)


def upcoming(plan: Planning, until: datetime, reveal: bool) -> Iterator[Slot | Withheld | Window]:
    """What is to come, in order; a surprise is its window, unless it is revealed."""
    agenda = plan.agenda if reveal else plan.agenda.without_seals()
    windows = [] if reveal else plan.agenda.windows(plan.now, until)
    occasions = list(agenda.occasions(plan.now, until))
    yield from sorted([*occasions, *windows], key=lambda o: (o.opens if isinstance(o, Window) else o.moment, o.schedule))


def _line(plan: Planning, each: Slot | Withheld | Window, rosters: Rosters) -> str:
    schedule = plan.agenda.schedules[each.schedule]
    if isinstance(each, Window):
        seal = next((s for s in plan.agenda.seals if (s.schedule, s.opens) == (each.schedule, each.opens)), None)
        sealed = f"sealed, sha256 {seal.commitment}" if seal else "not drawn yet"
        return f"{local(each.opens, schedule)}  {each.schedule}  a surprise until {local(each.closes, schedule)}: {sealed}"
    if isinstance(each, Withheld):
        return f"{local(each.moment, schedule)}  {each.schedule}  withheld: {each.why}"
    people = "; ".join(f"{role}: {', '.join(those)}" for role, those in rosters.of.get(each.key, {}).items())
    return f"{local(each.moment, schedule)}  {each.schedule}  {f'paused: {schedule.paused}' if schedule.paused else people}".rstrip()


def _json(plan: Planning, each: Slot | Withheld | Window, rosters: Rosters) -> dict[str, object]:
    schedule = plan.agenda.schedules[each.schedule]
    match each:
        case Window():
            seal = next((s for s in plan.agenda.seals if (s.schedule, s.opens) == (each.schedule, each.opens)), None)
            sealed = {"kind": "window", "schedule": each.schedule, "title": schedule.title, "commitment": seal.commitment if seal else None}
            return sealed | times_json(each.opens, each.closes, schedule)
        case Withheld():
            told = {"kind": "withheld", "schedule": each.schedule, "title": schedule.title, "by": each.by, "why": each.why}
            return told | times_json(each.moment, each.moment + schedule.length, schedule)
    return {"kind": "slot", "paused": schedule.paused} | slot_json(each, schedule, rosters.of.get(each.key, {}))
