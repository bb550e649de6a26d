"""Was everything after the drill as before: what the last look found, less what others changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.event import Event
from gameday.model.record import Record
from gameday.model.verdict import Verdict
from gameday.review.saying import say

EXPECTS = "every target is as before the drill, and nothing of the drill is left behind"


def end_state_verdict(record: Record) -> Iterator[Verdict]:
    """Nothing where the drill took no last look: it died, or was conducted before there was one."""
    look = _look(record)
    if look is None:
        return
    if why := look.text("why"):
        yield say("end_state", EXPECTS, "drill", "undecidable", f"it could not be looked at: {why}", look.id)
    elif wrong := left_behind(record):
        yield say("end_state", EXPECTS, "drill", "missed", "; ".join(wrong), look.id)
    else:
        others = [text for text in _texts(look, "differs") if _changed_by_others(record, text)]
        why = f"{look.text('targets')} looked at, nothing left"
        yield say("end_state", EXPECTS, "drill", "met", f"{why}; changed by others: {'; '.join(others)}" if others else why, look.id)


def left_behind(record: Record) -> tuple[str, ...]:
    """What the drill left, and what differs without anybody else's doing."""
    look = _look(record)
    if look is None:
        return ()
    return (*_texts(look, "left"), *(text for text in _texts(look, "differs") if not _changed_by_others(record, text)))


def _look(record: Record) -> Event | None:
    return record.timeline.first("drill.end_state")


def _texts(look: Event, key: str) -> tuple[str, ...]:
    found = look.data.get(key)
    return tuple(str(text) for text in found) if isinstance(found, list | tuple) else ()


def _changed_by_others(record: Record, difference: str) -> bool:
    """Whether somebody or something else acted on the target: then its state is theirs. A command inside is no such act."""
    service = difference.partition(":")[0]
    acts = record.timeline.of("action.mutate", name=service)
    return any(e.actor_kind != "injector" and not e.text("action").startswith("exec_") for e in acts)
