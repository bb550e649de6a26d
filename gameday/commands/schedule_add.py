"""`gameday schedule add`: write `schedules/NAME.yaml`, and say what it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import click

from gameday.commands.schedule_list import rule
from gameday.commands.scheduling import AHEAD, local, now, refuse_two_at_once
from gameday.commands.serving import schedule_reader
from gameday.errors import InvalidInput, Missing
from gameday.load.quoting import shown
from gameday.load.workspace import find_workspace
from gameday.model.local_time import zone_of
from gameday.model.safe_text import safe
from gameday.model.schedule import WEEKDAYS, Schedule
from gameday.model.slot import Slot
from gameday.schedule.agenda import Agenda

_FAR, _MANY = timedelta(days=366 * 50), 10_000
"""How far, and at how many occasions, is looked for a slot."""
_HOURS = re.compile(r"(?P<days>[a-z]{3}(?:[-,][a-z]{3})*)\s+(?P<from>\d{1,2}:\d{2})-(?P<to>\d{1,2}:\d{2})")


@click.command()
@click.argument("name")
@click.option("--scenario", required=True, help="The scenario's file, from the root of the workspace.")
@click.option("--title", help="One line that gives nothing away: participants read it.  [default: made of the name]")
@click.option("--once", metavar="MOMENT", help='Once: "2026-12-01 10:00".')
@click.option("--cron", metavar="RULE", help='By five fields: "0 10 * * TUE#2".')
@click.option("--rrule", metavar="RULE", help='By a rule of iCalendar: "FREQ=MONTHLY;BYDAY=1TU".')
@click.option("--start", metavar="MOMENT", help="With --rrule: its first moment.")
@click.option("--surprise", metavar="WINDOW", help='Drawn and sealed: week, month, quarter, or "2026-12-01..2026-12-18".')
@click.option("--zone", default="UTC", show_default=True, help="The IANA time zone of all times.")
@click.option("--length", default="1h", show_default=True, help="How long people are kept.")
@click.option("--hours", metavar="HOURS", help='Only then: "mon-fri 09:00-17:00".')
@click.option("--holidays", multiple=True, metavar="FILE", help="An iCalendar file with days off.")
@click.option("--freezes", multiple=True, metavar="FILE", help="An iCalendar file with freezes.")
@click.option("--facilitator", "facilitators", multiple=True, metavar="WHO", help="Who may run it; they take turns.")
@click.option("--responder", "responders", multiple=True, metavar="WHO", help="Who may respond; they take turns.")
@click.option("--seats", type=int, default=1, show_default=True, help="How many responders each time.")
@click.option("--bar", "barred", multiple=True, metavar="WHO=REASON", help="Who sits it out, and why.")
@click.option("--objective", "objectives", multiple=True, help="What is to be learnt.")
@click.option("--prerequisite", "prerequisites", multiple=True, help="What has to be true before.")
@click.option("--approval", multiple=True, metavar="WHO", help="Who has to say yes to each slot.")
@click.option("--if-missed", type=click.Choice(["skip", "catch_up", "ask"]), default="skip", show_default=True)
def command(name: str, **given: Any) -> None:
    """Write schedules/NAME.yaml from these options, check it, and tell its first slots. Nothing is overwritten.

    Participants read name and title: a warning says where these tell what breaks.

    Exit codes: 2 where something is wrong, and then nothing is written; 6 where the folder cannot be written.
    """
    workspace = find_workspace(Path.cwd())
    if "/" in name:
        raise InvalidInput(f'"{safe(name, 60)}" is a path; a schedule has a name, such as checkout-monthly, and lies in schedules/')
    path = workspace.root / "schedules" / f"{name}.yaml"
    if path.exists():
        raise InvalidInput(f"{shown(path)} is there already; edit it, or choose another name")
    text = written(name, given)
    reading = schedule_reader(workspace)
    schedule = reading.read(path, text)
    agenda, at = Agenda([schedule], reading.calendars), now()
    _refuse_what_never_fires(agenda, schedule, at)
    refuse_two_at_once(reading, schedule)
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Missing(f"{shown(path)} cannot be written: {error.strerror or error}") from error
    click.echo(safe(f"wrote {shown(path)}"))
    if words := _gives_away(schedule):
        said = f"{schedule.name}, {schedule.title}: participants read both, and `{'`, `'.join(words)}` tells what breaks"
        click.echo(safe(f"warning: {said}; choose another name, and say with --title what everybody may know", 500), err=True)
    first = [o for o in islice(agenda.occasions(at, at + AHEAD), 12) if isinstance(o, Slot)][:3]
    for slot in first:
        click.echo(f"  {local(slot.moment, schedule)}")
    if schedule.when.surprise is not None:
        click.echo("its moments are drawn and sealed; `gameday schedule next --reveal` is for facilitators")
    elif not first:
        click.echo("it has no slot within a year")


def _gives_away(schedule: Schedule) -> Sequence[str]:
    """Words of the name and the title that the scenario's file or its faults have too, in order; not those of the service."""
    told = _words(Path(schedule.scenario).stem, *schedule.faults) - _words(schedule.service)
    return sorted(told & _words(schedule.name, schedule.title))


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in re.findall(r"[a-z0-9]{3,}", text.lower())}


