"""`gameday schedule list`: all schedules, and when each is due next."""

from __future__ import annotations

import json

import click

from gameday.commands.options import OUTPUT
from gameday.commands.scheduling import local, planning, utc
from gameday.model.safe_text import safe
from gameday.model.schedule import Schedule


@click.command()
@OUTPUT
def command(output: str) -> None:
    """All schedules, each with its rule and its next slot. The moments of surprises stay sealed."""
    plan = planning()
    everybody = plan.agenda.without_seals()
    rows = [(s, everybody.next_of(s.name, plan.now)) for s in everybody.schedules.values()]
    if output == "json":
        found = [
            {
                "name": s.name, "title": s.title, "scenario": s.scenario, "service": s.service, "zone": s.zone, "rule": rule(s),
                "next": utc(slot.moment) if slot else None, "paused": s.paused,
            }
            for s, slot in rows
        ]  # fmt: skip
        click.echo(json.dumps({"schedules": found}, indent=2))
        return
    width = max((len(s.name) for s, _ in rows), default=0)
    for schedule, slot in rows:
        state = f"paused: {schedule.paused}" if schedule.paused else local(slot.moment, schedule) if slot else "no slot to come"
        if schedule.when.surprise and not schedule.paused:
            state = "sealed"
        click.echo(safe(f"{schedule.name:{width}}  {state:34}  {rule(schedule)}", 300))
    if not rows:
        click.echo("no schedules here; add one with `gameday schedule add`", err=True)


def rule(schedule: Schedule) -> str:
    """When, in a few words."""
    when = schedule.when
    if when.surprise is not None:
        span = " ".join(f"{word} {day}" for word, day in (("from", when.surprise.first), ("to", when.surprise.last)) if day)
        return f"a surprise {f'each {when.surprise.each} ' if when.surprise.each else ''}{span}".rstrip()
    if when.once is not None:
        return f"once, {when.once:%Y-%m-%d %H:%M}"
    return f"cron {when.cron}" if when.cron else f"rrule {when.rrule} from {when.start:%Y-%m-%d %H:%M}"
