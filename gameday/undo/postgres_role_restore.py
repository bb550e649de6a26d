"""Let a PostgreSQL role log in again."""

from __future__ import annotations

from collections.abc import Mapping

from gameday.undo import postgres
from gameday.undo.docker_host import DockerHost, NotDone

_READ = "select rolcanlogin from pg_roles where rolname = {}"


def postgres_role_restore(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Give it its login unless it has it, then read back.."""
    if not host.can_be_entered(arguments["container"]):
        raise NotDone(f"{arguments['container'][:12]} does not run, and its roles cannot be restored")
    now = _can_log_in(host, arguments)
    if now != "f":
        return "was as before" if now == "t" else "was dropped by others"
    postgres.ask(host, arguments, _restoring(arguments))
    if _can_log_in(host, arguments) != "t":
        raise NotDone(f"{arguments['role']} still cannot log in")
    return "the role may log in again"


def by_hand(arguments: Mapping[str, str]) -> str:
    return postgres.command(arguments, _restoring(arguments).replace('"', '\\"'))


def _can_log_in(host: DockerHost, arguments: Mapping[str, str]) -> str:
    return postgres.ask(host, arguments, _READ.format(postgres.quoted(postgres.checked(arguments["role"]))))


def _restoring(arguments: Mapping[str, str]) -> str:
    return f'alter role "{postgres.checked(arguments["role"])}" login'