def _refuse_what_never_fires(agenda: Agenda, schedule: Schedule, at: datetime) -> None:
    """A file that was good once may stay; nobody means to write one whose last moment is past, or withheld."""
    if schedule.when.surprise is not None:
        last, drawn = schedule.when.surprise.last, agenda.draw(at, at + AHEAD, lambda: "whether there is room")
        if last is not None and last < at.astimezone(zone_of(schedule.zone)).date():
            raise InvalidInput(f"--surprise: its window ended on {last}, which is past; it never fires")
        if drawn.without_room and not drawn.seals:
            raise InvalidInput(f"--surprise: {drawn.without_room[0].why}, and no other window within a year has any; it never fires")
        return
    withheld = None
    for occasion in islice(agenda.occasions(at, at + _FAR), _MANY):
        if isinstance(occasion, Slot):
            return
        withheld = withheld or occasion
    why = f"all that is to come is withheld: {withheld.why}" if withheld else "all its moments are past"
    raise InvalidInput(f"{rule(schedule)}, {schedule.zone}: {why}; it never fires")


def written(name: str, given: dict[str, Any]) -> str:
    """The file for these options."""
    import yaml

    said: dict[str, Any] = {
        "title": given["title"] or f"Practice: {name.replace('-', ' ')}",
        "scenario": given["scenario"],
        "zone": given["zone"],
    }
    when = {key: given[key] for key in ("once", "cron", "rrule", "start") if given[key] is not None}
    if given["surprise"] is not None:
        when["surprise"] = _window(given["surprise"])
    said |= {"when": when, "length": given["length"]}
    if given["hours"] is not None:
        said["hours"] = _hours(given["hours"])
    said |= {key: list(given[key]) for key in ("holidays", "freezes") if given[key]}
    roles: dict[str, Any] = {"facilitator": {"from": list(given["facilitators"])}} if given["facilitators"] else {}
    if given["responders"]:
        roles["responder"] = {"from": list(given["responders"]), "seats": given["seats"]}
    if roles:
        said["roles"] = roles
    if given["barred"]:
        said["barred"] = dict(_barred(text) for text in given["barred"])
    said |= {key: list(given[key]) for key in ("objectives", "prerequisites") if given[key]}
    if given["approval"]:
        said["approval"] = {"by": list(given["approval"])}
    said["if_missed"] = given["if_missed"]
    return str(yaml.safe_dump(said, sort_keys=False, default_flow_style=None, width=120, allow_unicode=True))


def _window(text: str) -> dict[str, str]:
    if ".." in text:
        first, _, last = text.partition("..")
        return {"first": first.strip(), "last": last.strip()}
    return {"each": text}


def _hours(text: str) -> dict[str, Any]:
    if not (found := _HOURS.fullmatch(text.strip().lower())):
        raise InvalidInput(f'--hours "{safe(text, 60)}": write days and times, as in "mon-fri 09:00-17:00" or "tue,thu 13:00-16:00"')
    days: list[str] = []
    for part in found["days"].split(","):
        first, _, last = part.partition("-")
        if wrong := [d for d in (first, last) if d and d not in WEEKDAYS]:
            raise InvalidInput(f'--hours "{safe(text, 60)}": "{wrong[0]}" is no day; write {", ".join(WEEKDAYS)}')
        begin, end = (WEEKDAYS.index(d) for d in (first, last or first))
        days += [WEEKDAYS[n % 7] for n in range(begin, end + 1 if end >= begin else end + 8)]
    return {"days": days, "from": found["from"], "to": found["to"]}


def _barred(text: str) -> tuple[str, str]:
    who, equals, why = text.partition("=")
    if not equals:
        raise InvalidInput(f'--bar "{safe(text, 60)}": write WHO=REASON')
    return who, why
