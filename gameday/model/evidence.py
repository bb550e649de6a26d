"""Predicates over events: what counts as proof that a runbook step was done."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gameday.model.noun import Noun


class Exec(Noun):
    """A command in a recorded shell whose text matches a regular expression."""

    match: str
    exit: int | None = 0


class DockerAction(Noun):
    """A docker event on a container of a service: start, restart, unpause, update …"""

    action: str
    container: str
    image: str | None = None


class Http(Noun):
    """A request in an access log. `path` ends with `*` to match a prefix."""

    path: str
    method: tuple[str, ...] = ()
    host: str | None = None


class Flag(Noun):
    """A feature flag was set to this value."""

    name: str
    value: str


class Comm(Noun):
    """An update was given: to the public (`status`) or inside (`internal`), with a text that matches."""

    to: Literal["public", "internal", "anyone"] = "anyone"
    match: str | None = None


class Note(Noun):
    """A line in the running log that matches."""

    match: str


class Page(Noun):
    """A page was acknowledged."""

    acked: bool = True


class Predicate(Noun):
    """Exactly one of these; `any`, `all` and `not` combine others."""

    exec: Exec | None = None
    docker: DockerAction | None = None
    http: Http | None = None
    flag: Flag | None = None
    comm: Comm | None = None
    note: Note | None = None
    page: Page | None = None
    any_: tuple[Predicate, ...] | None = Field(default=None, alias="any")
    all_: tuple[Predicate, ...] | None = Field(default=None, alias="all")
    not_: Predicate | None = Field(default=None, alias="not")
