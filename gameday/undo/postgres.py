"""How an undo asks a PostgreSQL server, from inside its container."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,63}")


def ask(host: DockerHost, arguments: Mapping[str, str], query: str) -> str:
    """Its answer. Raises NotDone where it gives none, ValueError where a name could be more than a name."""
    user, database = checked(arguments["user"]), checked(arguments["database"])
    return host.run(arguments["container"], ("psql", "-XAtq", "-U", user, "-d", database, "-c", query))


def checked(name: str) -> str:
    """A name that can say nothing else to a server."""
    if not _NAME.fullmatch(name):
        raise ValueError("names of a marker, role, user and database are letters, digits, dots, - and _")
    return name


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def command(arguments: Mapping[str, str], query: str) -> str:
    """The same as a command for people."""
    return f'docker exec {arguments["container"][:12]} psql -U {arguments["user"]} -d {arguments["database"]} -c "{query}"'
