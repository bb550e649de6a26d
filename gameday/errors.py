"""Every way gameday stops, and the exit code each one gives.

GamedayError
├── InvalidInput      2  something a person wrote is wrong; carries every mistake at once
├── Refused           3  a safety rule says no
├── Stuck             4  something may still be broken: an undo could not be verified
├── NothingJudged     5  the drill ended before anything could be judged
├── Missing           6  Docker, monitoring, a capability or disk space is not there
└── Interrupted     128+n  stopped by a signal, after the undo

Exit code 1 is not an error: it says that gaps were found.
"""

from __future__ import annotations

from dataclasses import dataclass


class GamedayError(Exception):
    """The root: a sentence for a person, and the exit code that goes with it."""

    exit_code = 2


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing to correct in one file. Lines and columns count from 1; 0 means the whole file."""

    file: str
    line: int
    column: int
    message: str
    unsafe: bool = False
    """Understood, and forbidden by a safety rule: `check` calls it a mistake, `run` refuses."""

    def __str__(self) -> str:
        if not self.line:
            return f"{self.file}: {self.message}"
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class InvalidInput(GamedayError):
    """A file or an argument is wrong. Holds all mistakes that were found, not the first one."""

    exit_code = 2

    def __init__(self, *mistakes: Mistake | str) -> None:
        self.mistakes = tuple(m for m in mistakes if isinstance(m, Mistake))
        super().__init__("\n".join(str(m) for m in mistakes))


class Refused(GamedayError):
    """A safety rule forbids it. The message names the rule and the line to write."""

    exit_code = 3


class Stuck(GamedayError):
    """A fault may still be in effect. The message holds the command that removes it by hand."""

    exit_code = 4


class NothingJudged(GamedayError):
    """The drill proved nothing: invalid, aborted, or without a steady state."""

    exit_code = 5


class Missing(GamedayError):
    """Docker, a monitoring address, a capability or disk space that is needed is not there."""

    exit_code = 6


class Interrupted(GamedayError):
    """Stopped by a signal; raised only after every fault was undone."""

    def __init__(self, signal_number: int, message: str) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal_number
