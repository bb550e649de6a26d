"""What a well-formed scenario can still say that no drill could prove: ends before it is judged, contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType

from gameday.load.noun_reader import Mistakes
from gameday.load.quoting import quoted
from gameday.load.tree import Loc, Mark, Node, find, key_mark
from gameday.model.duration import format_duration
from gameday.model.expectation import Bound
from gameday.model.injection import Injection
from gameday.model.probe import ProbeDefinition
from gameday.model.protocols import Fault
from gameday.model.scenario import Scenario

Found = tuple[Loc, str]
"""The way to the place, and what is wrong there."""


def tell_contradictions(
    scenario: Scenario, tree: Node, probes: Mapping[str, ProbeDefinition], mistakes: Mistakes, faults: Mapping[str, type[Fault]] = MappingProxyType({}),
) -> None:  # fmt: skip
    """Add every contradiction to `mistakes`, at its place."""
    for way, message in (
        *_ends_too_soon(scenario),
        *_alerts(scenario),
        *_bounds(scenario, probes),
        *_aborts(scenario, probes),
        *_canary(scenario),
        *_faults(scenario, faults),
    ):
        mistakes.add(_mark(tree, way), message, way)


def _mark(tree: Node, way: Loc) -> Mark:
    node, there, mark = find(tree, way)
    if len(there) < len(way) and isinstance(way[len(there)], str):
        return key_mark(node, str(way[len(there)]))
    return mark


def _ends_too_soon(scenario: Scenario) -> Iterator[Found]:
    """Budgets that are still running when the last fault has ended by itself, even if all before them comes on time.

    Counted from the impact, which no fault can cause before it is in effect:

    - an alert's `within`; then `ack`, after the first alert that must come: a page nobody got cannot be acknowledged;
    - `first_mitigation` from an acknowledgement in the same instant, not from the latest allowed one. Adding it up from
      the latest moments would make a hold of 4 minutes too short for 45 s + 1 m + 3 m, though people who are only a
      little quicker are judged in full; and a hold that meets its ceiling is recorded as just that, nobody mitigated;
    - `impact_over` only for `for:`, where time ends the impact and the budget could not be missed. A hold's ceiling is
      a limit of safety; that it ended the impact is a finding of its own.

    `declare`, `lead`, `severity` and updates are words: they can be said, and judged, after the fault has gone.
    """
    if not scenario.faults:
        return
    first = min(f.at for f in scenario.faults)
    last = max(range(len(scenario.faults)), key=lambda i: scenario.faults[i].at + scenario.faults[i].longest)
    fault = scenario.faults[last]
    lives = fault.at + fault.longest - first
    for way, needs, why in _budgets(scenario, fault):
        if needs > lives:
            setting = "at_most" if fault.hold else "for"
            yield (
                ("faults", last, setting),
                f"the fault ends after {format_duration(lives)}, before {'.'.join(str(w) for w in way)} is over"
                f" ({format_duration(needs)}{why}); raise `{setting}` or shorten the budget",
            )
            return  # one is enough to know what to change


def _budgets(scenario: Scenario, fault: Injection) -> list[tuple[Loc, timedelta, str]]:
    """What must fit into the fault's life, slowest first."""
    within = scenario.expect.response.within
    alerts = scenario.expect.alerts.expected
    found: list[tuple[Loc, timedelta, str]] = [(("alert", a.alert, "within"), a.within, "") for a in alerts]
    if within.ack:
        delivered = min((a.within for a in alerts), default=timedelta(0))
        found.append((("within", "ack"), delivered + within.ack, " with the alert's own time" if delivered else ""))
    if within.first_mitigation:
        found.append((("within", "first_mitigation"), within.first_mitigation, ""))
    if within.impact_over and not fault.hold:
        found.append((("within", "impact_over"), within.impact_over, ""))
    return sorted(found, key=lambda b: b[1], reverse=True)


def _alerts(scenario: Scenario) -> Iterator[Found]:
    alerts = scenario.expect.alerts
    must = [a.alert for a in alerts.expected]
    lists = {"must": must, "may": [a.alert for a in alerts.may], "must_not": [a.alert for a in alerts.must_not]}
    for key, names in lists.items():
        for index, name in enumerate(names):
            way: Loc = ("expect", "alerts", key, index, "alert")
            if not name or len(name) > 200:
                yield way, f"{quoted(name)} is not the name of an alert"
            if name in names[:index]:
                yield way, f"{quoted(name)} stands in `{key}` twice; keep one"
            if key == "must_not" and (both := [k for k in ("must", "may") if name in lists[k]]):
                yield way, f"{quoted(name)} stands in `must_not` and in `{both[0]}`; it cannot be both"
            if key == "may" and name in must:
                yield way, f"{quoted(name)} stands in `may` and in `must`; keep it in `must`"
            if name == alerts.heartbeat:
                yield way, f"{quoted(name)} is the heartbeat, which always fires; take it out of `{key}`"


