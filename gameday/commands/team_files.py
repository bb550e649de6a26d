"""Files that lie beside a workspace's folders, known by their names, for `gameday check`: each is checked as what it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from gameday.errors import InvalidInput, Mistake
from gameday.load.check import FOLDERS
from gameday.load.quoting import shown
from gameday.load.workspace import Workspace, is_index

TEAM_FILES = ("gameday.toml", "services.yaml", "programme.yaml")
PASSED = (".", "node_modules", "reports")
"""Beginnings of names, of folders and files, that nobody looks into where a folder is checked."""


def apart(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """What is asked for without files of the team and lists of pages, and the files of the team. A folder with such is taken file by file."""
    rest: list[Path] = []
    team: list[Path] = []
    for path in paths:
        inside = sorted(_inside(path)) if path.is_dir() else []
        if path.is_dir() and not any(_is_team_file(p) for p in inside):
            rest.append(path)
            continue
        for file in inside or [path]:
            if _is_team_file(file):
                team.append(file)
            elif not (is_index(file) and file.is_file()) and (not inside or file.suffix in (".yaml", ".md")):
                rest.append(file)
    return list(dict.fromkeys(rest)), list(dict.fromkeys(team))


def team_mistakes(team: Sequence[Path], rules: Callable[[], Collection[str]], faults: Collection[str]) -> Iterator[Mistake]:
    """All mistakes of these files."""
    from gameday.load.programme import read_programme
    from gameday.load.services import read_services
    from gameday.load.settings import read_settings

    for path in team:
        try:
            match path.name:
                case "gameday.toml":
                    read_settings(path, rules)
                case "services.yaml":
                    read_services(path)
                case _:
                    read_programme(Workspace(path.parent), _services(path.parent), faults)
        except InvalidInput as wrong:
            yield from wrong.mistakes


def lists_pages(path: Path) -> Mistake:
    """Where a list of pages is all that is asked for."""
    return Mistake(shown(path), 0, 0, "lists pages and is no runbook; there is nothing to check")


def _services(folder: Path) -> Collection[str]:
    """Those that a programme may name; any where their own file has mistakes, which are told of with it."""
    from gameday.load.services import read_services

    try:
        return read_services(folder / "services.yaml").services
    except InvalidInput:
        return ()


def _is_team_file(path: Path) -> bool:
    return path.name in TEAM_FILES and path.is_file() and path.resolve().parent.name not in FOLDERS


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if not any(part.startswith(PASSED) for part in path.relative_to(folder).parts) and path.is_file():
            yield path
