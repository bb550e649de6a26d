"""Deploy a bad release.

What it does: Makes `release` the current one of the service, as a deployment would. Its code is what is bad.
The incident it stands for: A change that passed every test and fails in production; the commonest cause of incidents.
Undo: `release_set`: the release that was current before, verified by asking again. A release that somebody deployed
    meanwhile stays: a rollback by hand is the mitigation this fault asks for.
Blast radius: One service, all of its replicas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.errors import Refused
from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment


class BadDeploy(Noun):
    """`{fault: bad_deploy, target: shop, release: v2}`."""

    name: ClassVar[str] = "bad_deploy"
    deeds: ClassVar[Deeds] = Deeds()

    release: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$", examples=["v2"])]
    """The bad one."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, now = environment.state(target), environment.release(target.service)
        if now.current == self.release:
            raise Refused(
                f"{target.service} runs the release {self.release} already, so there is none to go back to; deploy a good one first"
            )
        arguments = {"url": now.url, "service": target.service, "injected": self.release, "before": now.current}
        return Undo.of(target, before, UndoStep(verb="release_set", arguments=arguments), release=now.current)

    def inject(self, environment: Environment, target: Target) -> None:
        environment.deploy(target.service, self.release)

    def is_live(self, environment: Environment, target: Target) -> bool:
        return environment.release(target.service).current == self.release
