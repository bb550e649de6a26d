"""`gameday schedule feed`: calendars to subscribe to, and invitations to send."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import click

from gameday.commands.options import OUTPUT
from gameday.commands.own_files import refuse_files_of_others
from gameday.commands.scheduling import AHEAD, Planning, kept_since, planning
from gameday.errors import Missing
from gameday.load.quoting import shown
from gameday.model.safe_text import safe
from gameday.model.slot import Slot
from gameday.schedule.events import Audience, Published, events, publish
from gameday.schedule.rotation import Rosters

AUDIENCES: tuple[Audience, ...] = ("participants", "facilitators")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--for", "audience", type=click.Choice(["both", *AUDIENCES]), default="both", show_default=True)
@OUTPUT
def command(folder: Path, audience: str, output: str) -> None:
    """Write FOLDER/participants.ics and FOLDER/facilitators.ics, a year of events each, and what has to be sent.

    Participants see neither fault nor the moment of a surprise. What changed since the last time is a file of its own in
    FOLDER/to-send/: a request, or a cancellation. An event keeps its UID when it is moved, and its SEQUENCE grows.
    """
    from gameday.schedule.ics import PRODUCT

    plan = planning()
    rosters = _with_those_that_run(plan, plan.rosters())
    wanted = AUDIENCES if audience == "both" else tuple(a for a in AUDIENCES if a == audience)
    refuse_files_of_others([folder / f"{each}.ics" for each in wanted], PRODUCT)
    written = {each: _write(plan, rosters, each, folder) for each in wanted}
    if output == "json":
        click.echo(
            json.dumps({"feeds": [{"for": a, "events": len(all_), "to_send": sent} for a, (all_, sent) in written.items()]}, indent=2)
        )
        return
    for each, (published, sent) in written.items():
        there = sum(1 for one in published if one.event is not None)
        click.echo(safe(f"{shown(folder / f'{each}.ics')}: {there} event{'s' * (there != 1)}, {len(sent)} to send"))


def _with_those_that_run(plan: Planning, to_come: Rosters) -> Rosters:
    """Drills that have begun are still shown; who takes part in them is settled."""
    longest = max((s.length for s in plan.agenda.schedules.values()), default=timedelta())
    running = {
        Slot(schedule=name, moment=moment, ends=moment).key: {role: tuple(people) for role, people in roster.items()}
        for name, moment, roster in plan.memory.took_part(plan.now - longest)
    }
    return Rosters({**running, **to_come.of})


def _write(plan: Planning, rosters: Rosters, audience: Audience, folder: Path) -> tuple[list[Published], list[str]]:
    from gameday.schedule.ics import feed, invitation

    shown_events = events(plan.agenda, rosters, plan.now, plan.now + AHEAD, audience)
    published = list(publish(plan.memory.invitations(), shown_events, audience, plan.now))
    sent = []
    try:
        (folder / "to-send").mkdir(parents=True, exist_ok=True)
        for one in published:
            if one.is_new:
                name = _file_name(one, audience)
                _replace(folder / "to-send" / name, invitation(one, plan.now), audience)
                sent.append(f"to-send/{name}")
        _replace(folder / f"{audience}.ics", feed(published, audience, plan.now), audience)
    except OSError as error:
        raise Missing(f"{shown(folder)} cannot be written: {error.strerror or error}") from error
    # Remembered last: where this fails, the same files are written again, with the same numbers.
    plan.memory.keep_invitations([one.invitation for one in published])
    plan.memory.forget_invitations(kept_since(plan))
    return published, sent


def _file_name(one: Published, audience: Audience) -> str:
    """Named after what it is about, not after when it begins: a list of files must not give a surprise away."""
    what = "cancelled" if one.event is None else "invited"
    return f"{audience}-{one.invitation.schedule}-{one.invitation.occasion:%Y%m%dT%H%MZ}-{one.invitation.uid[:8]}-{one.invitation.sequence}-{what}.ics"


def _replace(path: Path, data: bytes, audience: Audience) -> None:
    """Readers see the old feed or the new one. What facilitators know is for this user alone."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    mode = 0o600 if audience == "facilitators" else 0o644
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode), "wb") as file:
        file.write(data)
    beside.chmod(mode)
    os.replace(beside, path)
