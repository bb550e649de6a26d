"""Change a configuration file of a service to a wrong value.

What it does: Writes over a text file inside the container: every `replace` in it becomes `by`, or all of it becomes `content`.
    It stays the same file, with mode and owner, so files that are mounted alone work too. `reload` says how the service is
    told: a signal to its main process, or a command inside. Needs `sh`, `cat`, `stat`, `chmod` and `sha256sum` inside.
The incident it stands for: A change of configuration that nobody tried: a wrong address, a limit with a zero too few.
Undo: `inside_file_restore`: byte for byte, with mode and owner, from a copy inside whose hash the ledger has;
    `container_start` where the service did not survive it; `service_reload`. What somebody else wrote meanwhile stays.
Blast radius: One container; with a mounted file, all that share it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator

from gameday.environments.inside_file import LARGEST, TEXT, InsideFile, digest
from gameday.errors import InvalidInput
from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.path_inside import PathInside
from gameday.model.reload import Reload, reload_steps, tell
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

Text = Annotated[str, Field(max_length=LARGEST, pattern=r"^[^\x00]*$")]


class ConfigChange(Noun):
    """`{fault: config_change, target: shop, path: /etc/shop.ini, replace: "pool = 20", by: "pool = 1", reload: HUP}`."""

    name: ClassVar[str] = "config_change"
    deeds: ClassVar[Deeds] = Deeds(injecting=("kill",), undoing=("kill", "start"))

    path: PathInside
    """The file."""
    replace: Annotated[Text, Field(min_length=1)] | None = None
    """What stands there now; each place of it is replaced."""
    by: Text | None = None
    """What stands there instead."""
    content: Text | None = None
    """The whole of the wrong file, in place of `replace` and `by`."""
    reload: Reload | None = None
    """How the service reads it again: `HUP`, `USR1`, `USR2`, or a command such as `[nginx, -s, reload]`; without it, by itself."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.content is None) != (self.replace is not None and self.by is not None) or (self.replace is None) != (self.by is None):
            raise ValueError("say what is wrong with the file in one way: either `replace` with `by`, or `content`")
        return self

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, file = environment.state(target), InsideFile.found(environment, target, self.path)
        now = file.text()
        if (wrong := self._wrong(now)) == now:
            why = f"does not hold {self.replace!r}" if self.replace else "holds that already"
            raise InvalidInput(f"{self.path} of {target.name} {why}, so nothing would change")
        if len(wrong.encode()) > LARGEST:
            raise InvalidInput(f"{self.path} of {target.name} would be longer than {LARGEST // 1024} KB, which is all that gameday writes")
        start = UndoStep(verb="container_start", arguments={"container": target.container})
        return Undo.of(target, before, file.restore(self.name, digest(wrong)), start, *reload_steps(self.reload, target))

    def inject(self, environment: Environment, target: Target) -> None:
        file = InsideFile.found(environment, target, self.path)
        file.replace(self.name, TEXT, self._wrong(file.text()))
        tell(self.reload, environment, target)

    def is_live(self, environment: Environment, target: Target) -> bool:
        """The file holds what the copy holds, but for the change. A service that ended of it counts: nothing can be asked of it."""
        try:
            file = InsideFile.found(environment, target, self.path)
            backup = file.backup(self.name)
            return file.has(backup) and file.state().hash == digest(self._wrong(file.text(backup)))
        except InvalidInput:
            return environment.state(target)["running"] != "true"

    def _wrong(self, text: str) -> str:
        if self.content is not None:
            return self.content
        return text.replace(self.replace or "", self.by or "")