def _places_of_bounds(scenario: Scenario) -> Iterator[tuple[Loc, Bound]]:
    yield from ((("steady_state", i), b) for i, b in enumerate(scenario.steady_state))
    yield from ((("abort_when", i), b) for i, b in enumerate(scenario.abort_when))
    triggers = ((i, f.when.bound) for i, f in enumerate(scenario.faults) if f.when)
    yield from ((("faults", i, "when"), b) for i, b in triggers if b)
    yield from ((("expect", "response", "guards", i), b) for i, b in enumerate(scenario.expect.response.guards))


def _bounds(scenario: Scenario, probes: Mapping[str, ProbeDefinition]) -> Iterator[Found]:
    """Ranges that hold nothing, and percentages where a probe answers with a share."""
    for way, bound in _places_of_bounds(scenario):
        low, high = _range(bound)
        touching = low == high and (bound.above == low or bound.below == high)
        if low > high or touching:
            yield way, f"no number is {str(bound).removeprefix(bound.probe + ' ')}"
        definition = probes.get(bound.probe)
        for key in ("at_least", "at_most", "above", "below"):
            number = getattr(bound, key)
            if number is not None and definition is not None and definition.unit == "ratio" and not 0 <= number <= 1:
                hint = f"; write {number / 100:g}" if 1 < number <= 100 else ""
                yield (*way, key), f"{number:g} is out of range: {bound.probe} is a ratio between 0 and 1{hint}"


def _range(bound: Bound) -> tuple[float, float]:
    lows = [b for b in (bound.at_least, bound.above) if b is not None]
    highs = [b for b in (bound.at_most, bound.below) if b is not None]
    return max(lows, default=float("-inf")), min(highs, default=float("inf"))


def _aborts(scenario: Scenario, probes: Mapping[str, ProbeDefinition]) -> Iterator[Found]:
    """Abort conditions that would end every drill, or stop it at the very thing it waits for."""
    expected = {a.alert for a in scenario.expect.alerts.expected}
    for index, bound in enumerate(scenario.abort_when):
        definition = probes.get(bound.probe)
        query = getattr(definition, "query", "") if definition is not None and definition.probe == "prometheus" else ""
        seen = {bound.probe} & expected or {a for a in expected if "ALERTS" in query and f'"{a}"' in query}
        for alert in sorted(seen):
            yield ("abort_when", index, "probe"), f"stops the drill when {alert} fires, which is what it waits for; choose another probe"
        for steady in scenario.steady_state:
            if steady.probe == bound.probe and _holds_all_of(bound, steady):
                yield ("abort_when", index), f"is true already in the steady state ({steady}); the drill would stop at once"


def _holds_all_of(abort: Bound, steady: Bound) -> bool:
    """Whether every steady answer is one that aborts."""
    (low, high), (steady_low, steady_high) = _range(abort), _range(steady)
    edge = (low == steady_low and abort.above == low and steady.above != low) or (
        high == steady_high and abort.below == high and steady.below != high
    )
    return low <= steady_low and high >= steady_high and not edge


def _canary(scenario: Scenario) -> Iterator[Found]:
    canary = scenario.canary
    if canary.every < timedelta(milliseconds=50):
        yield ("canary", "every"), "is faster than 50ms; the canary would be a load of its own"
    if canary.steady_for < canary.every * canary.bad.of:
        yield (
            ("canary", "steady_for"),
            f"is shorter than {canary.bad.of} samples; write at least {format_duration(canary.every * canary.bad.of)}",
        )


def _faults(scenario: Scenario, known: Mapping[str, type[Fault]]) -> Iterator[Found]:
    """Two faults on one target at once that cannot be told apart, or of which one takes the target from the other."""
    for index, fault in enumerate(scenario.faults):
        for other in scenario.faults[:index]:
            if fault.target != other.target or not (fault.at < other.ends and other.at < fault.ends):
                continue
            if fault.fault == other.fault:
                yield ("faults", index), f"{fault.fault} acts on {fault.target} already at that time; let them follow each other"
            elif taking := [f.fault for f in (fault, other) if _takes_away(known.get(f.fault))]:
                gone = other.fault if taking[0] == fault.fault else fault.fault
                yield (
                    ("faults", index),
                    f"{taking[0]} stops {fault.target} while {gone} acts on it, so neither could be verified; let them follow each other",
                )


def _takes_away(fault: type[Fault] | None) -> bool:
    """Whether nothing can be done or seen inside the target while this fault is in effect."""
    deeds = getattr(fault, "deeds", None)
    return deeds is not None and bool({"pause", "die"} & set(deeds.injecting))
