"""A Scenario: the written plan of a drill."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from gameday.model.duration import Duration
from gameday.model.expectation import Bound, Expect
from gameday.model.injection import Injection
from gameday.model.noun import Noun

SANDBOX = "sandbox"
"""The environment that every workspace has; others are named in `gameday.toml`."""
PRODUCTION = frozenset({"production", "prod", "live", "prd"})
"""Names of environments that no drill may happen in."""


class Share(Noun):
    """`3 of 5`: impact is when at least `bad` of the last `of` canary samples are bad."""

    bad: int = Field(ge=1, le=100)
    of: int = Field(ge=1, le=100)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.bad > self.of:
            raise ValueError(f'"{self.bad} of {self.of}" can never be reached')
        return self


def _read_share(value: object) -> object:
    if isinstance(value, str):
        words = re.fullmatch(r"(\d+) of (\d+)", value.strip())
        if words is None:
            raise ValueError(f'"{value}" is not a share of samples; write "3 of 5"')
        return {"bad": int(words[1]), "of": int(words[2])}
    return value


MOutOfN = Annotated[
    Share,
    BeforeValidator(_read_share),
    PlainSerializer(lambda share: f"{share.bad} of {share.of}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+ of [0-9]+$", "examples": ["3 of 5"]}),
]


class Canary(Noun):
    """Our own outside probe, whose samples date the impact."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    ok: Annotated[int, Field(ge=100, le=599)] = 200
    every: Duration = timedelta(milliseconds=500)
    timeout: Duration = timedelta(seconds=1)
    bad: MOutOfN = Share(bad=3, of=5)
    steady_for: Duration = timedelta(seconds=15)


class Traffic(Noun):
    """The load on the service during a drill, made by Locust."""

    locustfile: str
    users: Annotated[int, Field(ge=1, le=10_000)] = 10
    spawn_rate: Annotated[float, Field(gt=0)] = 50


class RunbookUse(Noun):
    """Which page responders should follow, and which of its steps are required. `m1|m2` means either."""

    path: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    branch: str | None = None


class SandboxSettings(Noun):
    """How the sandbox is set for this scenario: the folder under `sandbox/alerting/` it alerts with."""

    alerting: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")] = "fast"


class Controls(Noun):
    """How long the quiet time before the fault is, and whether a control run belongs to the scenario."""

    baseline: Duration | None = None
    no_fault_run: bool = False


class Scenario(Noun):
    """The written plan: what is broken, what should be seen, who should do what by when."""

    schema_: str | None = Field(default=None, alias="$schema", exclude=True)
    title: Annotated[str, Field(min_length=3, max_length=120)]
    about: str | None = None
    environment: Annotated[str, Field(min_length=1, max_length=40)]
    service: str
    runbook: RunbookUse | None = None
    sandbox: SandboxSettings = SandboxSettings()
    traffic: Traffic | None = None
    vars: Mapping[str, str | int | float | bool] = Field(default_factory=dict)
    canary: Canary
    steady_state: Annotated[tuple[Bound, ...], Field(min_length=1)]
    faults: Annotated[tuple[Injection, ...], Field(min_length=1)]
    expect: Expect
    abort_when: tuple[Bound, ...] = ()
    controls: Controls = Controls()
    tags: tuple[str, ...] = ()
