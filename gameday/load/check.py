"""Check files without a drill: scenarios, probes, runbooks, responders, schedules, every mistake and every gap at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gameday.errors import InvalidInput, Mistake
from gameday.load.quoting import named, shown
from gameday.load.workspace import Workspace, is_index

if TYPE_CHECKING:
    from gameday.load.schedule import AtOnce, ScheduleReader, Troubles
    from gameday.model.gap import Gap
    from gameday.model.probe import ProbeDefinition
    from gameday.model.protocols import Fault
    from gameday.model.runbook import Runbook
    from gameday.model.scenario import Scenario
    from gameday.model.schedule import Schedule

    RunbookRule = Callable[[Runbook], Iterable[Gap]]

FOLDERS = ("scenarios", "probes", "runbooks", "responders", "schedules")


@dataclass(frozen=True)
class Catalogue:
    """What files may name: faults, environments, values of `${…}` that a place knows, and rules for pages."""

    faults: Mapping[str, type[Fault]]
    environments: Callable[[], Collection[str] | None] | None = None
    """Asked for when a scenario names another one than the sandbox."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    runbook_rules: Callable[[], Sequence[RunbookRule]] = tuple
    """Asked for when the first page is checked: rules take time to load."""
    troubles: Callable[[], Troubles] | None = None
    """Asked for when the first schedule is checked: what is well written there and cannot be."""
    at_once: Callable[[], AtOnce] | None = None
    """Asked for when schedules were read: what cannot be of all of them together."""
    allows: Callable[[str], bool] = lambda _: True
    """Whether code of a module may be called."""


@dataclass(frozen=True)
class Finding:
    """A gap of a document, and where it stands."""

    gap: Gap
    file: str
    line: int
    section: str


@dataclass(frozen=True)
class Checked:
    """All that a check found. `files` counts what was read."""

    errors: tuple[Mistake, ...]
    findings: tuple[Finding, ...]
    files: int

    def exit_code(self, fail_on: str = "S2") -> int:
        """2 where something is wrong, 1 where a gap is at least as severe as `fail_on`, else 0."""
        if self.errors:
            return 2
        return 1 if any(f.gap.severity <= fail_on for f in self.findings) else 0

    def json(self) -> str:
        """The contract: `{"gaps": […], "errors": […]}`."""
        gaps = [
            {
                "rule": f.gap.rule, "severity": f.gap.severity, "file": f.file, "line": f.line,
                "section": f.section, "summary": f.gap.summary, "fix": f.gap.fix,
            }
            for f in self.findings
        ]  # fmt: skip
        errors = [{"file": e.file, "line": e.line, "column": e.column, "message": e.message} for e in self.errors]
        return json.dumps({"gaps": gaps, "errors": errors}, indent=2, ensure_ascii=True)


@dataclass
class _Checking:
    workspace: Workspace
    catalogue: Catalogue
    errors: list[Mistake] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    probes: Mapping[str, ProbeDefinition] | None = None
    """None where the probes themselves have mistakes: then no name can be called unknown."""

    schedules: ScheduleReader | None = None
    """Made for the first schedule; scenarios and calendars that several share are read once."""
    planned: list[Schedule] = field(default_factory=list)
    """Schedules without a mistake."""

    def read_scenario(self, path: Path) -> Scenario:
        from gameday.load.scenario import read_scenario

        known = self.catalogue
        return read_scenario(
            path, known.faults, probes=self.probes, defaults=known.defaults, environments=known.environments, allows=known.allows
        )

    def scenario(self, path: Path) -> None:
        scenario = self.read_scenario(path)
        if scenario.runbook is not None:
            self._required_steps(path, scenario)

    def _required_steps(self, path: Path, scenario: Scenario) -> None:
        """Steps that the scenario requires and its page does not have."""
        use = scenario.runbook
        wanted = [i for s in (*use.required, *use.optional) for i in s.split("|")] if use else []
        if use is None or _plainly_there(self.workspace.root / use.path, wanted):
            return
        from gameday.load.runbook import read_runbook

        try:
            page = read_runbook(self.workspace.root / use.path, self.workspace.root)
        except InvalidInput:
            return  # told of when the page itself is checked
        line, column = _place_of(path, "runbook:")
        for step in dict.fromkeys(wanted):
            if page.step(step) is None:
                there = ", ".join(s.id for s in page.steps) or "none"
                self.errors.append(Mistake(shown(path), line, column, f"runbook: no step {named(step)} in {use.path}; it has {there}"))

    def runbook(self, path: Path) -> None:
        from gameday.load.runbook import read_runbook

        page = read_runbook(path, self.workspace.root)
        for rule in self.catalogue.runbook_rules():
            self.findings += (_finding(gap, page, path) for gap in rule(page))

    def responder(self, path: Path) -> None:
        from gameday.load.responder import read_responder

        read_responder(path)

    def schedule(self, path: Path) -> None:
        from gameday.load.schedule import ScheduleReader

        if self.schedules is None:
            troubles = self.catalogue.troubles() if self.catalogue.troubles else lambda *_: ()
            self.schedules = ScheduleReader(self.workspace, self.read_scenario, troubles)
        self.planned.append(self.schedules.read(path))

    def schedules_together(self) -> None:
        """Those that were asked for with all others; what concerns the others alone is told when they are checked."""
        if self.schedules is None or self.catalogue.at_once is None:
            return
        at_once, others = self.catalogue.at_once(), self.schedules.read_others(self.planned)
        found = self.schedules.mistakes_together([*self.planned, *others], at_once)
        known = self.schedules.mistakes_together(others, at_once) if found and others else ()
        self.errors += (m for m in found if m not in known)


