"""Remove the one key of Redis that a fault wrote to say that it happened."""

from __future__ import annotations

from collections.abc import Mapping

from gameday.undo import redis
from gameday.undo.docker_host import DockerHost, NotDone

OURS = "gameday.fault."


def redis_key_remove(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Remove it unless it is gone. Only a key that carries our name is touched."""
    key = redis.checked(arguments["key"])
    if not key.startswith(OURS):
        raise ValueError(f"{key} is not a key of ours")
    if not host.can_be_entered(arguments["container"]):
        raise NotDone(f"{arguments['container'][:12]} does not run, and its keys cannot be looked at")
    if not int(redis.ask(host, arguments, "del", key)):
        return "was gone"
    if int(redis.ask(host, arguments, "exists", key)):
        raise NotDone(f"the key {key} is still there")
    return "its mark was removed"


def by_hand(arguments: Mapping[str, str]) -> str:
    return redis.command(arguments, "del", arguments["key"])
