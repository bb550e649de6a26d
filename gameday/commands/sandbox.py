"""`gameday sandbox up|scale|down|status`."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from gameday.environments.sandbox import Sandbox
from gameday.errors import InvalidInput
from gameday.load.workspace import find_workspace


@click.group()
def command() -> None:
    """Start, stop or look at the sandbox: the small shop that drills may break."""


def _sandbox(alerting: str = "fast") -> Sandbox:
    return Sandbox(find_workspace(Path.cwd()).root, alerting)


@command.command()
@click.option("--alerting", default="fast", show_default=True, help="Folder under sandbox/alerting/ to alert with.")
def up(alerting: str) -> None:
    """Start it, and wait until every part is healthy."""
    sandbox, began = _sandbox(alerting), time.monotonic()
    sandbox.up(lambda text: click.echo(text, err=True))
    click.echo(f"healthy after {time.monotonic() - began:.1f} s: shop {sandbox.traffic_url}, ops {sandbox.ops_url},")
    click.echo(f"prometheus {sandbox.prometheus.url}, alertmanager {sandbox.alertmanager.url}")


@command.command()
@click.argument("wanted", metavar="SERVICE=N")
def scale(wanted: str) -> None:
    """Run N containers of a service: `gameday sandbox scale shop=4`. `up` brings the usual number back."""
    service, _, number = wanted.partition("=")
    if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= 8:
        raise InvalidInput(f"{wanted!r} is not SERVICE=N with N from 1 to 8, as in shop=4")
    _sandbox().scale(service, int(number))
    click.echo(f"{service}: {number}")


@command.command()
def down() -> None:
    """Remove its containers, networks and data. Images stay."""
    _sandbox().down()
    click.echo("the sandbox is gone")


@command.command()
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text")
def status(output: str) -> int:
    """What each container is. Exit code 0 when all are healthy, 6 otherwise."""
    sandbox = _sandbox()
    rows = [
        {
            "service": c.service,
            "name": c.name,
            "state": "paused" if c.paused else "running" if c.running else "stopped",
            "health": "healthy" if c.health and sandbox.is_well(c) else c.health,
        }
        for c in sandbox.containers()
    ]
    if output == "json":
        click.echo(json.dumps({"project": sandbox.project, "healthy": sandbox.is_up, "containers": rows}, indent=2))
    else:
        for row in rows:
            click.echo(f"{row['service']:14} {row['state']:8} {row['health'] or '-':10} {row['name']}")
        if not rows:
            click.echo("the sandbox is not up; start it with `gameday sandbox up`")
    return 0 if sandbox.is_up else 6
