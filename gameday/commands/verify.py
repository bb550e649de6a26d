"""`gameday verify`: is the record of a drill whole and unaltered?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import click

from gameday.bundle.folder import Folder, find_drill
from gameday.bundle.timeline_file import read_timeline
from gameday.commands.reading import reports_folder
from gameday.errors import InvalidInput
from gameday.model.timeline import Timeline


@click.command()
@click.argument("drill", default="last")
def command(drill: str) -> None:
    """Check the hash chain of DRILL's timeline, its length, its evidence and the head in its review."""
    folder = find_drill(reports_folder(), drill)
    timeline, head = read_timeline(folder.timeline)
    wrong = [*_chain(timeline), *_evidence(folder, timeline), *_review(folder, head)]
    if wrong:
        raise InvalidInput(*(f"{folder.id}: {w}" for w in wrong))
    click.echo(f"{len(timeline)} events, chain whole, evidence as recorded")
    click.echo(f"head {head}")


def _chain(timeline: Timeline) -> Iterator[str]:
    if timeline.damage:
        yield timeline.damage
        return
    closed = timeline.first("drill.closed")
    if closed is None:
        yield "the timeline has no end: the drill's process died; what is there is whole"
    elif closed.data.get("events") != closed.seq - 1 or timeline.events[-1] is not closed:
        yield f"the timeline says {closed.text('events')} events before its end and holds {closed.seq - 1}"


def _evidence(folder: Folder, timeline: Timeline) -> Iterator[str]:
    """Each pointer leads to a line with the hash that was recorded."""
    lines: dict[str, list[bytes]] = {}
    for event in timeline:
        raw = event.raw
        if raw is None:
            continue
        if raw.file not in lines:
            path = folder.evidence / raw.file
            inside = path.resolve().parent == folder.evidence.resolve()
            lines[raw.file] = path.read_bytes().split(b"\n") if inside and path.is_file() else []
        held = lines[raw.file][raw.line - 1 : raw.line]
        if not held or hashlib.sha256(held[0]).hexdigest() != raw.sha256:
            yield f"evidence/{raw.file}:{raw.line} is not what event {event.seq} recorded"
            return


def _review(folder: Folder, head: str) -> Iterator[str]:
    try:
        said = json.loads(folder.review.read_bytes()).get("timeline_head")
    except (OSError, ValueError, AttributeError):
        return
    if said and said != head:
        yield "review.json was made of another timeline; `gameday review` makes it anew"
