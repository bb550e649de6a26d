"""Settings of a workspace: `gameday.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gameday.model.docker_settings import DockerSettings
from gameday.model.duration import Duration
from gameday.model.noun import Noun
from gameday.model.production import ProductionSettings
from gameday.model.scenario import SANDBOX
from gameday.model.settings_values import REFERENCE, SecretReference, checked_address, checked_listen, checked_reference


class ProbeSettings(Noun):
    """What probes may do. `commands`: programs that a `command` probe may start, as names or absolute paths."""

    commands: tuple[str, ...] = ()
    """Programs that a `command` probe may start: names, or absolute paths."""


class RuleSettings(Noun):
    """Gap rules that are off, each with the reason, which stands in every report."""

    off: Mapping[str, Annotated[str, Field(min_length=3)]] = Field(default_factory=dict)
    """Gap rules that do not speak here, each with the reason, which stands in every report."""


def _free_name(name: str) -> str:
    if name == SANDBOX:
        raise ValueError(f'an environment cannot be called "{name}", which is the sandbox that every workspace has')
    return name


EnvironmentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$"), AfterValidator(_free_name)]


class LimitSettings(Noun):
    """How much may be broken."""

    parallel_faults: Annotated[int, Field(ge=1, le=10)] = 1
    """How many faults may be in effect at one time."""
    allow_monitoring_faults: bool = False
    """Whether faults may act on the Prometheus and the Alertmanager that drills themselves read."""
    irreversible: bool = False
    """Whether faults may be injected whose damage stays, such as `cache_flush`. Each must say `irreversible: true` too."""
    max_percent: Annotated[float, Field(ge=0, le=100)] = 50
    """How much of a service may be broken, of its containers, where it has two or more. 0: nothing may be broken at all."""
    min_healthy_left: Annotated[int, Field(ge=0, le=100)] = 1
    """How many healthy containers of a service a fault must leave, where it has two or more."""


def _store(url: str) -> str:
    if REFERENCE.fullmatch(url):
        return url
    if re.match(r"[a-z]+://[^/@]*:[^/@]*@", url):
        raise ValueError("a password is not written here; write ${env:NAME} with the whole address, or use PGPASSFILE")
    return url


class StoreSettings(Noun):
    """Where slots, seals and histories are kept."""

    url: Annotated[str, AfterValidator(_store)] | None = None
    """`postgresql://user@host/name`, `sqlite:////path/of/store.db`, or `${env:NAME}` with either. Without it: SQLite in the state folder of this host."""
    keep_days: Annotated[int, Field(ge=31, le=36_500)] = 400
    """Days after which each step of a slot, notices, and invitations to what is over are deleted. What became of a slot is kept for ever."""

    @property
    def keep(self) -> timedelta:
        """The same as a span."""
        return timedelta(days=self.keep_days)


class ServerSettings(Noun):
    """How `gameday serve` is reached, and how much its agents run."""

    listen: Annotated[str, AfterValidator(checked_listen)] = "127.0.0.1:18070"
    """Address and port of health and metrics."""
    token: SecretReference | None = None
    """A bearer token that metrics ask for. Needed where `listen` is not this host alone."""
    certificate: str | None = None
    """File with a TLS certificate and its chain. Needed where `listen` is not this host alone."""
    key: str | None = None
    """File with the certificate's key."""
    drills_at_once: Annotated[int, Field(ge=1, le=20)] = 1
    """Drills that one agent runs at a time; others wait, and are missed after their schedule's `grace`."""


def _secret_address(text: str) -> str:
    return checked_reference(text) if text.startswith("${") else checked_address(text)


class NoticeSettings(Noun):
    """A channel that is told of drills before, at the start and after, each time with the mark THIS IS A DRILL."""

    kind: Literal["webhook", "slack"]
    """`webhook` posts JSON; `slack` posts to an incoming webhook of Slack."""
    url: Annotated[str, AfterValidator(_secret_address)]
    """Where to post: an address, or `${env:NAME}`. Slack's addresses are secrets, and have to be named."""
    to: Literal["participants", "facilitators"] = "participants"
    """Who reads it. Participants are told neither the fault nor the moment of a surprise."""
    before: tuple[Duration, ...] = (timedelta(days=1), timedelta(hours=1))
    """How long before a drill, each of them; none where the list is empty."""
    secret: SecretReference | None = None
    """With `webhook`: key of the signature in `X-Gameday-Signature`, HMAC-SHA256 over time stamp, a dot, and the body."""

    @model_validator(mode="after")
    def _secrets_are_named(self) -> Self:
        if self.kind == "slack" and not self.url.startswith("${"):
            raise ValueError('whoever knows an address of Slack can post there; write url = "${env:NAME}"')
        return self


class ChaostoolkitSettings(Noun):
    """Which code of others the fault `chaostoolkit` may call."""

    modules: tuple[Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")], ...] = ()
    """Modules whose functions may be called: `chaosk8s.pod.actions`, or `chaosk8s` for all below it."""

    def allow(self, module: str) -> bool:
        """Whether a module, or one above it, is named."""
        return any(module == name or module.startswith(f"{name}.") for name in self.modules)


class Settings(Noun):
    """Everything in `gameday.toml`. Every key may be left out."""

    probes: ProbeSettings = ProbeSettings()
    """What probes may do."""
    limits: LimitSettings = LimitSettings()
    """How much may be broken at one time."""
    chaostoolkit: ChaostoolkitSettings = ChaostoolkitSettings()
    """Which extensions of Chaos Toolkit may be called."""
    rules: RuleSettings = RuleSettings()
    """Which gap rules speak."""
    store: StoreSettings = StoreSettings()
    """Where slots, seals and histories are kept."""
    server: ServerSettings = ServerSettings()
    """How `gameday serve` is reached."""
    notices: Mapping[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")], NoticeSettings] = Field(default_factory=dict)
    """Channels that are told of drills, by any name."""
    environments: Mapping[EnvironmentName, DockerSettings] = Field(default_factory=dict)
    """Environments beside `sandbox`, by the name that scenarios and the label `gameday.allow` use."""
    production: ProductionSettings = ProductionSettings()
    """What counts as production, and is refused."""
