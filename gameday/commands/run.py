"""`gameday run`: load → conduct → review → report, for one scenario or several."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

import click

from gameday.bundle.ids import is_drill_id
from gameday.commands.judging import judge, print_review
from gameday.commands.options import FAIL_ON, OUTPUT
from gameday.commands.progress import Progress
from gameday.commands.reading import read_request
from gameday.conduct.drill import Conducted
from gameday.conduct.start import Request, Telling, conduct_request
from gameday.errors import InvalidInput, Mistake, Refused
from gameday.model.review import Review
from gameday.review.exit_code import exit_code


@click.command()
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--responders", default="human", show_default=True, help="human, none, or a file with a scripted responder.")
@click.option("--no-fault", is_flag=True, help="Control run: everything but the fault, to find false alarms.")
@click.option("--keep-sandbox", is_flag=True, help="Leave the sandbox up afterwards.")
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="Override one of the scenario's vars.")
@click.option(
    "--allow-production",
    is_flag=True,
    allow_from_autoenv=False,
    help="Half of what production needs: the other is `allow_production` in gameday.toml, and a name typed by hand.",
)
@click.option("--drill", hidden=True, help="The id of the drill, for those who have to know it before it begins.")
@FAIL_ON
@OUTPUT
def command(
    scenarios: tuple[Path, ...], responders: str, no_fault: bool, keep_sandbox: bool, variables: tuple[str, ...],
    drill: str | None, allow_production: bool, fail_on: str, output: str,
) -> int:  # fmt: skip
    """Conduct drills, one after the other, and report.

    Exit codes: 0 no gap, 1 gaps, 2 invalid input, 3 refused, 4 something may still be broken, 5 nothing could be judged,
    6 environment missing, 129/130/143 stopped by a signal.
    """
    requests = [
        replace(request, allow_production=allow_production, typed=_type_by_hand)
        for request in _read_all(scenarios, responders, no_fault, keep_sandbox, variables)
    ]
    if drill is not None:
        requests = [_with_id(requests, drill)]
    codes = []
    reviews = []
    for request in requests:
        conducted, review = _one(request, output)
        reviews.append(review)
        codes.append(exit_code(review, fail_on, conducted.signal))
        if conducted.signal:
            break
    if output == "json":
        bodies = [json.loads(r.model_dump_json()) for r in reviews]
        click.echo(json.dumps(bodies[0] if len(bodies) == 1 else bodies, indent=2))
    return worst(codes)


def _type_by_hand(why: str) -> str:
    """What a person types at a terminal; nothing where there is none, whatever is piped in."""
    if not sys.stdin.isatty():
        return ""
    click.echo(why, err=True)
    return str(click.prompt("Type the name of the environment to go on", default="", show_default=False, err=True))


def _read_all(
    scenarios: tuple[Path, ...], responders: str, no_fault: bool, keep_sandbox: bool, variables: tuple[str, ...]
) -> list[Request]:
    """Read every scenario before the first is conducted, and tell of all mistakes at once."""
    requests: list[Request] = []
    mistakes: list[Mistake] = []
    for path in scenarios:
        try:
            requests.append(read_request(path, responders, no_fault, keep_sandbox, variables))
        except InvalidInput as wrong:
            mistakes += wrong.mistakes or [Mistake(str(path), 0, 0, str(wrong))]
    if mistakes and all(m.unsafe for m in mistakes):
        raise Refused("\n".join(str(m) for m in mistakes))
    if mistakes:
        raise InvalidInput(*mistakes)
    return requests


def _with_id(requests: list[Request], drill: str) -> Request:
    if len(requests) != 1 or not is_drill_id(drill):
        raise InvalidInput(f"--drill {drill!r}: an id of letters, digits and hyphens, for one scenario")
    return replace(requests[0], drill=drill)


def _one(request: Request, output: str) -> tuple[Conducted, Review]:
    progress = Progress()
    folder, conducted = conduct_request(request, Telling(progress.say, progress.plan, progress.event))
    review = judge(folder)
    if conducted.outcome != "completed" and conducted.signal != signal.SIGPIPE:
        progress.say(f"ended early: {conducted.why}")
    if output == "text":
        print_review(review, folder)
    return conducted, review


def worst(codes: list[int]) -> int:
    """The code that matters most: something still broken, a signal, then down to gaps and none."""
    order = [4, 129, 130, 141, 143, 2, 3, 6, 5, 1, 0]
    return min(codes, key=order.index)
