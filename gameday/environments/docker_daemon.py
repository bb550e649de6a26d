"""Which Docker daemon an environment names, and whether this process' surroundings lead to a stranger."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from gameday.daemon import HERE, Daemon, surrounding_daemon
from gameday.errors import Missing, Refused
from gameday.model.docker_settings import DockerHostSettings

TLS_FILES = ("ca.pem", "cert.pem", "key.pem")


def daemon_of(settings: DockerHostSettings | None, root: Path) -> Daemon:
    """The daemon that gameday.toml describes, or this host's. Raises Missing where its files are not there."""
    if settings is None:
        return surrounding_daemon()
    if settings.context:
        found = context_daemon(settings.context)
        if found.host.startswith("tcp://") and not found.is_local and not found.ca:
            raise Refused(
                f"the Docker context {settings.context} reaches {found.host} without certificates, and whoever does that is root there; "
                "give it some: `docker context update --docker host=…,ca=…,cert=…,key=…`"
            )
        return found
    if settings.tls is None:
        return Daemon(settings.host or HERE)
    files = [root / path for path in (settings.tls.ca, settings.tls.cert, settings.tls.key)]
    if missing := [f for f in files if not f.is_file()]:
        raise Missing(f"gameday.toml names {missing[0]} for {settings.host}, and there is no such file")
    return Daemon(settings.host or HERE, *(str(f) for f in files))


def local_daemon(environment: str) -> Daemon:
    """This host's. Raises Refused where DOCKER_HOST, or the Docker context in use, leads elsewhere."""
    found = surrounding_daemon()
    refuse_strangers(None, found, environment)
    return found


def refuse_strangers(listed: DockerHostSettings | None, daemon: Daemon, environment: str) -> None:
    """Refuse where `docker`, called here, would reach a machine that this environment does not name.

    Compose, a responder's shell and a command copied from a runbook go there, whatever gameday itself does.
    """
    for origin, other, instead in _surroundings():
        if not other.is_local and (listed is None or other.host != daemon.host):
            raise Refused(
                f"{origin} leads to another machine, {other.host}, which is neither this host nor listed for the environment {environment}; {instead}, "
                f'or list it in gameday.toml under [environments.{environment}]: `docker = {{host = "{other.host}"}}`'
            )


def _surroundings() -> list[tuple[str, Daemon, str]]:
    """What decides where the `docker` command goes, and how to change it: DOCKER_HOST, or else the context in use."""
    if os.environ.get("DOCKER_HOST"):
        return [("DOCKER_HOST", surrounding_daemon(), "unset DOCKER_HOST")]
    if name := os.environ.get("DOCKER_CONTEXT", ""):
        return [(f"DOCKER_CONTEXT={name}", context_daemon(name), "unset DOCKER_CONTEXT")]
    name = _current_context()
    return [(f"the Docker context {name}", context_daemon(name), "run `docker context use default`")] if name else []


def context_daemon(name: str) -> Daemon:
    """The daemon of a Docker context, as `docker context` keeps it. Raises Missing where there is no such context."""
    if name == "default":
        return surrounding_daemon()
    contexts = _config() / "contexts"
    digest = hashlib.sha256(name.encode()).hexdigest()
    try:
        meta = json.loads((contexts / "meta" / digest / "meta.json").read_text())
        host = str(meta["Endpoints"]["docker"]["Host"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Missing(f"there is no Docker context {name!r} on this host; `docker context ls` shows those there are") from error
    files = [contexts / "tls" / digest / "docker" / file for file in TLS_FILES]
    return Daemon(host, *(str(f) for f in files)) if files[0].is_file() else Daemon(host)


def _current_context() -> str:
    try:
        return str(json.loads((_config() / "config.json").read_text()).get("currentContext", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _config() -> Path:
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
