"""Progress of a drill on standard error: one line for each thing worth knowing, on the drill's own clock."""

from __future__ import annotations

import sys
import threading
from datetime import datetime

from rich.console import Console
from rich.markup import escape

from gameday.bundle.folder import Folder
from gameday.model.duration import format_duration
from gameday.model.event import Event
from gameday.model.plan import Plan
from gameday.model.safe_text import safe
from gameday.model.telling import DEEDS, deed

COLOURS = {
    "fault": "red",
    "alert": "yellow",
    "drill": "bold",
    "action": "cyan",
    "incident": "cyan",
    "page": "cyan",
    "change": "cyan",
    "comm": "cyan",
    "doc": "cyan",
    "source": "magenta",
}


class Progress:
    """Prints what happens. The canary is told when it turns, not each time it looks."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr, highlight=False)
        self._began: datetime | None = None
        self._good: bool | None = None
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        self._console.print(f"[dim]·[/dim] {escape(safe(text))}")

    def plan(self, plan: Plan, folder: Folder) -> None:
        """Say what is going to happen, and how long it may take."""
        self._console.print(f"[bold]{escape(safe(plan.scenario.title))}[/bold]  [dim]THIS IS A DRILL[/dim]")
        for fault, injection in zip(plan.faults, plan.scenario.faults, strict=False):
            ends = "until mitigated, at most" if injection.hold else "for"
            self.say(
                f"{fault.fault} on {fault.target.name}, {ends} {format_duration(injection.longest)}; undone by {fault.undo.steps[0].verb}"
            )
        if plan.no_fault:
            self.say("control run: nothing will be broken")
        self.say(f"drill {folder.id}")

    def event(self, event: Event) -> None:
        with self._lock:
            self._began = self._began or event.at
            told = self._text(event)
            if told:
                offset = (event.at - self._began).total_seconds()
                colour = COLOURS.get(event.kind.partition(".")[0], "white")
                self._console.print(
                    f"[dim]{int(offset // 60):02}:{offset % 60:04.1f}[/dim]  [{colour}]{escape(safe(told, 100))}[/{colour}]"
                )

    def _text(self, event: Event) -> str:
        name, kind = event.subject.name, event.kind
        match kind:
            case "canary.sample":
                return self._canary(bool(event.data.get("ok")))
            case "alert.delivered":
                if event.data.get("repeated") or name == "Watchdog":
                    return ""
                return f"{name} {event.text('status')}, delivered to {event.text('receiver')}"
            case "alert.pending" | "alert.firing" | "alert.resolved":
                return "" if name == "Watchdog" else f"{name} {kind.partition('.')[2]}"
            case "source.blind":
                return f"{name} cannot be read: {event.text('why')}"
            case "fault.armed":
                return f"{event.text('name')} on {event.text('target')} is in effect"
            case "fault.undone":
                if (lost := event.text("detail").partition("was irreversible: ")[2]) != "":
                    return f"fault over ({event.text('by')}): {lost}"
                return f"fault removed and verified ({event.text('by')})"
            case "fault.released":
                return f"hold ends: {event.text('why')}"
            case "drill.steady":
                return "steady state met"
            case "drill.unsteady" | "drill.aborted":
                return event.text("why")
        if kind in DEEDS and (said := deed(event)):
            return f"{event.actor or 'somebody'} {said}"
        if kind in ("fault.not_live", "fault.failed", "fault.undo_failed"):
            return f"{kind.replace('.', ' ').replace('_', ' ')}: {event.text('why')}"
        return ""

    def _canary(self, good: bool) -> str:
        turned = self._good is not None and good != self._good
        self._good = good
        return ("users are served" if good else "users are not served") if turned else ""
