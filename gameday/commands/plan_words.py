"""A plan in words that somebody can sign: what is broken, who feels it, what ends it, who is needed. 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from gameday.commands.manual import section, summary
from gameday.conduct.estimate import estimate
from gameday.conduct.start import Request
from gameday.daemon import written_daemon
from gameday.faults import FAULTS
from gameday.model.duration import format_duration
from gameday.model.expectation import AlertExpectation, Bound
from gameday.model.injection import CEILING, Injection, most_at_once
from gameday.model.network import SAYS
from gameday.model.plan import Plan, PlannedFault
from gameday.model.safe_text import safe

WIDTH = 80
LABEL = 13


@dataclass(frozen=True)
class Resolved:
    """What the environment said about a scenario: the plan, or why it could not be asked. `approval`: how it stands with one."""

    plan: Plan | None = None
    why_not: str = ""
    approval: str = ""

    @property
    def faults(self) -> Sequence[PlannedFault]:
        return self.plan.faults if self.plan else ()

    @property
    def host(self) -> str:
        """The Docker host, as people call it."""
        daemon = written_daemon(self.plan.daemon) if self.plan and self.plan.daemon else None
        return "this host" if daemon is None or daemon.is_local else daemon.host


def words(request: Request, resolved: Resolved) -> Iterator[str]:
    """The lines of the page."""
    scenario = request.scenario
    yield from _paragraph(f"PLAN OF A DRILL: {scenario.title}")
    yield from _paragraph(_in_a_sentence(request, resolved))
    yield from _paragraph(scenario.about or "")
    yield from _headed("What will be broken", _broken(request, resolved))
    yield from _headed("What users will feel", _felt(request))
    yield from _headed("What stops it early", _stops(request))
    yield from _headed("What it may do at most", _limits(request))
    yield from _headed("Who allows it", _allowed(request, resolved))
    yield from _headed("Who is needed", _people(request))
    yield from _headed("How long it takes", _long(request))
    yield from _headed("What this plan is", _identity(request, resolved))


def _in_a_sentence(request: Request, resolved: Resolved) -> str:
    scenario = request.scenario
    if request.no_fault:
        return f"In {scenario.environment} gameday will break nothing, and watch whether {scenario.service} and its alerts stay quiet."
    names = {planned.id: planned.target.name for planned in resolved.faults}
    deeds = [
        f"{injection.fault} on {names.get(f'f{number}', injection.target)} for {format_duration(injection.longest)} at most"
        for number, injection in enumerate(scenario.faults, 1)
    ]
    early = f", at once where {' or '.join(_bounds([b]) for b in scenario.abort_when)}" if scenario.abort_when else ""
    return (
        f"In {scenario.environment}, on {resolved.host}, gameday will inject {'; '.join(deeds)}. It touches nothing else, and takes"
        f" {'it' if len(deeds) == 1 else 'each of them'} back by itself{early}, when anybody halts it, and when gameday itself dies."
    )


def _broken(request: Request, resolved: Resolved) -> Iterator[str]:
    if request.no_fault:
        yield from _item("Nothing", "This is the control run: everything but the faults, to find false alarms.")
        return
    for number, (injection, planned) in enumerate(zip_longest(request.scenario.faults, resolved.faults), 1):
        if number > 1:
            yield ""
        yield from _fault(number, injection, planned, request, resolved)


def _fault(number: int, injection: Injection, planned: PlannedFault | None, request: Request, resolved: Resolved) -> Iterator[str]:
    fault, place = FAULTS[injection.fault], request.scenario.environment
    own = ", ".join(f"{key}: {value}" for key, value in injection.settings.items())
    yield from _wrapped(f"{number}. {injection.target}: {summary(fault)} ({injection.fault}{', ' if own else ''}{own})", "  ", "     ")
    where = f"container {planned.target.name} ({planned.target.container[:12]})" if planned else "its container, not looked up yet"
    yield from _item("Where", f"{where}, in {place} on {resolved.host}, and nothing else")
    yield from _item("Effect", section(fault, "What it does"))
    yield from _item("By means of", _back_end(planned) if planned else "")
    yield from _item("Stands for", section(fault, "The incident it stands for"))
    yield from _item("Reaches", section(fault, "Blast radius"))
    begins = f"{format_duration(injection.at)} after users have been served well for {_steady(request)}"
    if injection.when:
        begins = f"as soon as {injection.when}, from {begins}; where that does not happen within {format_duration(injection.when.within)}, not at all"
    yield from _item("Begins", begins)
    ends = "when somebody has mitigated it; at the latest after" if injection.hold else "after"
    yield from _item("Ends", f"{ends} {format_duration(injection.longest)}")
    if planned and planned.undo.irreversible:
        yield from _item("For good", section(fault, "Undo"))
        return
    verbs = ", ".join(step.verb for step in planned.undo.steps) if planned else section(fault, "Undo")
    yield from _item("Undone by", f"{verbs.rstrip('.')}. The undo is written down before the deed, and done also if gameday crashes.")


KERNEL = frozenset({"processes_continue", "control_file_restore", "file_limits_restore"})
"""Verbs that undo what was done to the target's own kernel."""


def _back_end(planned: PlannedFault) -> str:
    """What does the deed."""
    if back_end := planned.undo.before.get("back_end"):
        return f"{SAYS.get(back_end, back_end)}, in a sidecar beside the container"
    verbs = {step.verb for step in planned.undo.steps}
    if verbs & KERNEL:
        return "the kernel of this host, as root"
    return "the place where releases are set" if "release_set" in verbs else "the Docker daemon"


def _steady(request: Request) -> str:
    return format_duration(request.scenario.canary.steady_for)


