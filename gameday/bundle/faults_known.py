"""The faults of a drill as its record knows them: by the ledger, and by the timeline where the ledger was lost or torn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from gameday.model.event import Event
from gameday.model.plan import Plan
from gameday.model.record import FaultRecord
from gameday.model.timeline import Timeline
from gameday.undo.ledger import OpenFault


def faults_known(told: Sequence[OpenFault], timeline: Timeline, plan: Plan) -> tuple[tuple[FaultRecord, ...], tuple[str, ...]]:
    """Every fault, and a sentence for each of which the timeline knows more than the ledger, which is written first."""
    by_ledger = {f.id: _of_ledger(f) for f in told}
    by_timeline = _of_timeline(timeline, plan)
    damage = []
    for fault, seen in by_timeline.items():
        if fault not in by_ledger:
            damage.append(f"ledger.jsonl does not have {fault} ({seen.fault} on {seen.target}), which the timeline has")
            by_ledger[fault] = seen
        elif seen.removed and not by_ledger[fault].removed:
            damage.append(f"ledger.jsonl does not have the undo of {fault}, which the timeline has")
            by_ledger[fault] = replace(
                by_ledger[fault], state=seen.state, ended_at=seen.ended_at, undone_by=seen.undone_by, detail=seen.detail
            )
    return tuple(by_ledger.values()), tuple(damage)


def _of_ledger(fault: OpenFault) -> FaultRecord:
    """Undoing that never ended is unknown, and counts as still there."""
    return FaultRecord(
        id=fault.id,
        fault=fault.fault,
        target=fault.target,
        state="unknown" if fault.state == "undoing" else fault.state,
        intended_at=_time(fault.intended_at) or datetime.now(UTC),
        armed_at=_time(fault.armed_at),
        ended_at=_time(fault.ended_at),
        undone_by=fault.by if fault.ended else "",
        detail=fault.detail,
    )


def _of_timeline(timeline: Timeline, plan: Plan) -> dict[str, FaultRecord]:
    """What was injected, as the events of its faults say in their order."""
    found: dict[str, FaultRecord] = {}
    planned = {f.id: f for f in plan.faults}
    for event in timeline:
        fault = event.subject.name
        if event.kind in ("fault.injecting", "fault.armed") and fault not in found:
            known = planned.get(fault)
            name, target = (
                event.text("name") or (known.fault if known else ""),
                event.text("target") or (known.target.service if known else ""),
            )
            found[fault] = FaultRecord(id=fault, fault=name, target=target, state="intended", intended_at=event.at)
        if fault in found:
            found[fault] = _advanced(found[fault], event)
    return found


def _advanced(fault: FaultRecord, event: Event) -> FaultRecord:
    if fault.removed:
        return fault
    match event.kind:
        case "fault.armed":
            return replace(fault, state="armed", armed_at=event.at)
        case "fault.undone":
            return replace(fault, state="undone", ended_at=event.at, undone_by=event.text("by"), detail=event.text("detail"))
        case "fault.undo_failed":
            return replace(fault, state="undo_failed", detail=event.text("why"))
    return fault


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
