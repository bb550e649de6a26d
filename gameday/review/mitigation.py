"""What people did that could end the impact, and whether it was the injector after all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from gameday.model.drill import Moment
from gameday.model.event import Event
from gameday.model.record import FaultRecord, Record
from gameday.model.runbook import Runbook
from gameday.model.timeline import Timeline
from gameday.review.traces import by_people, find

DOCKER_DEEDS = frozenset({"start", "stop", "restart", "kill", "unpause", "pause", "update", "rename", "destroy", "create"})
"""Docker's actions that are somebody's doing; `die` or `oom` happen by themselves."""
TALK = re.compile(r"/(status|inbox|ack)\b|\bgameday\s+(ack|declare|severity|role|log|update|step|resolve)\b")
"""Commands that tell somebody something and change no system."""


def deeds(timeline: Timeline, since: datetime, until: datetime) -> tuple[Event, ...]:
    """Everything that people changed: commands, containers, flags, releases. Looking and telling are left out."""
    changed = timeline.of("action.mutate", "change.flag", "change.deploy", "change.config", "change.revert", since=since, until=until)
    return tuple(e for e in by_people(changed) if _is_deed(e))


def _is_deed(event: Event) -> bool:
    if event.source == "docker":
        return event.text("action") in DOCKER_DEEDS
    if event.source == "shell":
        return TALK.search(event.text("command")) is None and event.data.get("exit") in (0, None)
    return True


def first_mitigation(timeline: Timeline, runbook: Runbook | None, since: datetime, until: datetime) -> Moment | None:
    """The first documented mitigation, or the first deed of any kind, whichever came first."""
    acts = list(deeds(timeline, since, until))
    if runbook is not None:
        seen = by_people(_during(timeline, since, until))
        documented = [find(s.evidence, seen) for s in runbook.steps if s.kind == "mitigate" and s.evidence is not None]
        acts += [events[-1] for events in documented if events]
    first = min(acts, key=lambda e: (e.at, e.seq), default=None)
    return Moment(first.at, first.id) if first else None


def _during(timeline: Timeline, since: datetime, until: datetime) -> Sequence[Event]:
    return sorted((e for e in timeline if since <= e.at <= until), key=lambda e: (e.at, e.seq))


def injector_ended(record: Record) -> Moment | None:
    """When the last fault began to be taken back by the drill; None while one is there, or was never armed."""
    ends = [_taken_back(record, fault) for fault in record.faults if fault.state != "lost"]
    known = [e for e in ends if e is not None]
    return max(known, key=lambda m: m.at, default=None) if len(known) == len(ends) else None


def recovered_by_injector(record: Record, over: Moment | None) -> Moment | None:
    """The taking back of a fault that ended the impact; None where users were served again without it.

    With several faults, one that was taken back before users were served explains it, unless people changed something
    after that while another fault was still there.
    """
    if over is None:
        return injector_ended(record)
    ends = {f.id: _taken_back(record, f) for f in record.faults if f.state != "lost"}
    before = [e for e in ends.values() if e is not None and e.at < over.at]
    last = max(before, key=lambda m: m.at, default=None)
    if last is None or (len(before) < len(ends) and deeds(record.timeline, last.at, over.at)):
        return None
    return last


def _taken_back(record: Record, fault: FaultRecord) -> Moment | None:
    """When the drill began to put a fault back; None while it is there.

    A fault that people's own doing removed (`lost`: the target is gone, or was put back already) has no such moment.
    """
    events = record.timeline.of("fault.released", "fault.undone", "fault.undo_failed", name=fault.id)
    if events:
        return Moment(events[0].at, events[0].id)
    return Moment(fault.ended_at, "") if fault.ended_at is not None else None
