"""`gameday schedule history`: what ran, what was missed, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click

from gameday.commands.scheduling import memory_of, now, utc
from gameday.load.workspace import find_workspace
from gameday.model.safe_text import safe
from gameday.model.slot import SlotRecord
from gameday.schedule.history import SHOWN, History, history, reasons, service_of


@click.command()
@click.argument("name", required=False)
@click.option("--months", type=click.IntRange(1, 1200), default=12, show_default=True, help="How far back.")
@click.option("-o", "--output", type=click.Choice(["text", "json", "svg", "html"]), default="text", show_default=True)
def command(name: str | None, months: int, output: str) -> None:
    """What became of past slots, by service and month, of all schedules or of one; also of those removed since.

    `-o svg` draws it: one picture that stands in a page or alone. `-o html` is a report with that picture. Exit codes: 2 where nothing is known by that name.
    """
    at = now()
    workspace = find_workspace(Path.cwd())
    records = [r for r in memory_of(workspace).records() if name in (None, r.schedule)]
    if name is not None and not records:
        from gameday.commands.schedule_resume import file_of

        file_of(name, workspace)
    since = at - timedelta(days=31 * months)
    found = history(records, since, at + timedelta(days=1))
    if output == "svg":
        from gameday.schedule.history_picture import picture

        click.echo(picture(found), nl=False)
    elif output == "html":
        from gameday.schedule.history_page import page

        click.echo(page(found, since, at), nl=False)
    elif output == "json":
        click.echo(json.dumps(_json(found), indent=2))
    else:
        for line in _text(found):
            click.echo(safe(line, 300).rstrip())
        if not found.records:
            click.echo("no slot was due so far", err=True)


def _text(found: History) -> Iterator[str]:
    width = max((len(s) for s in found.services), default=0)
    for month in found.months:
        for service in found.services:
            if (tally := found.at(service, month)).records:
                yield f"{month}  {service:{width}}  {tally.text()}"
    lost = [r for r in found.records if r.outcome in ("missed", "withheld")]
    if lost:
        yield ""
        yield "not run:"
    for record in lost:
        yield f"  {record.moment:%Y-%m-%d %H:%MZ}  {record.schedule}  {record.outcome}: {_why(record)}"
    if because := reasons(found):
        yield ""
        yield f"because: {', '.join(f'{cause} {count}' for cause, count in because)}"


def _why(record: SlotRecord) -> str:
    return record.why or (record.cause or "not said").replace("_", " ")


def _json(found: History) -> dict[str, object]:
    return {
        "months": [
            {"month": m, "service": s, **{o: t.count(o) for o in SHOWN}} for m in found.months for s in found.services if (t := found.at(s, m)).records
        ],
        "reasons": dict(reasons(found)),
        "slots": [
            {
                "key": r.key, "schedule": r.schedule, "service": service_of(r), "moment": utc(r.moment), "outcome": r.outcome, "cause": r.cause,
                "why": r.why, "drill": r.drill, "exit_code": r.exit_code, "roster": {role: list(people) for role, people in r.roster.items()},
            }
            for r in found.records
        ],
    }  # fmt: skip
