"""`gameday schedule due`: whether a slot is due now, for schedulers of others."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import click

from gameday.commands.scheduling import Planning, local, planned
from gameday.errors import InvalidInput, Missing
from gameday.model.duration import parse_duration
from gameday.model.safe_text import safe
from gameday.model.schedule import Schedule
from gameday.model.slot import Slot, Withheld
from gameday.schedule.approval import not_approved
from gameday.server.store_place import workspace_store


@click.command()
@click.argument("name")
@click.argument("program", nargs=-1, type=click.UNPROCESSED)
@click.option("--within", help="A slot counts as due for so long.  [default: the schedule's grace]")
def command(name: str, program: tuple[str, ...], within: str | None) -> int:
    """Whether a slot of a schedule is due now. Writes nothing down: `gameday serve` does that.

    With `-- PROGRAM …` it becomes that program where a slot is due, and succeeds without doing anything where none is.

    Exit codes: 0 one is due, 3 none is, with the reason: a freeze, a holiday, the hour, a pause, a yes that nobody gave,
    or the time itself. With a program: 0 where none is due, else the program's own. 6 where a yes is needed and the store is missing.
    """
    plan = planned()
    schedule = plan.named(name)
    try:
        span = parse_duration(within) if within else schedule.grace
    except ValueError as wrong:
        raise InvalidInput(f"--within: {wrong}") from None
    if schedule.when.surprise is not None:
        raise InvalidInput(f"{name} is a surprise; `gameday serve` alone knows when it is due")
    if (why := _not_due(plan, schedule, span)) is not None:
        click.echo(safe(f"not due: {why}"), err=True)
        return 0 if program else 3
    click.echo(safe(f"{name} is due"), err=bool(program))
    if not program:
        return 0
    sys.stderr.flush()
    try:
        os.execvp(program[0], program)  # noqa: S606  # the user's own program, with its arguments
    except OSError as error:
        raise Missing(f"{safe(program[0], 100)} cannot be started: {error.strerror}") from error


def _not_due(plan: Planning, schedule: Schedule, span: timedelta) -> str | None:
    if schedule.paused is not None:
        return f"paused, {schedule.paused}"
    lately = plan.agenda.occasions(plan.now - span, plan.now + timedelta(seconds=1))
    hindered = [_hindered(plan, schedule, o) for o in lately if o.schedule == schedule.name]
    if not hindered:
        following = plan.agenda.next_of(schedule.name, plan.now)
        return f"the next slot is {local(following.moment, schedule)}" if following else "no slot to come"
    return None if None in hindered else hindered[-1]


def _hindered(plan: Planning, schedule: Schedule, occasion: Slot | Withheld) -> str | None:
    if isinstance(occasion, Withheld):
        return f"withheld, {occasion.why}"
    if schedule.approval is None:
        return None
    # Raises Missing where there is no store: then nobody can have said yes.
    with workspace_store(plan.workspace.root) as database:
        from gameday.store.memory import Memory

        return not_approved(schedule, occasion.moment, Memory(database).approvals(schedule.name, occasion.moment))
