"""A Scenario: the written plan of a drill."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from gameday.model.duration import Duration
from gameday.model.expectation import AbortCondition, Bound, Expect
from gameday.model.injection import Injection
from gameday.model.noun import Noun

SANDBOX = "sandbox"
"""The environment that every workspace has; others are named in `gameday.toml`."""


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
    """Where it asks. In the sandbox: "http://127.0.0.1:${shop_port}/checkout"."""
    method: Literal["GET", "POST"] = "GET"
    """GET or POST."""
    ok: Annotated[int, Field(ge=100, le=599)] = 200
    """The status of a good answer."""
    every: Duration = timedelta(milliseconds=500)
    """How often it asks."""
    timeout: Duration = timedelta(seconds=1)
    """An answer that takes longer is bad."""
    bad: MOutOfN = Share(bad=3, of=5)
    """Impact is when so many of the last samples are bad."""
    steady_for: Duration = timedelta(seconds=15)
    """How long it must be good before the fault, and again before the impact counts as over."""
    steady_within: Duration = timedelta(seconds=45)
    """How long beyond `steady_for` a drill waits for the steady state before it is called off, with nothing injected."""

    @property
    def steady_at_the_latest(self) -> timedelta:
        """From the start of a drill to its fault, or to the end of waiting for it."""
        return self.steady_for + self.steady_within


class Traffic(Noun):
    """The load on the service during a drill, made by Locust."""

    locustfile: str
    """A file of Locust users, from the root of the workspace: traffic/shop.py."""
    users: Annotated[int, Field(ge=1, le=10_000)] = 10
    """How many users."""
    spawn_rate: Annotated[float, Field(gt=0)] = 50
    """Users that begin each second."""


class RunbookUse(Noun):
    """Which page responders should follow, and which of its steps are required. `m1|m2` means either."""

    path: str
    """The page, from the root of the workspace: runbooks/PaymentsErrorRate.md."""
    required: tuple[str, ...] = ()
    """Steps that must be done, by id; `m1|m2` means either."""
    optional: tuple[str, ...] = ()
    """Steps that may be done."""
    branch: str | None = None
    """Which of the page's branches this fault leads to."""


class SandboxSettings(Noun):
    """How the sandbox is set for this scenario: the folder under `sandbox/alerting/` it alerts with."""

    alerting: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")] = "fast"
    """A folder under sandbox/alerting/, with rules and routes."""


class Controls(Noun):
    """How long the quiet time before the fault is, and whether a control run belongs to the scenario."""

    baseline: Duration | None = None
    """How long the quiet time before the fault is."""
    no_fault_run: bool = False
    """Whether a control run belongs to the scenario."""


class Scenario(Noun):
    """The written plan: what is broken, what should be seen, who should do what by when."""

    schema_: str | None = Field(default=None, alias="$schema", exclude=True)
    """Where this schema is; for editors."""
    title: Annotated[str, Field(min_length=3, max_length=120)]
    """What should go on working while what is broken, in one line."""
    about: str | None = None
    """What happens and why it is practised, for whoever reads the plan."""
    environment: Annotated[str, Field(min_length=1, max_length=40)]
    """Where it happens: `sandbox`, or one that the workspace defines. Never production."""
    service: str
    """The service that users feel, as services.yaml names it."""
    runbook: RunbookUse | None = None
    """The page that responders should follow."""
    sandbox: SandboxSettings = SandboxSettings()
    """How the sandbox is set for this scenario."""
    traffic: Traffic | None = None
    """Users that are made for the drill."""
    vars: Mapping[str, str | int | float | bool] = Field(default_factory=dict)
    """Values that `${name}` stands for in other keys; `--var name=value` overrides them, and the sandbox's own ports do."""
    canary: Canary
    """Our own outside probe, whose samples date the impact."""
    steady_state: Annotated[tuple[Bound, ...], Field(min_length=1)]
    """What must hold before anything is broken; else the drill is invalid and nothing is injected."""
    faults: Annotated[tuple[Injection, ...], Field(min_length=1, max_length=50)]
    """What is broken, each with its target and its end."""
    expect: Expect
    """What should be seen and done about it."""
    abort_when: tuple[AbortCondition, ...] = ()
    """What ends the drill at once, after the undo."""
    controls: Controls = Controls()
    """Control runs and the quiet time before the fault."""
    tags: tuple[str, ...] = ()
    """Words to find it by."""
