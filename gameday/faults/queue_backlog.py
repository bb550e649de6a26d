"""Put a flood of entries before or behind those that wait in a Redis queue.

What it does: Adds `count` entries to the list or sorted set `key`, in one step of the server. They carry gameday's mark, and
    mean nothing: a consumer must live with an entry that it does not know. Those it takes are gone; the rest stays until the
    undo. Acts on the container of the server, with the `redis-cli` that is in it.
The incident it stands for: A producer that went wild, or consumers that stood still for an hour: everything new waits.
Undo: `redis_entries_remove`: exactly the entries with this mark that are left, counted until none is.
Blast radius: All consumers of this queue, and the server's memory. Refused where they would take more than half of what is free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from gameday.errors import InvalidInput, Refused
from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.redis import Key, Redis
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

TYPES = {"list": "list", "sorted_set": "zset"}
FLOOD = """
local n = tonumber(ARGV[2])
if ARGV[3] == 'list' then
  for i = 1, n do redis.call(ARGV[4] == 'front' and 'lpush' or 'rpush', KEYS[1], ARGV[1]) end
else
  local at = ARGV[4] == 'front' and 0 or -1
  local edge = tonumber(redis.call('zrange', KEYS[1], at, at, 'withscores')[2] or redis.call('time')[1])
  local score = string.format('%.17g', edge + (ARGV[4] == 'front' and -1 or 1))
  for i = 1, n do redis.call('zadd', KEYS[1], score, ARGV[1] .. i) end
end
return n"""
BYTES_EACH = 200
"""What an entry costs at most, with all that the server keeps about it."""


class QueueBacklog(Noun):
    """`{fault: queue_backlog, target: queue, key: orders, kind: sorted_set, count: 5000}`."""

    name: ClassVar[str] = "queue_backlog"
    deeds: ClassVar[Deeds] = Deeds()

    key: Key
    """The queue."""
    count: Annotated[int, Field(ge=1, le=1_000_000, examples=[5000])]
    """How many entries."""
    kind: Literal["list", "sorted_set"] = "list"
    """What the queue is."""
    side: Literal["front", "back"] = "front"
    """`front`: where LPUSH adds, or below the lowest score; `back`: where RPUSH adds, or above the highest."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, redis = environment.state(target), Redis(environment, target)
        there = redis.ask("type", self.key)
        if there not in ("none", TYPES[self.kind]):
            raise InvalidInput(f"{self.key} of {target.name} is a {there}, not a {self.kind}; say what the queue is in `kind`")
        if self._ours(redis, target):
            raise Refused(f"{self.key} of {target.name} still holds entries of an earlier flood; remove them first: gameday recover")
        if (room := self._room(redis)) is not None and self.count * BYTES_EACH > room // 2:
            raise Refused(f"{target.name} has room for {room // 2**20} MB more; write no more than {room // 2 // BYTES_EACH} in `count`")
        step = UndoStep(verb="redis_entries_remove", arguments={**redis.arguments, "key": self.key, "entry": self._entry(target)})
        return Undo.of(target, before, step)

    def inject(self, environment: Environment, target: Target) -> None:
        words = (self._entry(target), str(self.count), self.kind, self.side)
        Redis(environment, target).ask("eval", FLOOD, "1", self.key, *words)

    def is_live(self, environment: Environment, target: Target) -> bool:
        """Some of them still wait."""
        return self._ours(Redis(environment, target), target) > 0

    def _ours(self, redis: Redis, target: Target) -> int:
        from gameday.undo.redis_entries_remove import COUNT

        return redis.count("eval", COUNT, "1", self.key, self._entry(target))

    @staticmethod
    def _room(redis: Redis) -> int | None:
        """Bytes until the server refuses; None where it has no limit."""
        said = dict(line.split(":", 1) for line in redis.ask("info", "memory").splitlines() if ":" in line)
        limit = int(said.get("maxmemory", "0"))
        return limit - int(said.get("used_memory", "0")) if limit else None

    def _entry(self, target: Target) -> str:
        """All of a list's are alike; a sorted set has each once, so a number follows there."""
        return f"gameday.fault={target.marker(self.name)}."
