"""How an undo asks a Redis server, from inside its container."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost, NotDone

_KEY = re.compile(r"[A-Za-z0-9_:.{}/@-]{1,200}")
_ERROR = re.compile(r"(ERR|NOAUTH|NOPERM|WRONGTYPE|WRONGPASS|MISCONF|OOM|LOADING|READONLY|BUSY|Could not connect|Error:)")


def ask(host: DockerHost, arguments: Mapping[str, str], *words: str) -> str:
    """Its answer. Raises NotDone where it is an error: the client ends with 0 all the same."""
    said = host.run(arguments["container"], ("redis-cli", *words))
    if _ERROR.match(said):
        raise NotDone(f"redis-cli {words[0]} in {arguments['container'][:12]}: {said[:200]}")
    return said


def checked(name: str) -> str:
    if not _KEY.fullmatch(name):
        raise ValueError(f"{name[:100]!r} is not a key or name that a fault could have chosen")
    return name


def command(arguments: Mapping[str, str], *words: str) -> str:
    """The same as a command for people."""
    return f"docker exec {arguments['container'][:12]} redis-cli {shlex.join(words)}"
