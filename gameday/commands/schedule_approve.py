"""`gameday schedule approve`: say yes to a slot."""

from __future__ import annotations

from datetime import timedelta

import click

from gameday.commands.scheduling import local, planning
from gameday.commands.slot_arguments import BY, MOMENT, moment_of
from gameday.errors import InvalidInput, Refused
from gameday.server.store_place import workspace_store


@click.command()
@click.argument("name")
@MOMENT
@BY
def command(name: str, moment: str, by: str) -> None:
    """Say yes to one slot of a schedule with `approval`, by its moment in UTC.

    Exit codes: 2 where there is no such slot, 3 where that person may not say so or it is too late.
    """
    plan = planning()
    schedule, at = plan.named(name), moment_of(moment)
    if schedule.approval is None:
        raise InvalidInput(f"{name} needs no yes")
    if next((s for s in plan.agenda.slots(at, at + timedelta(seconds=1)) if s.schedule == name), None) is None:
        following = plan.agenda.next_of(name, plan.now)
        there = f"; the next one is {following.key.partition('@')[2]}" if following and schedule.when.surprise is None else ""
        raise InvalidInput(f"{name} has no slot at {moment}{there}")
    if by not in schedule.approval.by:
        raise Refused(f"{by} may not say yes to {name}; {', '.join(schedule.approval.by)} may")
    latest = at - schedule.approval.ahead
    if plan.now > latest:
        raise Refused(f"a yes to {name} had to come before {local(latest, schedule)}")
    with workspace_store(plan.workspace.root) as database:
        from gameday.store.memory import Memory

        new = Memory(database).approve(name, at, by, plan.now)
    click.echo(f"{name}, {local(at, schedule)}: {by} {'says' if new else 'had said'} yes")
