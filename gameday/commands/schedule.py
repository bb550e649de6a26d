"""`gameday schedule …`: drills in the calendar."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "add": "Plan a scenario: once, by a rule, or as a surprise.",
    "list": "All schedules, and when each is due next.",
    "next": "What is due next, with whom, and what is withheld.",
    "show": "Everything about one schedule.",
    "pause": "Let a schedule rest; its slots are recorded as missed.",
    "resume": "Let it go on.",
    "remove": "Take a schedule out.",
    "approve": "Say yes to a slot that needs it.",
    "answer": "Say what becomes of a slot that was missed.",
    "history": "What ran, what was missed, and why.",
    "feed": "Calendars and invitations, for participants or facilitators.",
    "due": "Whether a slot is due now, for schedulers of others.",
    "export": "The same times for cron, systemd, GitHub Actions or Kubernetes.",
}
"""Sub-command, which is `command` in the module `schedule_NAME`, and its line in the help."""


class _Lazy(click.Group):
    """Imports a sub-command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: Any = import_module(f"gameday.commands.schedule_{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy)
def command() -> None:
    """Drills in the calendar. Schedules are files, `schedules/NAME.yaml`, which a team reviews as it does code.

    Exit codes: 2 where a schedule, rule or calendar is wrong, or somebody would be in two drills at once; 6 where the
    store cannot be read or written; else 0.
    """
