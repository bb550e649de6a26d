"""`gameday schedule show`: everything about one schedule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

import click

from gameday.commands.options import OUTPUT
from gameday.commands.schedule_list import rule
from gameday.commands.scheduling import AHEAD, Planning, local, planning, utc
from gameday.model.duration import format_duration
from gameday.model.safe_text import safe
from gameday.model.schedule import Schedule
from gameday.model.slot import Seal


@click.command()
@click.argument("name")
@click.option("--reveal", is_flag=True, help="Facilitators: show the moments of surprises, and the salt that proves them.")
@OUTPUT
def command(name: str, reveal: bool, output: str) -> None:
    """When, with whom, how long, what is to be learnt, the next slots, and the seals of a surprise.

    A seal's hash is sha256 of `schedule|opens|closes|moment|salt`. Once its window is over, moment and salt are shown to everybody
    for a year, so that all can see that nothing was moved.
    """
    plan = planning()
    schedule = plan.named(name)
    seals = [s for s in plan.agenda.seals if s.schedule == name and s.closes > plan.now - AHEAD]
    if output == "json":
        said = schedule.model_dump(mode="json", exclude_none=True, exclude_defaults=True, by_alias=True)
        said |= {
            "rule": rule(schedule),
            "next": [utc(m) for m in _next(plan, name)],
            "seals": [_seal(s, reveal or s.closes <= plan.now) for s in seals],
        }
        click.echo(json.dumps(said, indent=2))
        return
    for line in (
        *_lines(schedule),
        *(f"  {local(m, schedule)}" for m in _next(plan, name)),
        *_seal_lines(seals, schedule, plan.now, reveal),
    ):
        click.echo(safe(line, 500))


def _next(plan: Planning, name: str) -> list[datetime]:
    slots = plan.agenda.without_seals().slots(plan.now, plan.now + AHEAD)
    return [s.moment for s in islice((s for s in slots if s.schedule == name), 5)]


def _lines(schedule: Schedule) -> Iterator[str]:
    yield f"{schedule.name}: {schedule.title}"
    yield f"scenario    {schedule.scenario} ({schedule.service}, in {schedule.environment}): {', '.join(schedule.faults)}"
    yield f"when        {rule(schedule)}, {schedule.zone}, {format_duration(schedule.length)}"
    if hours := schedule.open_hours:
        yield f"hours       {', '.join(hours.days)} {hours.from_:%H:%M} to {hours.to:%H:%M}"
    if closed := (*schedule.freezes, *schedule.holidays):
        yield f"never in    {', '.join(closed)}"
    for role, those in schedule.roles.items():
        yield f"{role:11} {those.seats} of {', '.join(those.from_)}"
    for person, why in schedule.barred.items():
        yield f"sits out    {person}: {why}"
    yield from (f"objective   {text}" for text in schedule.objectives)
    yield from (f"before      {text}" for text in schedule.prerequisites)
    if schedule.approval:
        yield f"approval    {' or '.join(schedule.approval.by)}, {format_duration(schedule.approval.ahead)} ahead"
    yield f"if missed   {schedule.if_missed.replace('_', ' ')}; late by at most {format_duration(schedule.grace)}"
    if schedule.paused:
        yield f"paused      {schedule.paused}"


def _seal_lines(seals: list[Seal], schedule: Schedule, now: datetime, reveal: bool) -> Iterator[str]:
    for seal in seals:
        yield f"  sealed {local(seal.opens, schedule)} to {local(seal.closes, schedule)}: sha256 {seal.commitment}"
        if reveal or seal.closes <= now:
            yield f"    drawn: {local(seal.moment, schedule)}, {utc(seal.moment)}, salt {seal.salt}"


def _seal(seal: Seal, reveal: bool) -> dict[str, object]:
    sealed: dict[str, object] = {"opens": utc(seal.opens), "closes": utc(seal.closes), "turn": seal.turn, "commitment": seal.commitment}
    return sealed | ({"moment": utc(seal.moment), "salt": seal.salt} if reveal else {})
