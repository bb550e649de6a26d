"""Ids made here, never taken from input: events, drills."""

from __future__ import annotations

import re
import secrets
import time
from datetime import UTC, datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def event_id() -> str:
    """A ULID: 48 bits of time in milliseconds, 80 random bits, Crockford's base 32."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def drill_id(name: str, now: datetime) -> str:
    """`20260304-100712-payments-freezes-7f3a`: sorts by time, reads by name, never collides."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "drill"
    return f"{now:%Y%m%d-%H%M%S}-{slug}-{secrets.token_hex(2)}"


def is_drill_id(text: str) -> bool:
    """Whether it can be one: the name of a folder, and nothing that leads elsewhere."""
    return re.fullmatch(r"[0-9]{8}-[0-9]{6}-[a-z0-9-]{1,80}", text) is not None


def time_of(drill: str) -> datetime | None:
    """When a drill of this id was made; None where the id does not tell."""
    try:
        return datetime.strptime(drill[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