def check(paths: Sequence[Path], workspace: Workspace, catalogue: Catalogue) -> Checked:
    """Check these files and folders; the whole workspace where none is given. Raises nothing: mistakes are the result."""
    checking = _Checking(workspace, catalogue)
    files, unknown = _files(paths, workspace)
    checking.errors += unknown
    _read_probes(checking, told=any(kind == "probes" for kind, _ in files) or not paths)
    for kind, path in files:
        try:
            match kind:
                case "scenarios":
                    checking.scenario(path)
                case "runbooks":
                    checking.runbook(path)
                case "responders":
                    checking.responder(path)
                case "schedules":
                    checking.schedule(path)
        except InvalidInput as wrong:
            checking.errors += wrong.mistakes
    checking.schedules_together()
    if not paths:
        _read_services(checking)
    findings = tuple(sorted(checking.findings, key=lambda f: (f.file, f.line, f.gap.rule)))
    return Checked(tuple(sorted(set(checking.errors))), findings, len(files))


def _read_probes(checking: _Checking, told: bool) -> None:
    from gameday.load.probes import read_probes

    try:
        checking.probes = read_probes(checking.workspace.root / "probes", checking.catalogue.defaults)
    except InvalidInput as wrong:
        checking.errors += wrong.mistakes if told else ()


def _read_services(checking: _Checking) -> None:
    """services.yaml, and programme.yaml, which names its services."""
    from gameday.load.programme import read_programme
    from gameday.load.services import read_services

    root = checking.workspace.root
    try:
        services = read_services(root / "services.yaml").services
        if (root / "programme.yaml").exists():
            read_programme(checking.workspace, services, checking.catalogue.faults)
    except InvalidInput as wrong:
        checking.errors += wrong.mistakes


def _files(paths: Sequence[Path], workspace: Workspace) -> tuple[list[tuple[str, Path]], list[Mistake]]:
    """Each file with the kind its folder gives it, and the paths that say nothing."""
    if not paths:
        everything = (workspace.scenarios(), workspace.probes(), workspace.runbooks(), workspace.responders(), workspace.schedules())
        return [(kind, p) for kind, found in zip(FOLDERS, everything, strict=True) for p in found], []
    files: dict[Path, str] = {}
    unknown = []
    for path in paths:
        if path.is_dir():
            found = {p: kind for p in _inside(path) if (kind := _kind(p)) is not None}
            files |= found
            if not found:
                unknown.append(Mistake(shown(path), 0, 0, "holds no scenario, probe, runbook, responder or schedule"))
        elif (kind := _kind(path)) is not None and path.is_file():
            files[path] = kind
        else:
            why = "is not a .yaml or .md file" if path.exists() else "no such file or folder"
            unknown.append(Mistake(shown(path), 0, 0, why))
    return [(kind, path) for path, kind in files.items()], unknown


def _inside(folder: Path) -> Iterator[Path]:
    hidden = (".", "node_modules", "reports")
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if not any(part.startswith(hidden) for part in parts) and path.is_file() and path.suffix in (".yaml", ".md") and not is_index(path):
            yield path


def _kind(path: Path) -> str | None:
    """What a file is, by the folder it lies in; elsewhere a .md is a runbook, a .yaml a scenario."""
    if path.suffix not in (".yaml", ".yml", ".md"):
        return None
    folder = next((part for part in reversed(path.resolve().parent.parts) if part in FOLDERS), None)
    if path.suffix == ".md":
        return "runbooks"
    return folder if folder != "runbooks" and folder is not None else "scenarios"


def _finding(gap: Gap, page: Runbook, path: Path) -> Finding:
    """A gap at the place its evidence names, `file:line sha256:…`, and the section around it."""
    place = gap.evidence[0].split(" ")[0].rpartition(":")[2]
    line = int(place) if place.isdecimal() else 1
    section = next((s.title for s in reversed(page.sections) if s.line <= line), "")
    return Finding(gap, shown(path), line, section)


def _plainly_there(page: Path, steps: Sequence[str]) -> bool:
    """Whether each step has a heading or a fence of its name: then the page need not be read as Markdown to know."""
    if not steps:
        return True
    try:
        text = page.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return all(re.search(rf'^#{{2,6}} +{re.escape(s)}[.:)]? |^```\w* *{{.*"name": *"{re.escape(s)}"', text, re.MULTILINE) for s in steps)


def _place_of(path: Path, key: str) -> tuple[int, int]:
    """Where a top-level key stands, without parsing the file once more."""
    for number, line in enumerate(path.read_text("utf-8-sig", "replace").splitlines(), 1):
        if line.startswith(key):
            return number, 1
    return 1, 1
