"""Schedules as files of a workspace, read again when they change: only those that did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gameday.errors import InvalidInput, Mistake
from gameday.load.schedule import ScheduleReader
from gameday.load.workspace import Workspace
from gameday.model.schedule import Schedule
from gameday.schedule.agenda import Agenda

_Seen = Mapping[Path, tuple[int, int]]


@dataclass
class ScheduleFiles:
    """Reads `schedules/`. `reader` makes a reader that knows the workspace's scenarios as they are now."""

    workspace: Workspace
    reader: Callable[[], ScheduleReader]
    _around: _Seen | None = None
    _seen: _Seen = field(default_factory=dict)
    _known: dict[Path, Schedule] = field(default_factory=dict)
    _used: ScheduleReader | None = None
    _looked: datetime | None = None
    _since: dict[Path, datetime] = field(default_factory=dict)

    def changed(self) -> bool:
        """Whether a schedule, or anything that one leads to, is not what it was when it was read."""
        return self._look_at_schedules() != self._seen or self._look_around() != self._around

    def read(self) -> tuple[Agenda, Mapping[str, datetime]]:
        """The agenda, and since when each file is there. Raises InvalidInput with the mistakes of all files."""
        seen, around = self._look_at_schedules(), self._look_around()
        if around != self._around or self._used is None:
            self._known, self._used = {}, self.reader()
        same = {path: s for path, s in self._known.items() if seen.get(path) == self._seen.get(path)}
        self._seen, self._known = seen, same
        mistakes: set[Mistake] = set()
        for path in seen:
            if path not in self._known:
                try:
                    self._known[path] = self._used.read(path)
                except InvalidInput as wrong:
                    mistakes |= set(wrong.mistakes)
        # Looked at again: now the calendars are known that schedules name.
        self._around = self._look_around()
        if mistakes:
            raise InvalidInput(*sorted(mistakes))
        return Agenda(self._known.values(), self._used.calendars), {path.stem: self._since[path] for path in self._known}

    def _look_at_schedules(self) -> _Seen:
        """What is there. A file counts since it was written, but not since before the look that did not find it under this name:
        one that was renamed, or copied with its old time, missed nothing before it came."""
        now, seen = datetime.now(UTC), _look(self.workspace.schedules())
        for path in seen.keys() - self._since.keys():
            written = datetime.fromtimestamp(seen[path][0] / 1e9, UTC)
            self._since[path] = max(written, self._looked or written)
        for path in self._since.keys() - seen.keys():
            del self._since[path]
        self._looked = now
        return seen

    def _look_around(self) -> _Seen:
        root = self.workspace.root
        calendars = [root / path for path in (self._used.calendars if self._used else ())]
        return _look([*self.workspace.scenarios(), *self.workspace.probes(), *calendars, root / "gameday.toml"])


def _look(paths: Iterable[Path]) -> _Seen:
    found = {}
    for path in paths:
        try:
            state = path.stat()
        except OSError:
            continue
        found[path] = (state.st_mtime_ns, state.st_size)
    return found
