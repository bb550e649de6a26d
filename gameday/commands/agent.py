"""`gameday agent`: the process that holds the Docker socket for servers."""

from __future__ import annotations

import os
import select
import signal

import click

from gameday.bundle.host_state import HostState
from gameday.commands.serving import log_to_stderr, workspace_here
from gameday.conduct.recovery import recover
from gameday.server.store_place import open_workspace_store


@click.command()
@click.option("--with-server", is_flag=True, hidden=True, help="Wind down when standard input ends: the server that started us is gone.")
def command(with_server: bool) -> int:
    """Run the slots that servers take for this host: each as a drill of its own, with its own supervisor and guard.

    It needs Docker, and nothing else may have it. `gameday serve` starts one where there is none. Ends on SIGTERM or Ctrl-C:
    its drills are ended with their undo first.

    Exit codes: 2 invalid input, 6 store missing, 129/130/143 ended by a signal.
    """
    workspace, settings = workspace_here()
    log_to_stderr()
    state = HostState()
    database = open_workspace_store(workspace.root, settings, state)
    from gameday.server.agent import Agent
    from gameday.server.host import Host
    from gameday.server.serve import signals

    def put_back() -> str:
        try:
            results = recover(state, "agent")
        except Exception as error:
            # What cannot be put back now is said, and is put back by whoever comes next; the agent stays.
            return f"{type(error).__name__}: {error}; run `gameday recover`"
        return "; ".join(result.left for result in results if result.left)

    agent = Agent(database, Host(state), workspace.root, put_back, settings.server.drills_at_once)
    with signals() as got:
        agent.run(lambda: "stop" if got else "wind_down" if with_server and _input_ended() else "")
    return 128 + (got[0] if got else signal.SIGHUP)


def _input_ended() -> bool:
    readable, _, _ = select.select([0], [], [], 0)
    return bool(readable) and os.read(0, 4096) == b""
