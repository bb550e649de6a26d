"""Empty a cache in Redis. What it held does not come back.

What it does: Deletes every key that matches `pattern`, in one step of the server, which answers nobody meanwhile. A key of
    gameday's own says how many there were, and ends with `at_most`. Refused unless the injection says `irreversible: true`
    and `[limits] irreversible = true` in gameday.toml allows it.
The incident it stands for: A cache that was restarted or flushed by hand: everything misses at once, and what lies behind
    it gets all of the traffic.
Undo: `redis_key_remove` for the mark; `nothing_to_put_back` for the data: the service fills its cache again, or not at all.
Blast radius: Every reader of these keys, and what they ask instead. Data that were only there are lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.errors import InvalidInput
from gameday.model.duration import Duration
from gameday.model.host import Deeds
from gameday.model.injection import GRACE, USUAL_CEILING
from gameday.model.noun import Noun
from gameday.model.redis import Redis
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

MATCHING = "local n = 0 for _, k in ipairs(redis.call('keys', ARGV[1])) do n = n + 1 end return n"
FLUSH = """
local n = 0
for _, k in ipairs(redis.call('keys', ARGV[1])) do n = n + redis.call('unlink', k) end
redis.call('set', KEYS[1], n, 'ex', ARGV[2])
return n"""


class CacheFlush(Noun):
    """`{fault: cache_flush, target: cache, pattern: "product:*", irreversible: true}`."""

    name: ClassVar[str] = "cache_flush"
    deeds: ClassVar[Deeds] = Deeds()

    pattern: Annotated[str, Field(pattern=r"^[A-Za-z0-9_:.{}/@*?-]{1,200}$", examples=["product:*"])]
    """Which keys, as Redis matches them: `*` is any text, `?` one letter."""
    at_most: Duration = USUAL_CEILING
    """The same as its injection's."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, redis = environment.state(target), Redis(environment, target)
        there = redis.count("eval", MATCHING, "0", self.pattern)
        if not there:
            raise InvalidInput(f"{target.name} has no key that matches {self.pattern}, so there is nothing to flush")
        return Undo.of(
            target,
            before,
            UndoStep(verb="redis_key_remove", arguments={**redis.arguments, "key": self._mark(target)}),
            UndoStep(verb="nothing_to_put_back", arguments={**redis.arguments, "lost": f"what {self.pattern} held"}),
            keys=str(there),
        )

    def inject(self, environment: Environment, target: Target) -> None:
        seconds = round((self.at_most + GRACE).total_seconds())
        Redis(environment, target).ask("eval", FLUSH, "1", self._mark(target), self.pattern, str(seconds))

    def is_live(self, environment: Environment, target: Target) -> bool:
        """It was done, as the server remembers; the cache may be filling again."""
        return Redis(environment, target).ask("exists", self._mark(target)) == "1"

    def _mark(self, target: Target) -> str:
        from gameday.undo.redis_key_remove import OURS

        return f"{OURS}{target.marker(self.name)}"
