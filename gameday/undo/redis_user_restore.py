"""Let a user of Redis authenticate again."""

from __future__ import annotations

from collections.abc import Mapping

from gameday.undo import redis
from gameday.undo.docker_host import DockerHost, NotDone


def redis_user_restore(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Turn it on unless it is, then read back. Its passwords and rights were never touched."""
    if not host.can_be_entered(arguments["container"]):
        raise NotDone(f"{arguments['container'][:12]} does not run, and its users cannot be restored")
    user = redis.checked(arguments["user"])
    now = _flag(host, arguments, user)
    if now != "off":
        return "was as before" if now else "was removed by others"
    redis.ask(host, arguments, "acl", "setuser", user, "on")
    if _flag(host, arguments, user) != "on":
        raise NotDone(f"the user {user} is still off")
    return "the user may authenticate again"


def by_hand(arguments: Mapping[str, str]) -> str:
    return redis.command(arguments, "acl", "setuser", arguments["user"], "on")


def _flag(host: DockerHost, arguments: Mapping[str, str], user: str) -> str:
    """`on` or `off`; empty where there is no such user."""
    lines = redis.ask(host, arguments, "acl", "list").splitlines()
    return next((words[2] for words in map(str.split, lines) if words[:2] == ["user", user]), "")
