"""Let a service's clock be wrong.

What it does: Writes `by` into the control file of libfaketime, which the container must have loaded (`LD_PRELOAD`, and
    `FAKETIME_TIMESTAMP_FILE` for the file): its processes see another time of day. Monotonic clocks go on as they were where
    the container says so (`FAKETIME_DONT_FAKE_MONOTONIC=1`). No container's clock can be set otherwise: the kernel has one.
    Try the service with the library first: with libfaketime 0.9.10, what sleeps until a moment of the monotonic clock, such as
    Python's `time.sleep`, does not wake up.
The incident it stands for: A host without time synchronisation: tokens that are not valid yet, certificates that are not
    valid any more, orders from the future.
Undo: `inside_file_restore`: the control file is removed, verified; libfaketime notices within a second or its own
    `FAKETIME_CACHE_DURATION`. A clock that was fast goes back.
Blast radius: One container, and what believes its time stamps.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field, TypeAdapter, ValidationError

from gameday.environments.inside_file import absent, digest
from gameday.errors import Missing
from gameday.model.duration import Duration
from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.path_inside import PathInside
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

LOADED = (
    'for p in /proc/[0-9]*; do [ "$p" = /proc/$$ ] && continue; while read -r range may at device inode path; do '
    'case "$path" in *libfaketime*) printf \'%s %s\' "$path" "$(tr \'\\0\' \'\\n\' < "$p/environ" | '
    'sed -n \'s/^FAKETIME_TIMESTAMP_FILE=//p\')"; exit 0;; esac; done < "$p/maps"; done 2> /dev/null; exit 1'
)
"""The library that a process other than this shell has, and that process's control file."""
CLOCK = 'LD_PRELOAD="$1" FAKETIME_TIMESTAMP_FILE="$2" date +%s'
NOTICED = 0.9
"""The share of the skew that must be seen: between the two looks at a clock some time passes."""


class ClockSkew(Noun):
    """`{fault: clock_skew, target: payments, by: 1h}`."""

    name: ClassVar[str] = "clock_skew"
    deeds: ClassVar[Deeds] = Deeds(undoing=("start",))

    by: Annotated[Duration, Field(ge=timedelta(seconds=5), le=timedelta(days=3650), examples=["1h"])]
    """How far its clock is off; 5 seconds or more."""
    ahead: bool = True
    """Whether it is fast; `false`: slow."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, (_, file) = environment.state(target), self._loaded(environment, target)
        start = UndoStep(verb="container_start", arguments={"container": target.container})
        return Undo.of(target, before, start, absent(environment, target, file, digest(self._offset())))

    def inject(self, environment: Environment, target: Target) -> None:
        _, file = self._loaded(environment, target)
        ran = environment.run(target, "sh", "-c", 'printf %s "$1" > "$2"', "sh", self._offset(), file)
        if ran.code:
            raise RuntimeError(f"{file} of {target.name} cannot be written: {ran.output.strip()[-200:]}")

    def is_live(self, environment: Environment, target: Target) -> bool:
        """What a program inside with the same library takes for the time, beside this host's."""
        said = environment.run(target, "sh", "-c", CLOCK, "sh", *self._loaded(environment, target)).output.strip()
        skew = (int(said) - time.time()) if said.isdecimal() else 0.0
        return (skew if self.ahead else -skew) >= self.by.total_seconds() * NOTICED

    def _offset(self) -> str:
        return f"{'+' if self.ahead else '-'}{self.by.total_seconds():.0f}\n"

    def _loaded(self, environment: Environment, target: Target) -> tuple[str, str]:
        """The library that a process of the target has loaded, and its control file. Raises Missing."""
        ran = environment.run(target, "sh", "-c", LOADED)
        library, _, file = ran.output.strip().partition(" ")
        try:
            checked = TypeAdapter(PathInside).validate_python
            return checked(library), checked(file)
        except ValidationError as error:
            raise Missing(
                f"{target.name} has not loaded libfaketime with a control file, and no container has a clock of its own; start it with "
                "LD_PRELOAD=…/libfaketime.so.1, FAKETIME_TIMESTAMP_FILE=/path and FAKETIME_CACHE_DURATION=1 (clock_skew needs that)"
            ) from error
