"""Read `schedules/*.yaml`: when which scenario is drilled, with whom, and the calendars that stand in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gameday.errors import InvalidInput, Mistake
from gameday.load.calendar import read_calendar
from gameday.load.noun_reader import Mistakes, must_be_mapping, read_noun
from gameday.load.quoting import meant, quoted, shown
from gameday.load.tree import Branch, Loc, Mark, find, key_mark, way_text
from gameday.load.workspace import Workspace
from gameday.load.yaml_reader import decode, parse_yaml, read_bytes
from gameday.model.closing import Calendar
from gameday.model.scenario import SANDBOX, Scenario
from gameday.model.schedule import FACILITATOR, Schedule, WrittenSchedule

Troubles = Callable[[Schedule, Mapping[str, Calendar]], Iterable[tuple[Loc, str]]]
"""What is wrong with a schedule whose file can be read: the way to a key, and a sentence."""
AtOnce = Callable[[Sequence[Schedule], Mapping[str, Calendar]], Iterable[tuple[str, Loc, str]]]
"""What cannot be of all schedules together: the name of one, the way to its key, and a sentence."""


@dataclass
class ScheduleReader:
    """Reads the schedules of a workspace. Scenarios and calendars that several share are read once."""

    workspace: Workspace
    scenario: Callable[[Path], Scenario]
    """Reads a scenario; raises InvalidInput."""
    troubles: Troubles
    calendars: dict[str, Calendar] = field(default_factory=dict)
    """Those read so far, by the path that schedules write."""
    _scenarios: dict[str, Scenario | None] = field(default_factory=dict)
    _roles: dict[str, tuple[str, Mapping[str, Mark]]] = field(default_factory=dict)
    """Of each schedule, its file and where its roles stand there."""

    def read_all(self) -> Sequence[Schedule]:
        """All schedules. Raises InvalidInput with the mistakes of all files."""
        found: list[Schedule] = []
        wrong: list[Mistake] = []
        for path in self.workspace.schedules():
            try:
                found.append(self.read(path))
            except InvalidInput as error:
                wrong += error.mistakes
        if wrong:
            raise InvalidInput(*sorted(set(wrong)))
        return found

    def read_others(self, known: Iterable[Schedule]) -> Sequence[Schedule]:
        """All schedules but those known; one with mistakes is left out, for it is told of elsewhere."""
        names = {s.name for s in known}
        found: list[Schedule] = []
        for path in self.workspace.schedules():
            if path.stem not in names:
                with suppress(InvalidInput):
                    found.append(self.read(path))
        return found

    def mistakes_together(self, schedules: Sequence[Schedule], at_once: AtOnce) -> Sequence[Mistake]:
        """What cannot be of schedules that were read here, each well written on its own."""
        found = []
        for name, way, said in at_once(schedules, self.calendars):
            file, marks = self._roles[name]
            mark = marks[str(way[-1])]
            found.append(Mistake(file, mark.line, mark.column, f"{way_text(way)}: {said}"))
        return found

    def read(self, path: Path, text: str | None = None) -> Schedule:
        """The schedule in a file, or in `text` that is going to be it. Raises InvalidInput with all mistakes."""
        file = shown(path)
        mistakes = Mistakes(file)
        tree = must_be_mapping(parse_yaml(text if text is not None else decode(read_bytes(path), file), file), mistakes, "a schedule")
        written: WrittenSchedule | None = read_noun(tree, WrittenSchedule, mistakes)
        if written is None:
            mistakes.stop()
        assert written is not None
        self._tell_files(written, tree, mistakes)
        _tell_people(written, tree, mistakes)
        schedule = self._joined(path, written, tree, mistakes)
        if schedule is not None:
            calendars = {p: c for p in (*written.freezes, *written.holidays) if (c := self.calendars.get(p))}
            for way, said in self.troubles(schedule, calendars):
                _, known, mark = find(tree, way)
                mistakes.add(mark if known else key_mark(tree, str(way[0])), said, known)
        mistakes.stop()
        assert schedule is not None
        self._roles[schedule.name] = file, {role: key_mark(find(tree, ("roles",))[0], role) for role in schedule.roles}
        return schedule

    def _joined(self, path: Path, written: WrittenSchedule, tree: Branch, mistakes: Mistakes) -> Schedule | None:
        """With what the scenario says."""
        scenario = self._scenario(written, tree, mistakes)
        facts: dict[str, Any] = {}
        if scenario is not None:
            facts = {"service": scenario.service, "environment": scenario.environment, "faults": tuple(i.fault for i in scenario.faults)}
            if scenario.environment != SANDBOX and written.approval is None:
                said = f"{quoted(scenario.environment)} is not the sandbox, so each slot needs a yes; add `approval: {{by: [who]}}`"
                mistakes.add(key_mark(tree, "scenario"), said, ("scenario",))
            for name in set(written.variables) - set(scenario.vars):
                said = f"the scenario has no variable {quoted(name)}{meant(name, scenario.vars)}"
                mistakes.add(find(tree, ("variables", name))[2], said, ("variables",))
        try:
            return Schedule(**{n: getattr(written, n) for n in WrittenSchedule.model_fields}, name=path.stem, **facts)
        except ValueError:
            said = f"the file's name {quoted(path.stem)} is no name of a schedule; use a-z, 0-9 and -, as in checkout-monthly.yaml"
            mistakes.add(tree.mark, said)
            return None

    def _scenario(self, written: WrittenSchedule, tree: Branch, mistakes: Mistakes) -> Scenario | None:
        _, way, mark = find(tree, ("scenario",))
        if (wrong := self.workspace.path_mistake(written.scenario)) is not None:
            mistakes.add(mark, wrong, way)
            return None
        if written.scenario not in self._scenarios:
            try:
                self._scenarios[written.scenario] = self.scenario(self.workspace.root / written.scenario)
            except InvalidInput:
                self._scenarios[written.scenario] = None
        if self._scenarios[written.scenario] is None:
            mistakes.add(mark, f"{quoted(written.scenario)} has mistakes of its own; see `gameday check {written.scenario}`", way)
        return self._scenarios[written.scenario]

    def _tell_files(self, written: WrittenSchedule, tree: Branch, mistakes: Mistakes) -> None:
        if written.responders not in ("human", "none") and (wrong := self.workspace.path_mistake(written.responders)) is not None:
            mistakes.add(find(tree, ("responders",))[2], f"{wrong}; write human, none, or a file under responders/", ("responders",))
        for key in ("freezes", "holidays"):
            for index, path in enumerate(getattr(written, key)):
                if (wrong := self.workspace.path_mistake(path)) is not None:
                    mistakes.add(find(tree, (key, index))[2], wrong, (key, index))
                else:
                    self._read_calendar(path, mistakes)

    def _read_calendar(self, path: str, mistakes: Mistakes) -> None:
        if path in self.calendars:
            return
        try:
            self.calendars[path] = read_calendar(self.workspace.root / path)
        except InvalidInput as error:
            mistakes.take(error.mistakes)


def _tell_people(written: WrittenSchedule, tree: Branch, mistakes: Mistakes) -> None:
    """Roles that cannot be filled, and barred people whom nobody asked."""
    everybody = {person for role in written.roles.values() for person in role.from_}
    for person in written.barred:
        if person not in everybody:
            mark = key_mark(find(tree, ("barred",))[0], person)
            mistakes.add(mark, f"{quoted(person)} is in no role{meant(person, everybody)}", ("barred",))
    for name, role in written.roles.items():
        free = [p for p in role.from_ if name == FACILITATOR or p not in written.barred]
        if len(free) < role.seats:
            said = f"{role.seats} seat{'s' * (role.seats != 1)}, and {len(free) or 'nobody'} to take them{' who is not barred' * (len(free) < len(role.from_))}; name more people"
            mistakes.add(find(tree, ("roles", name))[2], said, ("roles", name))


def schedule_files(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """Each schedule's name and file."""
    return ((path.stem, path) for path in workspace.schedules())


def unknown_schedule(name: str, workspace: Workspace) -> InvalidInput:
    """`no schedule 'chekout'; did you mean …`."""
    names = [n for n, _ in schedule_files(workspace)]
    there = meant(name, names) or (f"; there is {', '.join(names)}" if names else "; there is none: add one with `gameday schedule add`")
    return InvalidInput(Mistake("schedules", 0, 0, f"no schedule {quoted(name)}{there}"))
