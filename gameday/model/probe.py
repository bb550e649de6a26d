"""Probe definitions as `probes/*.yaml` write them, by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from gameday.model.duration import Duration
from gameday.model.noun import Noun


class PrometheusProbe(Noun):
    """A query whose answer is one number."""

    probe: Literal["prometheus"]
    query: str
    unit: str = ""
    about: str = ""
    timeout: Duration = timedelta(seconds=3)


class HttpProbe(Noun):
    """A GET; the answer is the status, or a number picked out of a JSON body by a dotted path."""

    probe: Literal["http"]
    url: str
    field: str | None = None
    unit: str = ""
    about: str = ""
    timeout: Duration = timedelta(seconds=3)


class SqlProbe(Noun):
    """A query on PostgreSQL whose answer is one number. Needs the extra `postgres`."""

    probe: Literal["sql"]
    dsn: str
    query: str
    unit: str = ""
    about: str = ""
    timeout: Duration = timedelta(seconds=3)


class CommandProbe(Noun):
    """An argument list that prints one number. No shell; the program must be allow-listed in `gameday.toml`."""

    probe: Literal["command"]
    command: Annotated[tuple[str, ...], Field(min_length=1)]
    unit: str = ""
    about: str = ""
    timeout: Duration = timedelta(seconds=3)


ProbeDefinition = Annotated[PrometheusProbe | HttpProbe | SqlProbe | CommandProbe, Field(discriminator="probe")]


def probe_definitions(text: bytes) -> dict[str, ProbeDefinition]:
    """Definitions by name, from the JSON of a drill's `probes.json`."""
    return TypeAdapter(dict[str, ProbeDefinition]).validate_json(text)


def probe_definitions_json(definitions: dict[str, ProbeDefinition]) -> bytes:
    """The JSON that `probe_definitions` reads back."""
    return TypeAdapter(dict[str, ProbeDefinition]).dump_json(definitions, indent=1)


class Reach(Noun):
    """What the probes of a place may reach: the Prometheus they ask, the programs they may run."""

    prometheus: str = ""
    """Base address; empty where there is none."""
    headers: Mapping[str, str] = Field(default_factory=dict)
    """Sent with each question to that Prometheus."""
    ca: str = ""
    """File with the certificate authority of that Prometheus; empty for the usual ones."""
    commands: tuple[str, ...] = ()
    """Programs that a `command` probe may start: names or absolute paths."""
