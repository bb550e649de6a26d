"""A drill told in a few lines, without Docker and without waiting: a perfect one, and what is changed in it.

    story("drop page.acked PaymentsErrorRate", "end 120s")

Times are seconds after the start; the fault is in effect at 10 s, users are hurt until 18 s, the drill ends at 60 s.

| line | does |
| --- | --- |
| `drop KIND NAME` | takes events out |
| `move KIND NAME by 12s` | moves them in time |
| `set KIND NAME key=value …` | changes fields; `name`, `labels.x` and `runbook_url` too |
| `add KIND NAME at 20s key=value …` | puts one in |
| `bad 10s to 40s` | when the canary's samples are bad |
| `bad again 20s to 22s` | when they are bad once more |
| `sample 62s takes 600ms` | how long one of them waits for its answer |
| `clock KIND NAME off by -30s` | a source whose own time is wrong |
| `blind SOURCE 12s to 20s` | a source that cannot be read |
| `end 120s` | when the drill ends |
| `runbook without SECTION` | a page that lacks a heading |
| `unsteady WHY` | the steady state is not met |
| `leave f1 undo_failed` | what the ledger says about a fault |
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from gameday.faults import FAULTS
from gameday.gaps import GAPS
from gameday.load.runbook import read_runbook
from gameday.load.scenario import read_scenario
from gameday.load.services import read_services
from gameday.model.event import Event
from gameday.model.plan import Plan, PlannedFault, Target
from gameday.model.record import FaultRecord, Record
from gameday.model.review import Review
from gameday.model.runbook import Runbook
from gameday.model.scenario import Scenario
from gameday.model.services import Services
from gameday.model.timeline import Timeline
from gameday.model.undo import Undo, UndoStep
from gameday.review.judge import review

ROOT = Path(__file__).parents[1]
BEGAN = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
ARMED, UNDONE = 10.0, 23.6
SOURCES = ("prometheus", "alertmanager", "ops", "pager", "docker", "gateway", "shell", "words")
SAID_BY = {
    "alert.delivered": "pager", "alert.silenced": "alertmanager", "probe.link": "probe", "probe.answer": "probe", "probe.alerting": "probe",
    "page.acked": "words", "comm.public": "ops", "doc.opened": "ops", "change.flag": "ops", "change.deploy": "ops", "note": "words",
    "action.mutate": "shell", "action.observe": "shell", "traffic.sample": "gateway",
}  # fmt: skip
LABELS = {"alertname": "PaymentsErrorRate", "severity": "critical", "service": "checkout", "team": "shop"}
LINK = "http://127.0.0.1:18090/runbooks/PaymentsErrorRate"


@dataclass(frozen=True)
class Told:
    """One event before it has a place in the order."""

    at: float
    kind: str
    name: str
    source: str = "supervisor"
    subject: str = "x"
    actor: str = ""
    actor_kind: str = "system"
    data: dict[str, Any] = field(default_factory=dict)
    off: float = 0.0
    """Seconds by which the clock of its source is ahead."""


@dataclass
class Story:
    """Events and the few facts beside them."""

    told: list[Told]
    bad: tuple[float, float] = (10.2, 18.0)
    bad_again: list[tuple[float, float]] = field(default_factory=list)
    slow: dict[float, float] = field(default_factory=dict)
    end: float = 60.0
    blind: list[tuple[str, float, float]] = field(default_factory=list)
    without: str = ""
    fault_state: str = "undone"
    injected: bool = True


@cache
def scenario() -> Scenario:
    return read_scenario(ROOT / "scenarios" / "payments-freezes.yaml", FAULTS)


@cache
def services() -> Services:
    return read_services(ROOT / "services.yaml")


@cache
def runbook() -> Runbook:
    return read_runbook(ROOT / "runbooks" / "PaymentsErrorRate.md", ROOT)


def human(at: float, kind: str, name: str, **data: Any) -> Told:
    return Told(at, kind, name, SAID_BY.get(kind, "words"), kind.partition(".")[0], "seat-1", "human", data)


def perfect() -> Story:
    """A drill without a gap."""
    page = {"receiver": "shop-pager", "labels": LABELS, "annotations": {"runbook_url": LINK, "summary": "x"}, "fingerprint": "f"}
    settings = {"scrape_interval": 1.0, "evaluation_interval": 1.0, "for": 2.0, "group_wait": 1.0}
    told = [
        Told(0.0, "drill.started", "d"),
        Told(4.9, "probe.alerting", "PaymentsErrorRate", "probe", data=settings),
        Told(5.0, "drill.steady", "d"),
        Told(9.9, "fault.injecting", "f1", "worker"),
        Told(ARMED, "fault.armed", "f1", "worker"),
        Told(12.0, "alert.pending", "PaymentsErrorRate", "prometheus", "alert", data={"labels": LABELS}),
        Told(14.0, "alert.firing", "PaymentsErrorRate", "prometheus", "alert", data={"labels": LABELS}),
        Told(15.0, "alert.delivered", "PaymentsErrorRate", "pager", "alert", data={**page, "status": "firing"}),
        Told(15.1, "probe.link", LINK, "probe", "url", data={"status": 200, "for": "PaymentsErrorRate"}),
        human(15.5, "page.acked", "PaymentsErrorRate"),
        human(15.6, "doc.opened", "/runbooks/PaymentsErrorRate", status=200, method="GET"),
        human(16.0, "incident.declared", "incident", summary="payments", severity="critical"),
        human(16.0, "incident.severity", "incident", severity="critical"),
        human(16.1, "incident.role", "lead"),
        human(17.0, "change.flag", "checkout_unpaid", value="on", was="off"),
        human(17.2, "comm.public", "status", state="degraded", text="payments are delayed"),
        human(20.0, "comm.internal", "log", text="customers can buy again"),
        Told(23.4, "probe.answer", "orders_lost", "probe", data={"for": "guard", "holds": True, "value": 0}),
        Told(23.4, "probe.answer", "shop_replicas", "probe", data={"for": "guard", "holds": True, "value": 2}),
        Told(23.5, "fault.released", "f1", "worker", data={"why": "mitigated"}),
        Told(UNDONE, "fault.undone", "f1", "worker", data={"by": "worker"}),
        Told(27.0, "alert.resolved", "PaymentsErrorRate", "prometheus", "alert", data={"labels": LABELS}),
        Told(28.0, "alert.delivered", "PaymentsErrorRate", "pager", "alert", data={**page, "status": "resolved"}),
        *(
            Told(2.0 + 5 * n, "alert.delivered", "Watchdog", "pager", "alert", data={"receiver": "heartbeat", "status": "firing"})
            for n in range(200)
        ),
    ]
    return Story(told)


def story(*lines: str) -> Story:
    """The perfect drill with these changes."""
    changed = perfect()
    for line in lines:
        if line.strip():
            _change(changed, line.strip())
    return changed


def _change(s: Story, line: str) -> None:
    words = line.split()
    match words:
        case ["drop", kind, *name]:
            s.told = [t for t in s.told if t.kind != kind or (name and t.name != " ".join(name))]
        case ["move", kind, name, "by", by]:
            s.told = [replace(t, at=t.at + _seconds(by)) if (t.kind, t.name) == (kind, name) else t for t in s.told]
        case ["set", kind, name, *pairs]:
            s.told = [_with(t, pairs) if (t.kind, t.name) == (kind, name) else t for t in s.told]
        case ["add", kind, name, "at", at, *pairs]:
            source = SAID_BY.get(
                kind, kind.partition(".")[0].replace("alert", "prometheus").replace("fault", "worker").replace("drill", "supervisor")
            )
            kinds = "human" if kind.startswith(("page", "incident", "comm", "note", "doc", "change", "action")) else "system"
            actor = "seat-1" if kinds == "human" else ""
            s.told.append(_with(Told(_seconds(at), kind, name, source, kind.partition(".")[0], actor, kinds, {}), pairs))
        case ["bad", "again", start, "to", end]:
            s.bad_again.append((_seconds(start), _seconds(end)))
        case ["sample", at, "takes", ms]:
            s.slow[_seconds(at)] = float(ms.removesuffix("ms"))
        case ["clock", kind, name, "off", "by", by]:
            s.told = [replace(t, off=_seconds(by)) if (t.kind, t.name) == (kind, name) else t for t in s.told]
        case ["bad", start, "to", end]:
            s.bad = (_seconds(start), _seconds(end))
            s.end = max(s.end, s.bad[1] + 20)
        case ["blind", source, start, "to", end]:
            s.blind.append((source, _seconds(start), _seconds(end)))
        case ["end", at]:
            s.end = _seconds(at)
        case ["runbook", "without", section]:
            s.without = section
        case ["unsteady", *why]:
            s.told = [t for t in s.told if t.at < 5] + [Told(5.0, "drill.unsteady", "d", data={"why": " ".join(why)})]
            s.bad, s.injected = (0.0, 0.0), False
        case ["leave", _, state]:
            s.fault_state = state
            s.told = [t for t in s.told if t.kind != "fault.undone"]
        case _:
            raise ValueError(f"no such change: {line}")


def _with(told: Told, pairs: Iterable[str]) -> Told:
    data = json.loads(json.dumps(told.data))
    name, actor_kind, source, subject = told.name, told.actor_kind, told.source, told.subject
    for pair in pairs:
        key, _, text = pair.partition("=")
        value: Any = json.loads(text) if re.fullmatch(r"-?\d+(\.\d+)?|true|false|null|[\[{].*", text) else text
        if key == "name":
            name = text
        elif key == "actor_kind":
            actor_kind = text
        elif key == "source":
            source = text
        elif key == "subject":
            subject = text
        elif key == "runbook_url":
            data["annotations"] = {**data.get("annotations", {}), "runbook_url": text}
        elif key.startswith("labels."):
            data["labels"] = {**data.get("labels", {}), key.removeprefix("labels."): text}
        else:
            data[key] = value
    return replace(told, name=name, actor_kind=actor_kind, source=source, subject=subject, data=data)


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def _all_told(s: Story) -> list[Told]:
    """With samples, signs of life and the end."""
    told = [t for t in s.told if t.at < s.end]
    told += [_sample(n * 0.25, s) for n in range(int(s.end * 4))]
    told += [
        Told(float(n), "traffic.sample", "checkout", "gateway", data={"requests": 6, "failed": 3 if s.bad[0] <= n < s.bad[1] else 0})
        for n in range(int(s.end))
    ]
    for source in SOURCES:
        times = [0.2 + 3 * n for n in range(int(s.end // 3))] + [s.end - 0.05]
        spans = [(a, b) for name, a, b in s.blind if name == source]
        told += [Told(t, "source.alive", source, source) for t in times if not any(a <= t < b for a, b in spans)]
        told += [Told(a, "source.blind", source, source, data={"why": "connection refused"}) for a, _ in spans]
        told += [Told(b, "source.alive", source, source) for _, b in spans if b < s.end]
    told = [t for t in told if not any(t.source == name and a <= t.at < b and t.kind != "source.blind" for name, a, b in s.blind)]
    return sorted(told, key=lambda t: t.at)


def _sample(at: float, s: Story) -> Told:
    bad = any(start <= at < end for start, end in (s.bad, *s.bad_again))
    data: dict[str, Any] = {"ok": not bad, "status": 503 if bad else 200}
    return Told(at, "canary.sample", "checkout", "canary", data=data | ({"ms": s.slow[at]} if at in s.slow else {}))


def record_of(s: Story, *, closed: bool = True, **plan: Any) -> Record:
    """The record that this drill would have left."""
    told = _all_told(s)
    if closed:
        told.append(Told(s.end, "drill.closed", "d", data={"outcome": "completed"}))
    events = tuple(_event(n, t) for n, t in enumerate(told, 1))
    page = runbook()
    if s.without:
        page = page.model_copy(update={"sections": tuple(x for x in page.sections if x.title != s.without)})
    values: dict[str, Any] = {
        "drill": "d", "name": "payments-freezes", "scenario": scenario(), "services": services(), "runbook": page, "responders": "scripted",
        "faults": (_planned(),), "hash": "0" * 64,
    }  # fmt: skip
    made = Plan(**(values | plan))
    return Record(made, Timeline(events), (_fault(s),) if s.injected and not made.no_fault else ())


def _event(seq: int, told: Told) -> Event:
    at = BEGAN + timedelta(seconds=told.at)
    return Event.model_validate(
        {
            "seq": seq, "prev": "0" * 64, "id": f"e{seq}", "ts": at + timedelta(seconds=told.off), "observed": at, "source": told.source, "kind": told.kind,
            "actor": told.actor, "actor_kind": told.actor_kind, "subject": {"kind": told.subject, "name": told.name}, "data": told.data,
        }
    )  # fmt: skip


def _planned() -> PlannedFault:
    undo = Undo(target="payments", identity={"container": "c"}, before={"paused": "false"}, steps=(UndoStep(verb="container_unpause"),))
    target = Target(service="payments", container="c", name="payments_1", project="p")
    return PlannedFault(id="f1", fault="container_pause", target=target, undo=undo, starts_after_seconds=1, lives_at_most_seconds=300)


def _fault(s: Story) -> FaultRecord:
    def moment(seconds: float) -> datetime:
        return BEGAN + timedelta(seconds=seconds)

    ended = [t.at for t in s.told if t.kind == "fault.undone"] or [UNDONE]
    state: Any = s.fault_state
    return FaultRecord("f1", "container_pause", "payments", state, moment(9.9), moment(ARMED), moment(ended[0]), "worker", "unpaused")


def judged(*lines: str, closed: bool = True, **plan: Any) -> Review:
    """The review of the perfect drill with these changes."""
    return review(record_of(story(*lines), closed=closed, **plan), GAPS.values())


def rules(found: Review) -> set[str]:
    return {g.rule for g in found.gaps}


def answers(found: Review) -> dict[str, str]:
    return {v.key: v.verdict for v in found.verdicts}
