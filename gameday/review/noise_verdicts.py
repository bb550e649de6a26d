"""Did monitoring keep still where it had nothing to say, and was it alive at all: unexpected alerts, and the heartbeat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from gameday.model.event import Event
from gameday.model.verdict import Answer, Verdict
from gameday.review.facts import Facts
from gameday.review.saying import after, say

BEATS_MISSED = 3
"""So many of its longest pauses may a heartbeat be late before it counts as stopped …"""
PATIENCE = timedelta(seconds=5)
"""… and a little more, for short ones."""


def noise_verdicts(facts: Facts) -> Iterator[Verdict]:
    yield from _unexpected(facts)
    yield from _heartbeat(facts)


def _unexpected(facts: Facts) -> Iterator[Verdict]:
    """Alerts that nobody asked for, and those that must not come."""
    alerts, since = facts.record.plan.scenario.expect.alerts, facts.since
    wanted = {a.alert for a in alerts.expected} | {a.alert for a in alerts.may}
    if facts.record.plan.no_fault:
        wanted = set()
    must_not = [a.alert for a in alerts.must_not]
    named = dict.fromkeys([*must_not, *(s.name for s in facts.stories)])
    for name in named:
        if name in wanted or name == alerts.heartbeat:
            continue
        key, expects, story = f"alerts:unexpected:{name}", f"alert {name} stays silent", facts.story(name)
        if since is None:
            if name in must_not:
                yield say(key, expects, "monitoring", "undecidable", "nothing was injected")
        elif story is not None and story.before_fault:
            yield say(key, expects, "monitoring", "not_applicable", "it was firing already before the fault", story.before_fault.event)
        elif story is not None and (story.fired or story.deliveries):
            moment = story.fired or story.deliveries[0]
            proof = [story.fired.event if story.fired else "", *(d.event for d in story.deliveries[:1])]
            yield say(key, expects, "monitoring", "missed", f"it fired {after(since, moment.at)} into the drill", *proof)
        elif name in must_not:
            yield _stayed_silent(facts, key, expects, since)


def _stayed_silent(facts: Facts, key: str, expects: str, since: datetime) -> Verdict:
    answer: Answer = "met"
    why, proof = "it stayed silent", ""
    if blind := facts.sight.blind("prometheus", since, facts.ended):
        answer, why, proof = "undecidable", blind.why, blind.event
    elif facts.cut_short:
        answer, why = "undecidable", "the record of the drill has no end"
    return say(key, expects, "monitoring", answer, why, proof)


def _heartbeat(facts: Facts) -> Iterator[Verdict]:
    name = facts.record.plan.scenario.expect.alerts.heartbeat
    if name is None:
        return
    key, expects = "heartbeat", f"the heartbeat {name} is delivered while the drill runs"
    receipts = [e for e in facts.record.timeline.of("alert.delivered", name=name) if e.text("status") == "firing"]
    last = receipts[-1] if receipts else None
    stopped = _stopped(receipts, facts.ended)
    if last is not None and not stopped and facts.since is not None and last.at >= facts.since:
        why = f"{last.text('receiver')} got it {len(receipts)} times"
        yield say(key, expects, "monitoring", "met", why, receipts[0].id, last.id)
    elif facts.since is None:
        yield say(key, expects, "monitoring", "undecidable", "the drill ended before it could be seen")
    elif blind := facts.sight.blind("pager", facts.since, facts.ended):
        yield say(key, expects, "monitoring", "undecidable", blind.why, blind.event)
    elif facts.cut_short or facts.aborted:
        why = "the record of the drill has no end" if facts.cut_short else "the drill was stopped early"
        yield say(key, expects, "monitoring", "undecidable", why)
    elif last is not None and not stopped:
        why = f"it came {len(receipts)} times, not since the fault, and its rhythm is not known from that"
        yield say(key, expects, "monitoring", "undecidable", why, last.id)
    else:
        why = f"it was not delivered in the {after(facts.started, facts.ended)} of the drill"
        if last is not None:
            why = f"it stopped: none came in the last {after(last.at, facts.ended)}, after {len(receipts)} that came steadily"
        proof = facts.sight.proof("pager", facts.started, facts.ended)
        yield say(key, expects, "monitoring", "missed", why, *([last.id] if last else []), *proof)


def _stopped(receipts: Sequence[Event], ended: datetime) -> bool:
    """Whether a heartbeat that had a rhythm has been silent for too long when the drill ends. Two beats are no rhythm yet."""
    pauses = [later.at - earlier.at for earlier, later in pairwise(receipts)]
    return len(pauses) >= 2 and ended - receipts[-1].at > BEATS_MISSED * max(pauses) + PATIENCE
