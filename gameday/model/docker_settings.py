"""An environment of one's own in `gameday.toml`: which Docker host, which containers, when, with whose approval; its monitoring."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gameday.model.noun import Noun
from gameday.model.settings_values import Address, SecretReference, checked_listen
from gameday.model.working_hours import WorkingHours

_DAEMON = re.compile(
    r"unix:///[^\s]+|tcp://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}|ssh://([A-Za-z0-9_.-]+@)?[A-Za-z0-9_][A-Za-z0-9.-]*(:\d{1,5})?"
)
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]*=[^\s*?]+")
EVERYTHING = frozenset({"", "*", ".*", "=", "**"})
"""What people write for all containers of a host."""


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

    listen: Annotated[str, AfterValidator(checked_listen)] = "127.0.0.1:18099"
    """Address and port."""
    token: SecretReference | None = None
    """The bearer token that Alertmanager has to send. Needed where `listen` is not this host alone."""


def _daemon(text: str) -> str:
    if "@" in text and ":" in text.partition("://")[2].partition("@")[0]:
        raise ValueError("holds a password; use a key: ssh://user@host")
    if not _DAEMON.fullmatch(text):
        raise ValueError(f'"{text}" is no Docker host; write ssh://user@host, tcp://host:2376 with `tls`, or unix:///path')
    return text


class TlsFiles(Noun):
    """Certificates for a Docker host. Paths count from the workspace's root; the files stay where they are."""

    ca: str
    """The authority that signed the host's certificate."""
    cert: str
    """Our certificate."""
    key: str
    """Its key."""


class DockerHostSettings(Noun):
    """Which Docker host: a context that `docker context ls` shows, or an address."""

    context: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$")] | None = None
    """The name of a Docker context."""
    host: Annotated[str, AfterValidator(_daemon)] | None = None
    """`ssh://user@host`, `tcp://host:2376` or `unix:///path`."""
    tls: TlsFiles | None = None
    """Certificates, for `tcp://`."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.context is None) == (self.host is None):
            raise ValueError('say which Docker host: either `context = "…"` or `host = "…"`')
        tcp = bool(self.host) and str(self.host).startswith("tcp://")
        if self.tls and not tcp:
            raise ValueError("`tls` belongs to a `host` that begins with tcp://")
        if tcp and not self.tls and not re.match(r"tcp://(127\.|localhost|\[::1\])", str(self.host)):
            raise ValueError("whoever reaches a tcp:// host without certificates is root there; write `tls = {ca = …, cert = …, key = …}`")
        return self


class TooWide(ValueError):
    """It would choose every container of a host."""


def _label(text: str) -> str:
    if text.strip() in EVERYTHING or "*" in text:
        raise TooWide(f'"{text}" would choose every container; write a label and its value, such as "app=shop"')
    if not _LABEL.fullmatch(text):
        raise ValueError(f'"{text}" does not choose containers; write a label and its value, such as "app=shop"')
    return text


def _some(labels: tuple[str, ...]) -> tuple[str, ...]:
    if not labels:
        raise TooWide('an empty list would choose every container; write labels and their values, such as ["app=shop"]')
    return labels


def _public_key(text: str) -> str:
    if not re.fullmatch(r"(ssh|sk-ssh|ecdsa|sk-ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}( [^\n]*)?", text.strip()):
        raise ValueError("is not a public key; write one line as it is in ~/.ssh/id_ed25519.pub")
    return " ".join(text.split()[:2])


class DockerSettings(Noun):
    """An environment of one's own: containers of one Docker host, and their monitoring."""

    kind: Literal["docker"] = "docker"
    """What it is made of; there is one kind so far."""
    docker: DockerHostSettings | None = None
    """Which Docker host: `{context = "staging"}`, `{host = "ssh://user@host"}`. This host where it is left out."""
    project: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}$")] | None = None
    """The Compose project's name, as `docker compose ls` shows it."""
    labels: Annotated[tuple[Annotated[str, AfterValidator(_label)], ...], AfterValidator(_some)] | None = None
    """Instead of `project`: labels that all of its containers have, such as `["app=shop", "stage=two"]`."""
    service_label: str = "gameday.service"
    """The label that says which service a container is, where Compose did not; else its name counts."""
    approval: bool = False
    """Whether a second person has to approve each plan. On another host than this one has to in any case."""
    approvers: Mapping[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,60}$")], Annotated[str, AfterValidator(_public_key)]] = Field(
        default_factory=dict
    )
    """Who may approve, each with a public key: `bela = "ssh-ed25519 AAAA…"`. Their approvals are signed. Anybody where it is left out."""
    working_hours: WorkingHours | None = None
    """When faults may be injected: `"Mon-Fri 09:00-17:00 Europe/Zurich"`. Any time where it is left out."""
    freezes: tuple[str, ...] = ()
    """iCalendar files, from the workspace's root, with times in which nothing is broken."""
    allow_production: bool = False
    """Half of what lets drills happen where production is; the other is `--allow-production` and a name typed by hand."""
    prometheus: Server | None = None
    """Where alerts and metrics are read."""
    alertmanager: Server | None = None
    """Where routes, silences and held alerts are read."""
    pager: PagerSettings | None = None
    """Where notices are taken, which proves delivery."""
    traffic: Address | None = None
    """The address that a Locust file is pointed at."""

    @model_validator(mode="after")
    def _chosen_one_way(self) -> Self:
        if (self.project is None) == (self.labels is None):
            raise ValueError('say which containers: either `project = "…"` or `labels = ["name=value"]`')
        return self
