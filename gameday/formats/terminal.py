"""The review on a terminal: what happened, the gaps with what to do, what could not be decided, and proof of removal."""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gameday.model.gap import Gap
from gameday.model.review import Review
from gameday.model.safe_text import safe
from gameday.model.telling import ABOUT, ANSWERS, AREAS, MILESTONES, clock, count, detection, headline, zero

COLOURS = {"S1": "bold red", "S2": "yellow", "S3": "cyan", "S4": "dim"}
TONES = {"missed": "bold red", "undecidable": "bold magenta"}
MOST_UNDECIDED = 6


def render(review: Review, *, width: int = 80, colour: bool = False) -> str:
    """The review as text, `width` columns wide, with ANSI colours where `colour`."""
    console = Console(file=StringIO(), width=width, force_terminal=colour, color_system="standard" if colour else None, highlight=False)
    _head(console, review)
    _milestones(console, review)
    _verdicts(console, review)
    _gaps(console, review)
    _undecided(console, review)
    _safety(console, review)
    output = console.file
    assert isinstance(output, StringIO)
    return "\n".join(line.rstrip() for line in output.getvalue().split("\n"))


def _say(console: Console, text: str, style: str = "", indent: int = 0) -> None:
    console.print(Padding(Text.from_markup(f"[{style}]{text}[/]" if style else text), (0, 0, 0, indent)))


def _t(text: str, cap: int = 500) -> str:
    """Text from outside: made safe first, then kept from being read as markup."""
    return escape(safe(text, cap))


def _head(console: Console, review: Review) -> None:
    drill = review.drill
    seconds = (drill.ended - drill.started).total_seconds()
    console.print()
    _say(console, _t(drill.title), "bold")
    kind = "control run" if drill.no_fault else f"responders: {drill.responders}"
    _say(console, f"{_t(drill.id)} · {_t(drill.environment)} · {kind} · {drill.outcome} · {seconds:.0f} s · THIS WAS A DRILL", "dim")
    console.print()
    style = "bold green" if not review.gaps and drill.outcome == "completed" else "bold"
    _say(console, _t(headline(review)), style)


def _milestones(console: Console, review: Review) -> None:
    known = [(name, at) for name, at in review.milestones.items() if at is not None]
    if not known:
        return
    console.print()
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column()
    for name, at in sorted(known, key=lambda m: m[1]):
        table.add_row(clock(at, zero(review)), MILESTONES.get(name, name))
    console.print(Padding(table, (0, 0, 0, 2)))
    if said := detection(review):
        console.print()
        _say(console, _t(said), indent=2)
    impact = review.impact
    if impact.requests:
        _say(
            console,
            f"While users were hurt ({impact.seconds:.1f} s), {impact.failed} of {impact.requests} requests failed{_customers(review)}",
            indent=2,
        )


def _customers(review: Review) -> str:
    hurt = review.impact.users_affected
    return ", of customers not told apart" if hurt is None else f", of {count(hurt, 'customer')}" if hurt else ""


def _verdicts(console: Console, review: Review) -> None:
    """Counts by what verdicts are about; what could not be decided stands out as much as what was missed."""
    if not review.verdicts:
        return
    table = Table.grid(padding=(0, 2))
    table.add_column()
    for answer in ANSWERS:
        table.add_column(justify="right", min_width=len(answer))
    table.add_row("", *(Text(a.replace("_", " "), "dim") for a in ANSWERS))
    for about, title in ABOUT.items():
        found = [sum(v.about == about and v.verdict == a for v in review.verdicts) for a in ANSWERS]
        if any(found):
            table.add_row(title, *(Text(str(n), TONES.get(a, "")) if n else Text("·", "dim") for a, n in zip(ANSWERS, found, strict=True)))
    console.print()
    console.print(Padding(table, (0, 0, 0, 2)))


def _gaps(console: Console, review: Review) -> None:
    for area, name in AREAS.items():
        found = [g for g in review.gaps if g.area == area]
        if not found:
            continue
        console.print()
        _say(console, name, "bold underline")
        for gap in found:
            _gap(console, gap)


def _gap(console: Console, gap: Gap) -> None:
    console.print()
    _say(console, f"[{COLOURS[gap.severity]}]{gap.severity}[/] [bold]{_t(gap.summary)}[/]", indent=2)
    for word, text in (("expected", gap.expected), ("observed", gap.observed), ("to do", gap.fix)):
        table = Table.grid(padding=(0, 1))
        table.add_column(width=8, style="dim")
        table.add_column()
        table.add_row(word, _t(text))
        console.print(Padding(table, (0, 0, 0, 5)))
    _say(console, f"gameday explain {_t(gap.rule)}", "dim", indent=5)


def _undecided(console: Console, review: Review) -> None:
    open_ = [v for v in review.verdicts if v.verdict == "undecidable"]
    if not open_:
        return
    console.print()
    _say(console, "Could not be decided", "bold magenta underline")
    for verdict in open_[:MOST_UNDECIDED]:
        _say(console, f"? {_t(verdict.expectation)}: {_t(verdict.why)}", indent=2)
    if len(open_) > MOST_UNDECIDED:
        _say(console, f"and {len(open_) - MOST_UNDECIDED} more; they stand in the report", "dim", indent=2)


def _safety(console: Console, review: Review) -> None:
    console.print()
    safety = review.safety
    if safety.left:
        _say(console, "STILL BROKEN, remove it now:", "bold red")
        for left in safety.left:
            _say(console, _t(left, 1_000), "red", indent=2)
    elif safety.faults:
        _say(console, f"{safety.removed_and_verified} of {count(safety.faults, 'fault')} removed and verified", "green")
    else:
        _say(console, "No fault was injected", "dim")
