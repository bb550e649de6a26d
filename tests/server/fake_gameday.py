"""`python -m tests.server.fake_gameday serve|agent …`: gameday itself, but a drill is the file `program` of the workspace."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from gameday.__main__ import main
from gameday.server import agent, agent_process


def started(command: Sequence[str], *rest: Any) -> agent_process.AgentProcess:
    return real([sys.executable, "-m", "tests.server.fake_gameday", *command[command.index("agent") :]], *rest)


real = agent_process.AgentProcess
agent_process.AgentProcess = started  # type: ignore[assignment, misc]
agent.Agent = partial(agent.Agent, program=[str(Path.cwd() / "program")])  # type: ignore[assignment, misc]
main()
