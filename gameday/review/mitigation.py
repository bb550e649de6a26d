"""What people did that could end the impact, and whether it was the injector after all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gameday.model.drill import Moment
from gameday.model.event import Event
from gameday.model.record import FaultRecord, Record
from gameday.model.runbook import Runbook
from gameday.model.timeline import Timeline
from gameday.review.traces import by_people, find, parts_seen

DOCKER_DEEDS = frozenset({"start", "stop", "restart", "kill", "unpause", "pause", "update", "rename", "destroy", "create"})
"""Docker's actions that are somebody's doing; `die` or `oom` happen by themselves."""
TALK = re.compile(r"/(status|inbox|ack)\b|\bgameday\s+(ack|declare|severity|role|log|update|step|resolve)\b")
"""Commands that tell somebody something and change no system."""
SHOWS_WITHIN = timedelta(seconds=10)
"""A change that users feel so soon after is taken to be what they feel, whatever else was tried long before."""
AT_ONCE = timedelta(seconds=2)
"""So soon after a command come the traces that it leaves elsewhere; those of containers within SHOWS_WITHIN."""


@dataclass(frozen=True)
class Change:
    """A change that people made. `steps` are those of the page that it is evidence for; none: undocumented."""

    event: Event
    steps: tuple[str, ...] = ()


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


def done_at(event: Event) -> datetime:
    """When a deed was done: a command is dated by its beginning, and may take long."""
    took = event.data.get("ms") if event.source == "shell" else None
    return event.at + timedelta(milliseconds=took) if isinstance(took, int | float) else event.at


def changes(timeline: Timeline, runbook: Runbook | None, since: datetime, until: datetime) -> tuple[Change, ...]:
    """What people changed, by when it was done, each with the steps of the page that it belongs to."""
    seen = by_people(_during(timeline, since, until))
    steps: dict[str, list[str]] = {}
    acts = {e.id: e for e in deeds(timeline, since, until)}
    for step in runbook.steps if runbook else ():
        if step.evidence is None or step.kind == "communicate":
            continue
        for event in parts_seen(step.evidence, seen):
            steps.setdefault(event.id, []).append(step.id)
            if step.kind == "mitigate":
                acts[event.id] = event
    commands = [(e, steps[e.id]) for e in acts.values() if e.source == "shell" and e.id in steps]
    for event in (e for e in acts.values() if e.id not in steps):
        if (owner := next((found for command, found in commands if _follows(event, command)), None)) is not None:
            steps[event.id] = owner
    return tuple(Change(e, tuple(steps.get(e.id, ()))) for e in sorted(acts.values(), key=lambda e: (done_at(e), e.seq)))


def _follows(event: Event, command: Event) -> bool:
    """Whether this is what a command did, seen by another source."""
    patience = SHOWS_WITHIN if event.source == "docker" else AT_ONCE
    return event.source != command.source and command.at <= event.at <= done_at(command) + patience


def that_ended(impact: Sequence[Change], over: datetime) -> Change | None:
    """Which of the changes before `over` ended the impact; None where no trace explains it, or two explain it as well.

    What is documented and was done just before has it. Else the last one has it, unless it lies long back and something
    documented lies still further back: both may be slow.
    """
    if not impact:
        return None
    near = [c for c in impact if done_at(c.event) >= over - SHOWS_WITHIN]
    if documented := [c for c in near if c.steps]:
        return documented[-1]
    last = impact[-1]
    return last if near or last.steps or not any(c.steps for c in impact) else None


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


def injector_ended(record: Record, served: datetime | None) -> Moment | None:
    """When the last fault began to be taken back by the drill; None while one is there, or was never armed.

    A fault that came only after users were served again (`served`) has nothing to do with that.
    """
    ends = [_taken_back(record, fault) for fault in _to_blame(record, served)]
    known = [e for e in ends if e is not None]
    return max(known, key=lambda m: m.at, default=None) if len(known) == len(ends) else None


def recovered_by_injector(record: Record, began: datetime | None, served: datetime | None) -> Moment | None:
    """The taking back of a fault that ended an impact; None where users were served again without it.

    With several faults, one that was taken back between the beginning of the impact and its end explains it, unless people
    changed something after that while another fault was still there.
    """
    if served is None:
        return injector_ended(record, served)
    ends = [_taken_back(record, fault) for fault in _to_blame(record, served)]
    inside = [e for e in ends if e is not None and e.at < served and (began is None or e.at >= began)]
    last = max(inside, key=lambda m: m.at, default=None)
    others = any(e is None or e.at >= served for e in ends)
    if last is None or (others and deeds(record.timeline, last.at, served)):
        return None
    return last


def _to_blame(record: Record, served: datetime | None) -> list[FaultRecord]:
    """Faults that people did not remove, and that came before users were served again."""
    return [f for f in record.faults if f.state != "lost" and (served is None or f.intended_at <= served)]


def _taken_back(record: Record, fault: FaultRecord) -> Moment | None:
    """When the drill began to put a fault back; None while it is there.

    A fault that people's own doing removed (`lost`: the target is gone, or was put back already) has no such moment.
    """
    events = record.timeline.of("fault.released", "fault.undone", "fault.undo_failed", name=fault.id)
    if events:
        return Moment(events[0].at, events[0].id)
    return Moment(fault.ended_at, "") if fault.ended_at is not None else None
