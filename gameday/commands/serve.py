"""`gameday serve`: the scheduler, notices, health and metrics in one process."""

from __future__ import annotations

import os
import sys

import click
from pydantic import ValidationError

from gameday.bundle.host_state import HostState
from gameday.commands.serving import log_to_stderr, schedule_reader, workspace_here
from gameday.environments.secrets import revealed
from gameday.errors import InvalidInput, Missing
from gameday.model.settings import ServerSettings
from gameday.server.store_place import open_workspace_store


@click.command()
@click.option("--listen", metavar="ADDRESS:PORT", help="Where health and metrics are; gameday.toml says it otherwise.")
@click.option("--no-agent", is_flag=True, help="Start no agent: somebody else runs `gameday agent` on this host.")
def command(listen: str | None, no_agent: bool) -> int:
    """Run the schedules of this workspace: take slots when they are due, and hand them to an agent.

    Any number of servers may share a store in PostgreSQL; each slot is taken once. Ends on SIGTERM or Ctrl-C: drills that an agent
    of its own runs are ended, with their undo, before it goes.

    Exit codes: 2 invalid input, 3 refused, 6 store or address missing, 129/130/143 ended by a signal.
    """
    workspace, settings = workspace_here()
    reached = settings.server if listen is None else _listening(settings.server, listen)
    log_to_stderr()
    state = HostState()
    database = open_workspace_store(workspace.root, settings, state)
    try:
        from gameday.server.agent_process import AgentProcess
        from gameday.server.health import HealthServer, application
        from gameday.server.herald import Channel, Herald
        from gameday.server.host import Host
        from gameday.server.schedule_files import ScheduleFiles
        from gameday.server.scheduler import Scheduler
        from gameday.server.serve import Server, signals
    except ModuleNotFoundError as error:
        raise Missing(f"`gameday serve` needs more: pip install 'gameday-drills[server]' ({error.name} is not here)") from error

    def shown(text: str | None) -> str:
        return revealed(text, workspace.root) if text and text.startswith("${") else text or ""

    host = Host(state)
    source = ScheduleFiles(workspace, lambda: schedule_reader(workspace))
    scheduler = Scheduler(database, host, f"server-{host.name}-{os.getpid()}", source, keep=settings.store.keep)
    channels = [Channel(name, one, shown(one.url), shown(one.secret)) for name, one in settings.notices.items()]
    secrets = [text for one in settings.notices.values() for text in (one.url, one.secret or "")]
    own = [text.removeprefix("${env:").removesuffix("}") for text in secrets if text.startswith("${env:")]
    agent = AgentProcess([sys.executable, "-P", "-m", "gameday", "agent", "--with-server"], workspace.root, host, own)
    server = Server(scheduler, Herald(database, channels, lambda: scheduler.agenda), None if no_agent else agent)
    token = shown(reached.token)
    pages = HealthServer(reached, workspace.root, lambda hosts: application(server.health, token, hosts))
    with signals() as got:
        server.run(lambda: bool(got), pages)
    return 128 + got[0]


def _listening(settings: ServerSettings, listen: str) -> ServerSettings:
    try:
        return ServerSettings.model_validate(settings.model_dump() | {"listen": listen})
    except ValidationError as error:
        raise InvalidInput(f"--listen: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
