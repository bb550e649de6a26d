"""Predicates over events: what counts as proof that a runbook step was done."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gameday.model.noun import Noun


class Exec(Noun):
    """A command in a recorded shell whose text matches a regular expression."""

    match: str
    """A regular expression that the command's text matches."""
    exit: int | None = 0
    """The exit code it must have had; null for any."""


class DockerAction(Noun):
    """A docker event on a container of a service: start, restart, unpause, update …"""

    action: str
    """start, restart, unpause, update …"""
    container: str
    """The Compose service."""
    image: str | None = None
    """The image it must run."""


class Http(Noun):
    """A request in an access log. `path` ends with `*` to match a prefix."""

    path: str
    """The path; ends with `*` to match a prefix."""
    method: tuple[str, ...] = ()
    """Any of these methods."""
    host: str | None = None
    """The host that was asked."""


class Flag(Noun):
    """A feature flag was set to this value."""

    name: str
    """The flag."""
    value: str
    """The value it was set to."""


class Comm(Noun):
    """An update was given: to the public (`status`) or inside (`internal`), with a text that matches."""

    to: Literal["public", "internal", "anyone"] = "anyone"
    """public: the status page; internal: an update inside; anyone: either."""
    match: str | None = None
    """A regular expression that its text matches."""


class Note(Noun):
    """A line in the running log that matches."""

    match: str
    """A regular expression that the line matches."""


class Page(Noun):
    """A page was acknowledged."""

    acked: bool = True
    """That it was acknowledged."""


class Predicate(Noun):
    """Exactly one of these; `any`, `all` and `not` combine others."""

    exec: Exec | None = None
    """A command in a recorded shell."""
    docker: DockerAction | None = None
    """A docker event on a container."""
    http: Http | None = None
    """A request in an access log."""
    flag: Flag | None = None
    """A feature flag was set."""
    comm: Comm | None = None
    """An update was given."""
    note: Note | None = None
    """A line in the running log."""
    page: Page | None = None
    """A page was acknowledged."""
    any_: tuple[Predicate, ...] | None = Field(default=None, alias="any")
    """One of these is enough."""
    all_: tuple[Predicate, ...] | None = Field(default=None, alias="all")
    """All of these."""
    not_: Predicate | None = Field(default=None, alias="not")
    """This did not happen."""
