"""`gameday`, `python -m gameday`: names every command, loads only the one that is called."""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import os
import sys
from importlib import import_module
from typing import Any, TextIO

import click

from gameday import __version__
from gameday.errors import GamedayError, InvalidInput, Missing, Stuck

COMMANDS = {
    "init": ("init", "A new workspace that works at once."),
    "run": ("run", "Conduct drills: break, watch, put back, report."),
    "check": ("check", "Every mistake in scenarios, probes and runbooks, at once."),
    "plan": ("plan", "Say in plain words what a drill would do."),
    "approve": ("approve", "Approve the plan of somebody else."),
    "review": ("review", "Judge a drill again, from disk alone."),
    "report": ("report", "Print a drill's report again."),
    "list": ("list_", "List faults, probes, gaps, scenarios or drills."),
    "explain": ("explain", "The manual page of a fault or a gap."),
    "schedule": ("schedule", "Drills in the calendar: plan, list, invite, export."),
    "programme": ("programme", "What should be drilled how often, what was, what is due."),
    "sandbox": ("sandbox", "Start, stop or look at the sandbox."),
    "shell": ("shell", "A shell whose commands are recorded for the drill."),
    "ack": ("words:ack", "Acknowledge a page."),
    "declare": ("words:declare", "Declare an incident."),
    "severity": ("words:severity", "Set the severity of the incident."),
    "role": ("words:role", "Take a role, such as lead."),
    "log": ("words:log", "Add a line to the running log."),
    "update": ("words:update", "Tell others how it stands."),
    "step": ("words:step", "Say that a step of the runbook was done."),
    "resolve": ("words:resolve", "Say that the incident is over."),
    "serve": ("serve", "Run the schedules of this workspace."),
    "agent": ("agent", "Run the slots that servers take for this host."),
    "halt": ("halt", "Stop every drill on this host and refuse new ones."),
    "resume": ("resume", "Allow drills again."),
    "recover": ("recover", "Put back whatever a dead drill left."),
    "doctor": ("doctor", "What this host can do, and what earlier drills left."),
    "verify": ("verify", "Check the hash chain of a drill's timeline."),
    "config": ("config", "The settings in force here, with their origin."),
    "schema": ("schema", "JSON Schema of a file, for editors."),
    "export": ("export", "A scenario as an experiment of Chaos Toolkit."),
    "import": ("import_", "An experiment of Chaos Toolkit as a scenario."),
    "completion": ("completion", "Shell completion."),
}
"""Command, the module under `commands/` that holds it (and its function there), and its line in the help."""


class Lazy(click.Group):
    """A group that imports a command when it is called, and prints its help without importing any."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(f"gameday.commands.{module}"), function or "command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"no command {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "GAMEDAY", "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="gameday %(version)s")
@click.option("--debug", is_flag=True, help="Show a traceback with an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Practise incidents: break a service on purpose, and read which tooling and documentation failed.

    Start with `gameday init DIR`, or in a workspace with `gameday run scenarios/payments-freezes.yaml`.
    """
    ctx.obj = {"debug": debug}


def main() -> None:
    """Run a command; turn every error into a sentence and its exit code."""
    # Starting makes many objects and drops none: collecting meanwhile is a tenth of the time.
    gc.set_threshold(20_000)
    # Looking for plug-ins of pydantic reads the metadata of everything installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    _open_streams()
    try:
        code = _run()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output went away (`| head -1`); nothing is left to say.
        _to_nowhere(sys.stdout)
        code = 141
    except OSError as error:
        # What was said could not be written, such as to a full disk.
        _to_nowhere(sys.stdout)
        with contextlib.suppress(OSError):
            click.echo(f"gameday: the output could not be written: {error.strerror}", err=True)
        code = Missing.exit_code
    with contextlib.suppress(OSError):
        sys.stderr.flush()
        sys.exit(code)
    _to_nowhere(sys.stderr)
    sys.exit(code)


def _open_streams() -> None:
    """A stream that was closed by whoever started us (`>&-`) is no reason to fail: what is said there goes nowhere.

    A report holds letters that not every terminal can write; what it lacks is written as an escape.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _to_nowhere(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _run() -> int:
    try:
        result = cli.main(prog_name="gameday", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return 130
    except GamedayError as error:
        if "--debug" in sys.argv:
            raise
        _show(error)
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise
        # Ours to mend; never 1, which says that gaps were found.
        if "--debug" in sys.argv:
            raise
        click.echo(
            f"gameday: internal error, {type(error).__name__}: {str(error)[:300]!r}; run `gameday --debug …` and report it", err=True
        )
        return 5
    return result if isinstance(result, int) else 0


def _show(error: GamedayError) -> None:
    from gameday.model.safe_text import safe

    if isinstance(error, InvalidInput) and error.mistakes:
        from gameday.commands.mistakes import show_mistakes

        show_mistakes(error.mistakes)
        return
    prefix = "STUCK: " if isinstance(error, Stuck) else ""
    click.echo(f"gameday: {prefix}{safe(str(error), 2_000, lines=True)}", err=True)


if __name__ == "__main__":
    main()
