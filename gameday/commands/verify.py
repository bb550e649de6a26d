"""`gameday verify`: is the record of a drill whole and unaltered? It says what it could not check, too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

from gameday.bundle.folder import Folder, find_drill
from gameday.bundle.timeline_file import read_timeline
from gameday.commands.reading import reports_folder
from gameday.errors import InvalidInput
from gameday.model.event import Raw
from gameday.model.safe_text import safe
from gameday.model.timeline import Timeline


@dataclass
class _Found:
    """Mistakes, and what nothing vouches for."""

    wrong: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    evidence: int = 0
    """Lines of evidence that are as recorded."""


@click.command()
@click.argument("drill", default="last")
def command(drill: str) -> None:
    """Check the hash chain of DRILL's timeline, its length, and what the timeline vouches for: evidence, plan, ledger, the review's head.

    Exit codes: 2 where something is not as it was, else 0; what nothing vouches for is named as not checked.
    """
    folder = find_drill(reports_folder(), drill)
    timeline, head = read_timeline(folder.timeline)
    found = _Found()
    found.wrong += _chain(timeline)
    _evidence(found, folder, timeline)
    _record(found, folder, timeline)
    _review(found, folder, head)
    for what in found.unchecked:
        click.echo(safe(f"not checked: {what}", 400), err=bool(found.wrong))
    if found.wrong:
        raise InvalidInput(*(f"{folder.id}: {w}" for w in found.wrong))
    click.echo(f"{len(timeline)} events, chain whole, {found.evidence} lines of evidence as recorded")
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


def _evidence(found: _Found, folder: Folder, timeline: Timeline) -> None:
    """Each pointer leads to a line with the hash that was recorded; other lines and files have no hash anywhere."""
    known: dict[str, dict[int, tuple[Raw, int]]] = {}
    for event in timeline:
        if event.raw is not None:
            known.setdefault(event.raw.file, {}).setdefault(event.raw.line, (event.raw, event.seq))
    for file, pointers in known.items():
        lines = _lines(folder, file)
        for number, (raw, seq) in pointers.items():
            held = lines[number - 1 : number]
            if not held or hashlib.sha256(held[0]).hexdigest() != raw.sha256:
                found.wrong.append(f"evidence/{file}:{number} is not what event {seq} recorded")
                break
            found.evidence += 1
        loose = [n for n, line in enumerate(lines, 1) if n not in pointers and line]
        if loose:
            places = ", ".join(str(n) for n in loose[:5]) + (", …" if loose[5:] else "")
            found.unchecked.append(f"evidence/{file}: {len(loose)} line(s) that no event points to ({places})")
    others = sorted(p.name for p in folder.evidence.iterdir() if p.name not in known) if folder.evidence.is_dir() else []
    if others:
        found.unchecked.append(f"evidence/ {', '.join(others)}: no event points there")


def _lines(folder: Folder, file: str) -> list[bytes]:
    """Nothing where the name leads out of the folder, or to nothing that can be read."""
    path: Path = folder.evidence / file
    try:
        inside = path.resolve().parent == folder.evidence.resolve()
        return path.read_bytes().split(b"\n") if inside and path.is_file() else []
    except (OSError, RuntimeError):
        return []


def _record(found: _Found, folder: Folder, timeline: Timeline) -> None:
    """The plan is the one that the drill began with; the ledger knows at least what the timeline knows."""
    try:
        record = folder.record()
    except InvalidInput as wrong:
        found.wrong.append(str(wrong))
        found.unchecked.append("ledger.jsonl, which is read by the plan")
        return
    found.wrong += (hole for hole in record.damage if hole != timeline.damage)
    started = timeline.first("drill.started")
    if started is None:
        found.unchecked.append("plan.json, as the timeline does not tell its hash")
    elif started.text("plan") != record.plan.hash:
        found.wrong.append(
            f"plan.json has the hash {record.plan.hash[:12] or 'of no plan'}, and the drill began with {started.text('plan')[:12]}"
        )


def _review(found: _Found, folder: Folder, head: str) -> None:
    try:
        said = json.loads(folder.review.read_bytes())["timeline_head"]
    except FileNotFoundError:
        found.unchecked.append("review.json, which is missing; `gameday review` makes it")
        return
    except OSError as error:
        found.wrong.append(f"review.json cannot be read: {error.strerror}")
        return
    except (ValueError, KeyError, TypeError, RecursionError):
        found.wrong.append("review.json is not a review; `gameday review` makes it anew")
        return
    if not said:
        found.unchecked.append("review.json, which does not tell of which timeline it was made")
    elif said != head:
        found.wrong.append("review.json was made of another timeline; `gameday review` makes it anew")
