"""`gameday schedule export`: the same times for schedulers of others."""

from __future__ import annotations

from pathlib import Path

import click

from gameday.commands.own_files import refuse_files_of_others
from gameday.commands.scheduling import now, planned
from gameday.errors import InvalidInput, Missing
from gameday.load.quoting import shown
from gameday.model.local_time import zone_of
from gameday.model.safe_text import safe
from gameday.schedule.export import KINDS, MADE, Kind, Place, export
from gameday.schedule.firing import firings

_UTC_ONLY = ("github",)


@click.command()
@click.argument("name")
@click.option("--to", "kind", type=click.Choice(KINDS), required=True)
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="A folder to write files to; else they are printed.")
@click.option("--folder", help="Where the workspace is on the machine that runs it.  [default: here]")
@click.option("--clock", default="UTC", show_default=True, help="The zone of that machine's clock; Debian's cron knows no other.")
@click.option("--image", default="gameday:latest", show_default=True, help="Kubernetes: an image with gameday and the workspace.")
def command(name: str, kind: Kind, into: Path | None, folder: str | None, clock: str, image: str) -> None:
    """A schedule for cron, systemd timers, GitHub Actions or a Kubernetes CronJob.

    These know neither freezes nor every rule, so each firing asks `gameday schedule due` first. A surprise is not
    exported: its moment would stand there to read. Exit codes: 2 also for a surprise, 6 where a file cannot be written.
    """
    plan = planned()
    schedule = plan.named(name)
    if kind in _UTC_ONLY and clock != "UTC":
        raise InvalidInput(f"--clock {safe(clock, 60)}: {kind} knows UTC alone; leave it out")
    try:
        zone = zone_of(clock)
    except ValueError as wrong:
        raise InvalidInput(f"--clock: {wrong}") from None
    found = firings(schedule, zone, now())
    if not found:
        raise InvalidInput(f"{name} has no slot to come; there is nothing to export")
    files = export(kind, schedule, found, Place(folder or str(plan.workspace.root), clock, image))
    if into is not None:
        refuse_files_of_others([into / file for file in files], MADE)
    for file, text in files.items():
        if into is None:
            click.echo(f"# --- {file}\n{text}" if len(files) > 1 else text, nl=False)
            continue
        try:
            into.mkdir(parents=True, exist_ok=True)
            (into / file).write_text(text, encoding="utf-8")
        except OSError as error:
            raise Missing(f"{shown(into / file)} cannot be written: {error.strerror or error}") from error
        click.echo(safe(f"wrote {shown(into / file)}"))
