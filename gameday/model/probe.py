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
    """The kind of probe."""
    query: str
    """PromQL with one number as its answer."""
    unit: str = ""
    """What the number counts: ratio, orders, seconds."""
    about: str = ""
    """The question in words, for reports."""
    timeout: Duration = timedelta(seconds=3)
    """An answer that takes longer is Blind."""


class HttpProbe(Noun):
    """A GET; the answer is the status, or a number picked out of a JSON body by a dotted path."""

    probe: Literal["http"]
    """The kind of probe."""
    url: str
    """What is fetched with GET."""
    field: str | None = None
    """The way to a number in a JSON body: `data.0.value`. Without it the answer is the status."""
    unit: str = ""
    """What the number counts: ratio, orders, seconds."""
    about: str = ""
    """The question in words, for reports."""
    timeout: Duration = timedelta(seconds=3)
    """An answer that takes longer is Blind."""


class SqlProbe(Noun):
    """A query on PostgreSQL whose answer is one number. Needs the extra `postgres`."""

    probe: Literal["sql"]
    """The kind of probe."""
    dsn: str
    """The database: postgresql://user@127.0.0.1:${db_port}/shop."""
    query: str
    """A SELECT with one number as its answer."""
    unit: str = ""
    """What the number counts: ratio, orders, seconds."""
    about: str = ""
    """The question in words, for reports."""
    timeout: Duration = timedelta(seconds=3)
    """An answer that takes longer is Blind."""


class CommandProbe(Noun):
    """An argument list that prints one number. No shell; the program must be allow-listed in `gameday.toml`."""

    probe: Literal["command"]
    """The kind of probe."""
    command: Annotated[tuple[str, ...], Field(min_length=1)]
    """Program and arguments. The program must be listed in gameday.toml; no shell."""
    unit: str = ""
    """What the number counts: ratio, orders, seconds."""
    about: str = ""
    """The question in words, for reports."""
    timeout: Duration = timedelta(seconds=3)
    """An answer that takes longer is Blind."""


ProbeDefinition = Annotated[PrometheusProbe | HttpProbe | SqlProbe | CommandProbe, Field(discriminator="probe")]


KINDS: Mapping[str, type[Noun]] = {"prometheus": PrometheusProbe, "http": HttpProbe, "sql": SqlProbe, "command": CommandProbe}
"""What each kind of probe is defined by."""


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
