"""Take the entries that a fault put into a queue out of it again, and no others."""

from __future__ import annotations

from collections.abc import Mapping

from gameday.undo import redis
from gameday.undo.docker_host import DockerHost, NotDone

COUNT = """
local kind, n = redis.call('type', KEYS[1]).ok, 0
if kind == 'list' then
  for _, entry in ipairs(redis.call('lrange', KEYS[1], 0, -1)) do if entry == ARGV[1] then n = n + 1 end end
elseif kind == 'zset' then
  for _, entry in ipairs(redis.call('zrange', KEYS[1], 0, -1)) do if entry:sub(1, #ARGV[1]) == ARGV[1] then n = n + 1 end end
end
return n"""
"""How many entries of a list are ours, or members of a sorted set begin with our name."""
_REMOVE = """
local kind, n = redis.call('type', KEYS[1]).ok, 0
if kind == 'list' then
  n = redis.call('lrem', KEYS[1], 0, ARGV[1])
elseif kind == 'zset' then
  for _, entry in ipairs(redis.call('zrange', KEYS[1], 0, -1)) do
    if entry:sub(1, #ARGV[1]) == ARGV[1] then n = n + redis.call('zrem', KEYS[1], entry) end
  end
end
return n"""


def redis_entries_remove(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Remove what is left of them in one step of the server, then count. Some may have been consumed: those are gone."""
    if not host.can_be_entered(arguments["container"]):
        raise NotDone(f"{arguments['container'][:12]} does not run, and its queue cannot be looked into")
    words = ("1", redis.checked(arguments["key"]), arguments["entry"])
    if not int(redis.ask(host, arguments, "eval", COUNT, *words)):
        return "was consumed"
    removed = redis.ask(host, arguments, "eval", _REMOVE, *words)
    if left := int(redis.ask(host, arguments, "eval", COUNT, *words)):
        raise NotDone(f"{left} of its entries are still there")
    return f"{removed} of its entries were removed"


def by_hand(arguments: Mapping[str, str]) -> str:
    return redis.command(arguments, "eval", " ".join(_REMOVE.split()), "1", arguments["key"], arguments["entry"])