def _felt(request: Request) -> Iterator[str]:
    scenario, canary = request.scenario, request.scenario.canary
    if scenario.environment == "sandbox":
        users = f"made by {scenario.traffic.locustfile}: {scenario.traffic.users} of them" if scenario.traffic else "none"
        yield from _item("Who", f"No customer. The sandbox has no users but test users ({users}).")
    else:
        yield from _item("Who", f"Everybody who uses {scenario.service} in {scenario.environment} while it lasts.")
    yield from _item(
        "What", f"{scenario.service} may be slow or fail. It counts as broken when {canary.bad.bad} of {canary.bad.of} requests of our own to it,"
        f" one every {format_duration(canary.every)}, are not answered with {canary.ok} within {format_duration(canary.timeout)}.",
    )  # fmt: skip
    kept = _bounds(scenario.expect.response.guards)
    yield from _item("Must hold", f"{kept}, also at the end" if kept else "")


def _bounds(bounds: Iterable[Bound]) -> str:
    """`orders_lost is at most 0; shop_replicas is at least 2`."""
    return "; ".join(str(bound).replace(f"{bound.probe} ", f"{bound.probe} is ", 1) for bound in bounds)


def _stops(request: Request) -> Iterator[str]:
    for number, bound in enumerate(request.scenario.abort_when):
        yield from _item("" if number else "By itself", f"as soon as {_bounds([bound])}, or cannot be read three times in a row")
    yield from _item(
        "Bad start", f"nothing is broken unless users are served for {_steady(request)}, and {_bounds(request.scenario.steady_state)}"
    )
    yield from _item("Anybody", "`gameday halt` in any terminal of this host, or Ctrl-C. Faults are undone first, then it ends.")
    yield from _item(
        "Crash", "if gameday dies or hangs, its guard undoes the faults; if the guard dies, gameday does. `gameday recover` makes sure."
    )


def _limits(request: Request) -> Iterator[str]:
    if request.no_fault:
        return
    together = len(most_at_once(request.scenario.faults))
    allowed = request.settings.limits.parallel_faults
    yield from _item("At one time", f"{together} fault{'s' * (together != 1)}; gameday.toml allows {allowed}")
    yield from _item(
        "Each", f"one container, and of several replicas one stays healthy; {format_duration(CEILING)} is the ceiling of any fault"
    )
    yield from _item("Last fault", f"taken back {format_duration(estimate(request.scenario).faults_over)} after the start at the latest")


def _allowed(request: Request, resolved: Resolved) -> Iterator[str]:
    place = request.scenario.environment
    yield from _item("The owner", f"by the label gameday.allow={place} on the container; without it nothing is touched")
    if (docker := request.docker) is None:
        return
    if docker.working_hours:
        yield from _item("Hours", f"{docker.working_hours.text} only")
    if docker.freezes:
        yield from _item("Freezes", f"not in those of {', '.join(docker.freezes)}")
    yield from _item("Approval", resolved.approval or ("none is needed on this host" if resolved.plan else ""))
    if docker.allow_production:
        yield from _item("Production", "gameday.toml allows it; --allow-production and a name typed by hand are needed too")


def _people(request: Request) -> Iterator[str]:
    scenario, services = request.scenario, request.services
    yield from _item("Facilitator", "one person who starts it, watches, and may stop it")
    for expected in scenario.expect.alerts.expected:
        yield from _item("Responders", _paged(expected, services.team(expected.receiver or "") or services.owner(scenario.service)))
    owners = {team: injection.target for injection in scenario.faults for team in [_owner(request, injection.target)] if team}
    for team, target in owners.items():
        yield from _item("Should know", f"{team}, who owns {target}")
    if scenario.runbook:
        yield from _item("Runbook", scenario.runbook.path)


def _owner(request: Request, component: str) -> str | None:
    """The team whose service the container belongs to, or is."""
    services = request.services
    parts = (s.owner for s in services.services.values() if component in s.components)
    return services.owner(component) or next(parts, None)


def _paged(expected: AlertExpectation, team: str | None) -> str:
    by = f"through {expected.receiver}" if expected.receiver else "by its usual way"
    return f"{team or 'whoever is on call'}, paged {by} by {expected.alert} within {format_duration(expected.within)}"


def _long(request: Request) -> Iterator[str]:
    span = estimate(request.scenario, no_fault=request.no_fault)
    yield from _item("Likely", f"up to {format_duration(span.likely)}, which is every budget just kept")
    yield from _item("At most", f"{format_duration(span.longest)}, where nobody comes and nothing gets quiet")
    yield from _item("Besides", "about a minute to start the sandbox if it is not up, longer where its images must be built")


def _identity(request: Request, resolved: Resolved) -> Iterator[str]:
    yield from _item("Scenario", str(request.source))
    if resolved.why_not:
        yield from _item("Not yet", f"{resolved.why_not}. Then plan again for containers and hash.")
        return
    yield from _item("Hash", "covers scenario, containers, undo and limits; a change of any gives another:")
    yield f"     {resolved.plan.hash if resolved.plan else ''}"


def _headed(heading: str, lines: Iterable[str]) -> Iterator[str]:
    yield heading.upper()
    yield from lines
    yield ""


def _paragraph(text: str) -> Iterator[str]:
    if text.strip():
        yield from _wrapped(text, "", "")
        yield ""


def _item(label: str, text: str) -> Iterator[str]:
    """`label  text`, the text hanging; nothing where there is no text."""
    if text:
        yield from _wrapped(text, f"     {label:{LABEL}}", " " * (5 + LABEL))


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    said = safe(" ".join(text.split()), 2_000)
    return textwrap.wrap(said, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
