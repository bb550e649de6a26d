"""A workspace: the folder that holds scenarios, probes, runbooks and responders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gameday.load.quoting import quoted

_MARKERS = ("gameday.toml", "services.yaml", "scenarios")


@dataclass(frozen=True)
class Workspace:
    """The root of a workspace, and what lies in it. Links that lead out of it are passed over."""

    root: Path

    def scenarios(self) -> Sequence[Path]:
        return self._files("scenarios", "*.yaml")

    def probes(self) -> Sequence[Path]:
        return self._files("probes", "*.yaml")

    def runbooks(self) -> Sequence[Path]:
        return tuple(p for p in self._files("runbooks", "**/*.md") if not is_index(p))

    def responders(self) -> Sequence[Path]:
        return self._files("responders", "*.yaml")

    def schedules(self) -> Sequence[Path]:
        return self._files("schedules", "*.yaml")

    def _files(self, folder: str, pattern: str) -> Sequence[Path]:
        found = (self.root / folder).glob(pattern)
        return tuple(sorted(p for p in found if p.is_file() and self.holds(p)))

    def holds(self, path: Path) -> bool:
        """Whether a path leads to a place inside the root, links followed."""
        return path.resolve().is_relative_to(self.root.resolve())

    def path_mistake(self, text: str) -> str | None:
        """What is wrong with a file's path in a scenario, which counts from the root; None where it is a file inside."""
        try:
            if Path(text).is_absolute() or ".." in Path(text).parts or text.startswith("~"):
                return f"{quoted(text)} leads out of the workspace; write a path from its root, such as runbooks/Name.md"
            path = self.root / text
            if not self.holds(path):
                return f"{quoted(text)} is a link that leads out of the workspace"
            if not path.is_file():
                return f"there is no file {quoted(text)} in the workspace{self._near(text)}"
        except (OSError, ValueError, RuntimeError):
            return f"{quoted(text)} is not a path"
        return None

    def _near(self, text: str) -> str:
        from gameday.load.quoting import meant

        folder = (self.root / text).parent
        beside = [p.relative_to(self.root).as_posix() for p in sorted(folder.glob("*"))[:500]] if folder.is_dir() else []
        return meant(text, beside)


def is_index(page: Path) -> bool:
    """Whether a Markdown file lists the pages beside it, as site generators and repositories name such; no runbook itself."""
    return page.name.lower() in ("_index.md", "index.md", "readme.md")


def find_workspace(start: Path) -> Workspace:
    """The nearest folder, from `start` upwards, that holds gameday.toml, services.yaml or scenarios/; else `start`."""
    here = start.resolve()
    for folder in (here, *here.parents):
        if any((folder / marker).exists() for marker in _MARKERS):
            return Workspace(folder)
    return Workspace(here)
