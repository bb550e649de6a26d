"""`gameday check`: every mistake in a workspace's files at once, and gaps that need no drill."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gameday.commands.mistakes import show_mistakes
from gameday.commands.options import FAIL_ON, OUTPUT
from gameday.commands.passed_over import passed_over
from gameday.commands.team_files import TEAM_FILES, apart, lists_pages, team_mistakes
from gameday.environments.sandbox import Sandbox
from gameday.errors import InvalidInput, Mistake
from gameday.faults import FAULTS
from gameday.load.check import Catalogue, Checked, check
from gameday.load.quoting import shown
from gameday.load.workspace import Workspace, find_workspace
from gameday.model.safe_text import safe

if TYPE_CHECKING:
    from gameday.load.check import RunbookRule
    from gameday.load.schedule import AtOnce, Troubles
    from gameday.model.settings import Settings

NOTHING = "nothing to check here; change into a workspace, make one with `gameday init DIR`, or name files: `gameday check FILE`"


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@FAIL_ON
@OUTPUT
def command(paths: tuple[Path, ...], fail_on: str, output: str) -> int:
    """Check scenarios, probes, runbooks, responders and schedules: these files and folders, or the whole workspace.

    Touches neither Docker nor the network. Exit codes: 2 where something is wrong, 1 where a page has a gap, else 0.
    """
    workspace = find_workspace(_start(paths))
    ports = Sandbox(root=workspace.root).variables()
    catalogue = Catalogue(
        faults=FAULTS,
        environments=lambda: _environments(workspace),
        defaults=ports,
        runbook_rules=lambda: _runbook_rules(workspace),
        troubles=_troubles,
        at_once=_at_once,
        allows=lambda module: _allows(workspace, module),
    )
    rest, team = apart(paths)
    # Nothing asked for would be everything.
    found = check(rest, workspace, catalogue) if rest or not paths else Checked((), (), 0)
    more = [*passed_over(workspace, paths), *team_mistakes(team, _rule_names, FAULTS)]
    if paths and not rest and not team:
        more += map(lists_pages, paths)
    if not paths:
        more += _settings_mistakes(workspace)
        team = [p for name in TEAM_FILES if (p := workspace.root / name).exists()]
        if not found.files and not team and not found.errors and not more:
            more.append(Mistake(shown(workspace.root), 0, 0, NOTHING))
    found = Checked(tuple(sorted({*found.errors, *more})), found.findings, found.files + len(team))
    if output == "json":
        click.echo(found.json())
    else:
        _print(found)
    return found.exit_code(fail_on)


def _start(paths: tuple[Path, ...]) -> Path:
    """Where to look for the workspace: at the first path that exists, else here."""
    there = next((p for p in paths if p.exists()), Path.cwd())
    return there if there.is_dir() else there.parent


def _environments(workspace: Workspace) -> tuple[str, ...] | None:
    """Names beside the sandbox that scenarios may use; None where gameday.toml itself has mistakes, which are told of their own."""
    try:
        return tuple(_settings(workspace).environments)
    except InvalidInput:
        return None


def _allows(workspace: Workspace, module: str) -> bool:
    """Where gameday.toml itself has mistakes, these are told of, and not their consequences."""
    try:
        return _settings(workspace).chaostoolkit.allow(module)
    except InvalidInput:
        return True


def _settings_mistakes(workspace: Workspace) -> tuple[Mistake, ...]:
    try:
        _settings(workspace)
    except InvalidInput as wrong:
        return wrong.mistakes
    return ()


def _settings(workspace: Workspace) -> Settings:
    from gameday.load.settings import read_settings

    return read_settings(workspace.root / "gameday.toml", _rule_names)


def _rule_names() -> Collection[str]:
    from gameday.gaps import GAPS

    return GAPS


def _runbook_rules(workspace: Workspace) -> Sequence[RunbookRule]:
    """Rules for pages, but for those that are off. Mistakes in the settings are told of with the whole workspace."""
    from gameday.gaps import GAPS

    try:
        off: Collection[str] = _settings(workspace).rules.off
    except InvalidInput:
        off = ()
    return [m.find_in_runbook for name, m in GAPS.items() if hasattr(m, "find_in_runbook") and name not in off]


def _troubles() -> Troubles:
    from gameday.schedule.troubles import troubles

    return troubles


def _at_once() -> AtOnce:
    from gameday.commands.scheduling import at_once_from_now

    return at_once_from_now


def _print(found: Checked) -> None:
    show_mistakes(found.errors)
    for finding in found.findings:
        gap = finding.gap
        click.echo(safe(f"{finding.file}:{finding.line}: {gap.severity} {gap.rule}: {gap.summary}. {gap.fix}", 1_000))
    wrong, gaps = len(found.errors), len(found.findings)
    click.echo(f"{found.files} files checked: {wrong or 'no'} mistake{'s' * (wrong != 1)}, {gaps or 'no'} gap{'s' * (gaps != 1)}", err=True)
