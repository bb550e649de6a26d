"""`gameday schedule due`: whether a slot is due now, for schedulers of others."""

from __future__ import annotations

from datetime import timedelta

import click

from gameday.commands.scheduling import local, planned
from gameday.errors import InvalidInput
from gameday.model.duration import parse_duration
from gameday.model.safe_text import safe
from gameday.model.slot import Withheld


@click.command()
@click.argument("name")
@click.option("--within", help="A slot counts as due for so long.  [default: the schedule's grace]")
def command(name: str, within: str | None) -> int:
    """Whether a slot of a schedule is due now. Writes nothing down: `gameday serve` does that.

    Exit codes: 0 one is due, 3 none is, with the reason: a freeze, a holiday, the hour, a pause, or the time itself.
    """
    plan = planned()
    schedule = plan.named(name)
    try:
        span = parse_duration(within) if within else schedule.grace
    except ValueError as wrong:
        raise InvalidInput(f"--within: {wrong}") from None
    if schedule.when.surprise is not None:
        raise InvalidInput(f"{name} is a surprise; `gameday serve` alone knows when it is due")
    lately = plan.agenda.occasions(plan.now - span, plan.now + timedelta(seconds=1))
    found = next((o for o in lately if o.schedule == name), None)
    if schedule.paused is not None:
        click.echo(safe(f"not due: paused, {schedule.paused}"), err=True)
        return 3
    if found is None:
        upcoming = plan.agenda.next_of(name, plan.now)
        said = f"not due; the next slot is {local(upcoming.moment, schedule)}" if upcoming else "not due, and no slot to come"
        click.echo(safe(said), err=True)
        return 3
    if isinstance(found, Withheld):
        click.echo(safe(f"not due: withheld, {found.why}"), err=True)
        return 3
    click.echo(safe(f"{found.key} is due"))
    return 0
