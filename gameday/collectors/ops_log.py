"""The log of `ops`: pager receipts, pages opened, flags, releases, the status page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from gameday import time_of_day
from gameday.clients.alertmanager import Told, notices
from gameday.clients.ops import Ops, OpsEntry
from gameday.model.protocols import Sighting

GAMEDAY = "gameday"
"""The seat under which gameday itself acts."""


class OpsLog:
    """Follows one log and reports as two sources: `pager` for receipts, `ops` for everything else."""

    source = "ops"
    also = ("pager",)
    every = 0.25

    def __init__(self, ops: Ops, keep: Callable[[Any], dict[str, Any]]) -> None:
        self._ops = ops
        self._keep = keep
        self._after = ops.last_entry()
        self._told = Told()

    def look(self, see: Sighting) -> None:
        while True:
            asked = time_of_day.now().timestamp()
            now, entries = self._ops.entries(self._after)
            skew = _skew_ms(asked, now, time_of_day.now().timestamp())
            for entry in entries:
                self._tell(see, entry, {"at": entry.at, "skew_ms": skew})
                self._after = entry.seq
            if not entries:
                return

    def _tell(self, see: Sighting, entry: OpsEntry, when: Mapping[str, Any]) -> None:
        fields = entry.fields
        seat = str(fields.get("seat") or "")
        actor: dict[str, Any] = {"actor": seat, "actor_kind": _kind_of(seat, str(fields.get("agent", "")))}
        match entry.kind:
            case "receipt":
                self._receipt(see, str(fields["receiver"]), fields["body"], {**when, "raw": self._keep(dict(fields))})
            case "access" if actor["actor_kind"] == "injector":
                pass  # our own looks: they would fill the timeline and say nothing
            case "access":
                data = {k: fields.get(k) for k in ("method", "status", "agent")}
                see("doc.opened", ("page", str(fields["path"])), data=data, **actor, **when)
            case "flag":
                data = {"value": fields["value"], "was": fields.get("was")}
                see("change.flag", ("flag", str(fields["name"])), data=data, **actor, **when)
            case "release":
                data = {"release": fields["release"], "was": fields.get("was")}
                see("change.deploy", ("service", str(fields["service"])), data=data, **actor, **when)
            case "status":
                data = {"state": fields["state"], "text": fields.get("message", "")}
                see("comm.public", ("status_page", "status"), data=data, **actor, **when)
            case "ack":
                see("page.acked", ("receiver", str(fields["receiver"])), data={"page": fields.get("page")}, **actor, **when)

    def _receipt(self, see: Sighting, receiver: str, body: Mapping[str, Any], more: Mapping[str, Any]) -> None:
        for name, data in notices(receiver, body, self._told):
            see("alert.delivered", ("alert", name), source="pager", data=data, **more)


def _kind_of(seat: str, agent: str) -> str:
    if seat == GAMEDAY or "gameday/" in agent:
        return "injector"
    return "human"


def _skew_ms(asked: float, theirs: datetime, answered: float) -> int:
    """How far their clock is ahead of ours. Inside the round trip it cannot be told from zero."""
    low, high = theirs.astimezone(UTC).timestamp() - answered, theirs.astimezone(UTC).timestamp() - asked
    # Their time is cut to whole milliseconds.
    return 0 if low - 0.002 <= 0 <= high + 0.002 else round((low + high) / 2 * 1000)
