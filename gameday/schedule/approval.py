"""Whether somebody who may said yes to a slot, early enough: the same for servers and for schedulers of others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gameday.model.schedule import Schedule


def not_approved(schedule: Schedule, moment: datetime, said: Iterable[tuple[str, datetime]]) -> str | None:
    """Why the slot may not run; None where it may. `said`: who said yes to it, and when."""
    if schedule.approval is None:
        return None
    latest = moment - schedule.approval.ahead
    if any(by in schedule.approval.by and at <= latest for by, at in said):
        return None
    return f"none of {', '.join(schedule.approval.by)} said yes before {latest:%Y-%m-%d %H:%M} UTC"
