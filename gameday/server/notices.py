"""What is said of a drill to whom: the mark always, the fault only to facilitators."""

from __future__ import annotations

from typing import Any, Literal

from gameday.model.claim import Errand
from gameday.model.safe_text import safe
from gameday.model.slot import SlotRecord

MARK = "THIS IS A DRILL"
Audience = Literal["participants", "facilitators"]
SAID = {
    "start": "begins now",
    "end": "is over",
    "missed": "did not take place",
    "waiting": "was missed; somebody has to say what becomes of it",
}
FOR_FACILITATORS = ("missed", "waiting")
"""Kinds of notices that participants get only where they were told that the drill is to come, or begins."""
NOT_NOW = "does not begin now; it may come later"
"""What participants are told of a drill that waits."""


def notice(kind: str, errand: Errand, record: SlotRecord | None, audience: Audience) -> dict[str, Any]:
    """The body of a webhook. `kind` is `before`, or one of SAID."""
    told: dict[str, Any] = {
        "apiVersion": "gameday/v1",
        "kind": "Notice",
        "mark": MARK,
        "notice": kind,
        "text": text(kind, errand, record, audience),
        "title": errand.title,
        "schedule": errand.schedule,
        "moment": f"{errand.moment:%Y-%m-%dT%H:%M:%SZ}",
        "ends": f"{errand.ends:%Y-%m-%dT%H:%M:%SZ}",
        "roster": {role: list(people) for role, people in errand.roster.items()},
    }
    if audience == "facilitators":
        told |= {"scenario": errand.scenario, "service": errand.service, "faults": list(errand.faults)}
        if record is not None:
            told |= {"drill": record.drill, "exitCode": record.exit_code, "why": record.why}
    return told


def text(kind: str, errand: Errand, record: SlotRecord | None, audience: Audience) -> str:
    """One line for people."""
    what = safe(errand.title or errand.schedule, 120)
    when = f"{errand.moment:%Y-%m-%d %H:%M} UTC"
    if kind == "before":
        line = f"{MARK}: {what} begins at {when}, until {errand.ends:%H:%M}"
    elif kind == "start":
        line = f"{MARK}: {what} {SAID[kind]}, until {errand.ends:%H:%M} UTC"
    else:
        line = f"{MARK}: {what} ({when}) {NOT_NOW if kind == 'waiting' and audience == 'participants' else SAID[kind]}"
    if audience == "facilitators":
        line += f". {_inside(errand, record)}"
    return line


def _inside(errand: Errand, record: SlotRecord | None) -> str:
    parts = [f"Scenario {safe(errand.scenario, 200)}"]
    if errand.faults:
        parts.append(f"breaks {', '.join(errand.faults)}")
    if record is not None and record.drill:
        parts.append(f"drill {record.drill}")
    if record is not None and record.exit_code is not None:
        parts.append(f"exit code {record.exit_code}")
    if record is not None and record.why:
        parts.append(safe(record.why, 300))
    return "; ".join(parts)


def for_slack(told: dict[str, Any]) -> dict[str, Any]:
    """The same for an incoming webhook of Slack. Its three control characters are written out, so that nothing pings or links."""
    line = str(told["text"])
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        line = line.replace(sign, written)
    return {"text": line, "unfurl_links": False, "unfurl_media": False}
