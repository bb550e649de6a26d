"""Settings of a workspace: `gameday.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gameday.model.address import refused_because
from gameday.model.noun import Noun
from gameday.model.scenario import PRODUCTION, SANDBOX

_REFERENCE = re.compile(r"\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^${}]+)\}")
_LISTEN = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|localhost):(\d{1,5})")


def _address(url: str) -> str:
    if (why := refused_because(url)) is not None:
        raise ValueError(f"the address {why}")
    return url.rstrip("/")


def _reference(text: str) -> str:
    # What was written is not repeated: it may be the secret itself.
    if not _REFERENCE.fullmatch(text):
        raise ValueError("secrets are not written here; write ${env:NAME} or ${file:/path/of/the/secret}")
    return text


def _listen(text: str) -> str:
    found = _LISTEN.fullmatch(text)
    if not found or not 1 <= int(found[2]) <= 65535:
        raise ValueError(f'"{text}" is not a place to listen; write an address and a port, such as 127.0.0.1:18099')
    return text


Address = Annotated[str, AfterValidator(_address)]
SecretReference = Annotated[str, AfterValidator(_reference)]
"""Where a secret is: `${env:NAME}` or `${file:/run/secrets/x}`. The secret itself is in no file of a workspace or drill."""


class ProbeSettings(Noun):
    """What probes may do. `commands`: programs that a `command` probe may start, as names or absolute paths."""

    commands: tuple[str, ...] = ()
    """Programs that a `command` probe may start: names, or absolute paths."""


class RuleSettings(Noun):
    """Gap rules that are off, each with the reason, which stands in every report."""

    off: Mapping[str, Annotated[str, Field(min_length=3)]] = Field(default_factory=dict)
    """Gap rules that do not speak here, each with the reason, which stands in every report."""


class Server(Noun):
    """A monitoring server: where it is asked, and what it wants to know of who asks."""

    url: Address
    """Its base address."""
    headers: Mapping[str, str] = Field(default_factory=dict)
    """Sent with each request, such as a tenant: `{X-Scope-OrgID = "shop"}`."""
    token: SecretReference | None = None
    """A bearer token."""
    ca: str | None = None
    """File with the certificate authority that signed its certificate."""


class PagerSettings(Noun):
    """Where gameday takes Alertmanager's webhook while a drill runs, so that delivery is proved."""

    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:18099"
    """Address and port."""
    token: SecretReference | None = None
    """The bearer token that Alertmanager has to send. Needed where `listen` is not this host alone."""


class DockerSettings(Noun):
    """An environment of one's own: a Compose project on this host, and its monitoring."""

    kind: Literal["docker"] = "docker"
    """What it is made of; there is one kind so far."""
    project: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}$")]
    """The Compose project's name, as `docker compose ls` shows it."""
    prometheus: Server | None = None
    """Where alerts and metrics are read."""
    alertmanager: Server | None = None
    """Where routes, silences and held alerts are read."""
    pager: PagerSettings | None = None
    """Where notices are taken, which proves delivery."""
    traffic: Address | None = None
    """The address that a Locust file is pointed at."""


def _free_name(name: str) -> str:
    if name == SANDBOX or name in PRODUCTION:
        why = "is the sandbox that every workspace has" if name == SANDBOX else "is refused: drills break things"
        raise ValueError(f'an environment cannot be called "{name}", which {why}')
    return name


EnvironmentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$"), AfterValidator(_free_name)]


class LimitSettings(Noun):
    """How much may be broken."""

    parallel_faults: Annotated[int, Field(ge=1, le=10)] = 1
    """How many faults may be in effect at one time."""
    max_percent: Annotated[float, Field(ge=0, le=100)] = 50
    """How much of a service may be broken, of its containers, where it has two or more. 0: nothing may be broken at all."""
    min_healthy_left: Annotated[int, Field(ge=0, le=100)] = 1
    """How many healthy containers of a service a fault must leave, where it has two or more."""


class Settings(Noun):
    """Everything in `gameday.toml`. Every key may be left out."""

    probes: ProbeSettings = ProbeSettings()
    """What probes may do."""
    limits: LimitSettings = LimitSettings()
    """How much may be broken at one time."""
    rules: RuleSettings = RuleSettings()
    """Which gap rules speak."""
    environments: Mapping[EnvironmentName, DockerSettings] = Field(default_factory=dict)
    """Environments beside `sandbox`, by the name that scenarios and the label `gameday.allow` use."""
