"""A file inside a target, as a fault looks at it, replaces it, and says how it is put back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from gameday.errors import InvalidInput, Refused
from gameday.model.undo import UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment
    from gameday.undo.inside_file import FileState

LARGEST = 65_536
"""Bytes of a file that are handed over as one argument."""
_OWNER = 'stat -L -c "%u:%g" "$1"'
_CAN_WRITE = 'for d in "${1%/*}/" /tmp/; do [ -w "$d" ] && echo "$d" && exit; done; exit 1'
_BACK_UP = 'umask 077 && cat "$1" > "$2" && s=$(sha256sum < "$2") && [ "${s%%%% *}" = "$3" ] && { chmod u+w "$1" 2>/dev/null || :; }'
_WRITE = ' && { %s; } > "$1" && chmod "$4" "$1"'
TEXT = 'printf %s "$5"'
"""What writes the file: a text that is handed over."""


class InsideFile(NamedTuple):
    """`user` is who acts on it: its owner, since a container's root may be barred from the files of others."""

    environment: Environment
    target: Target
    path: str
    user: str

    @classmethod
    def found(cls, environment: Environment, target: Target, path: str) -> InsideFile:
        """Raises InvalidInput where there is no such file."""
        for user in ("", "0"):
            ran = environment.run(target, "sh", "-c", _OWNER, "sh", path, user=user)
            if ran.code == 0:
                return cls(environment, target, path, ran.output.strip())
        raise InvalidInput(f"{target.name} has no file {path}: {ran.output.strip()[-100:]}")

    def state(self, path: str = "") -> FileState:
        """Of this file, or of another that its owner may read."""
        # Loaded where it is used, as Docker's SDK comes with it: `check` reads faults, and must be quick.
        from gameday.undo.inside_file import LOOK, read_look

        return read_look(self._run(LOOK, path or self.path))

    def has(self, path: str) -> bool:
        """Whether its owner sees another file there."""
        from gameday.undo.inside_file import ABSENT

        return self.state(path).hash != ABSENT

    def text(self, path: str = "") -> str:
        """Raises Refused where it is too long or no text."""
        said, state = self._run('cat "$1"', path or self.path), self.state(path)
        if len(said.encode()) > LARGEST:
            raise Refused(f"{self.path} of {self.target.name} is longer than {LARGEST // 1024} KB, which is all that gameday rewrites")
        if digest(said) != state.hash:
            raise Refused(f"{self.path} of {self.target.name} is no text in UTF-8, and gameday rewrites nothing else")
        return said

    def backup(self, fault: str) -> str:
        """Where its copy is kept: beside it, or where its owner may not write there, in /tmp. Raises Refused."""
        ran = self.environment.run(self.target, "sh", "-c", _CAN_WRITE, "sh", self.path, user=self.user)
        if ran.code:
            raise Refused(f"{self.target.name} has no place for a copy of {self.path}: neither its folder nor /tmp can be written")
        return f"{ran.output.strip()}.gameday-{self.target.marker(fault)}-{digest(self.path)[:8]}"

    def restore(self, fault: str, injected: str) -> UndoStep:
        """Its undo. `injected` is the hash of what the fault writes, `any` where that cannot be known. Raises Refused."""
        state, backup = self.state(), self.backup(fault)
        if self.has(backup):
            raise Refused(f"{self.target.name} has a copy of {self.path} already, of another fault; that must be put back first")
        return UndoStep(
            verb="inside_file_restore",
            arguments={
                "container": self.target.container, "path": self.path, "backup": backup, "user": self.user,
                "before": state.hash, "mode": state.mode, "owner": state.owner, "injected": injected,
            },
        )  # fmt: skip

    def replace(self, fault: str, script: str, *words: str) -> None:
        """Copy it to its backup, see that the copy is whole, then write over it what a script says: it stays the same file.

        For the script, `$1` is the file, `$2` the copy, and the words begin at `$5`.
        """
        state = self.state()
        given = (self.path, self.backup(fault), state.hash, state.mode, *words)
        ran = self.environment.run(self.target, "sh", "-c", (_BACK_UP + _WRITE) % script, "sh", *given, user=self.user)
        if ran.code:
            raise RuntimeError(f"{self.path} of {self.target.name} cannot be written: {ran.output.strip()[-200:]}")

    def _run(self, script: str, path: str) -> str:
        ran = self.environment.run(self.target, "sh", "-c", script, "sh", path, user=self.user)
        if ran.code:
            raise InvalidInput(f"{path} of {self.target.name} cannot be read: {ran.output.strip()[-200:]}")
        return ran.output


def absent(environment: Environment, target: Target, path: str, injected: str) -> UndoStep:
    """The undo of a file that is written where there is none. Raises Refused where there is one."""
    from gameday.undo.inside_file import ABSENT

    if environment.run(target, "sh", "-c", '[ -e "$1" ]', "sh", path).code == 0:
        raise Refused(f"{target.name} has a file {path} already, which is somebody else's; remove it first")
    return UndoStep(
        verb="inside_file_restore",
        arguments={
            "container": target.container, "path": path, "backup": "", "user": "",
            "before": ABSENT, "mode": "", "owner": "", "injected": injected,
        },
    )  # fmt: skip


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
