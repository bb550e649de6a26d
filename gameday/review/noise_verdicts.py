"""Did monitoring keep still where it had nothing to say, and was it alive at all: unexpected alerts, and the heartbeat."""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.verdict import Answer, Verdict
from gameday.review.facts import Facts
from gameday.review.saying import after, say


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
            blind = facts.sight.blind("prometheus", since, facts.ended)
            answer: Answer = "undecidable" if blind else "met"
            yield say(key, expects, "monitoring", answer, blind.why if blind else "it stayed silent", blind.event if blind else "")


def _heartbeat(facts: Facts) -> Iterator[Verdict]:
    name = facts.record.plan.scenario.expect.alerts.heartbeat
    if name is None:
        return
    key, expects = "heartbeat", f"the heartbeat {name} is delivered while the drill runs"
    receipts = [e for e in facts.record.timeline.of("alert.delivered", name=name) if e.text("status") == "firing"]
    if receipts:
        yield say(
            key,
            expects,
            "monitoring",
            "met",
            f"{receipts[-1].text('receiver')} got it {len(receipts)} times",
            receipts[0].id,
            receipts[-1].id,
        )
    elif facts.since is None:
        yield say(key, expects, "monitoring", "undecidable", "the drill ended before it could be seen")
    elif blind := facts.sight.blind("pager", facts.since, facts.ended):
        yield say(key, expects, "monitoring", "undecidable", blind.why, blind.event)
    elif facts.cut_short:
        yield say(key, expects, "monitoring", "undecidable", "the record of the drill has no end")
    else:
        proof = facts.sight.proof("pager", facts.started, facts.ended)
        yield say(
            key, expects, "monitoring", "missed", f"it was not delivered in the {after(facts.started, facts.ended)} of the drill", *proof
        )
