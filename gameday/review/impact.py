"""When users were hurt, by the canary's samples; how many requests failed, by the gateway's log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gameday.model.drill import Moment
from gameday.model.event import Event
from gameday.model.review import Impact
from gameday.model.scenario import Canary
from gameday.model.services import SeverityCriterion
from gameday.model.timeline import Timeline


def samples(timeline: Timeline, since: datetime, until: datetime | None = None) -> tuple[Event, ...]:
    return timeline.of("canary.sample", since=since, until=until)


def impact_began(taken: Sequence[Event], canary: Canary) -> Moment | None:
    """The first bad sample of the first window in which `bad` of the last `of` samples are bad."""
    for index in range(len(taken)):
        window = taken[max(0, index + 1 - canary.bad.of) : index + 1]
        bad = [s for s in window if not s.data.get("ok")]
        if len(bad) >= canary.bad.bad:
            return Moment(bad[0].at, bad[0].id)
    return None


def impact_over(taken: Sequence[Event], canary: Canary, began: Moment) -> Moment | None:
    """The first sample after the impact from which on all are good for `steady_for`."""
    return _good_run([s for s in taken if s.at > began.at], canary.steady_for, canary)


def good_from(taken: Sequence[Event], since: datetime, lasting: timedelta, canary: Canary) -> Moment | None:
    """The first sample from `since` on that begins a run of good ones of this length."""
    return _good_run([s for s in taken if s.at >= since], lasting, canary)


def _good_run(taken: Sequence[Event], lasting: timedelta, canary: Canary) -> Moment | None:
    """Where nobody looked, nobody knows: a silence of the canary ends a run as a bad sample does."""
    first: Event | None = None
    last: Event | None = None
    for sample in taken:
        if last is not None and sample.at - last.at > longest_silence(canary):
            first = None
        last = sample
        if not sample.data.get("ok"):
            first = None
            continue
        first = first or sample
        # The sample stands for the time to the next one.
        if sample.at + canary.every - first.at >= lasting:
            return Moment(first.at, first.id)
    return None


@dataclass(frozen=True)
class Hurt:
    """One time in which users were not served. `over` is None where they were not served again before the drill ended."""

    began: Moment
    over: Moment | None
    served: datetime | None = None
    """When users had the first good answer again. The impact is over from the moment at which that was asked for."""

    def lasted(self, ended: datetime) -> timedelta:
        """Until it was over, or the drill ended."""
        return (self.over.at if self.over else ended) - self.began.at


def impacts(taken: Sequence[Event], canary: Canary, lives: Sequence[tuple[datetime, datetime]]) -> tuple[Hurt, ...]:
    """Each impact, in order. `lives` are the faults' own times: an impact comes with a fault, unless users were seen to be well since it ended."""
    found: list[Hurt] = []
    for number, (since, until) in enumerate(sorted(lives)):
        if found and (found[-1].over is None or since <= found[-1].over.at):
            continue
        during = taken if number == 0 else [s for s in taken if s.at >= since]
        began = impact_began(during, canary)
        if began is not None and not any(s.data.get("ok") for s in taken if until < s.at < began.at):
            over = impact_over(taken, canary, began)
            again = next((s for s in taken if over and s.id == over.event), None)
            found.append(Hurt(began, over, answered(again) if again else None))
    return tuple(found)


def longest_silence(canary: Canary) -> timedelta:
    """How long no sample may come before it counts that nobody looked."""
    return max(timedelta(seconds=5), 2 * (canary.every + canary.timeout))


def answered(sample: Event) -> datetime:
    """When a sample had its answer. It is dated by its sending, and what ended the impact may have come in between."""
    took = sample.data.get("ms")
    return sample.at + timedelta(milliseconds=took) if isinstance(took, int | float) else sample.at


def breach(taken: Sequence[Event], criterion: SeverityCriterion, canary: Canary) -> tuple[Moment, Moment] | None:
    """The first span as long as the criterion says in which its share of samples was bad: its first and last sample."""
    start = bad = 0
    for end, sample in enumerate(taken):
        if end and sample.at - taken[end - 1].at > longest_silence(canary):  # nobody looked, so nobody knows
            start, bad = end, 0
        bad += not sample.data.get("ok")
        while sample.at - taken[start].at > criterion.lasting:
            bad -= not taken[start].data.get("ok")
            start += 1
        long_enough = sample.at + canary.every - taken[start].at >= criterion.lasting
        if long_enough and bad / (end + 1 - start) >= criterion.failed_share:
            return Moment(taken[start].at, taken[start].id), Moment(sample.at, sample.id)
    return None


def felt(timeline: Timeline, hurt: Sequence[Hurt], ended: datetime) -> Impact:
    """Requests and failures while users were hurt; the quiet between two impacts is left out."""
    if not hurt:
        return Impact()
    spans = [(h.began.at, h.over.at if h.over else ended) for h in hurt]
    # A sample covers the second that begins at its time.
    told = [e for began, over in spans for e in timeline.of("traffic.sample", since=began - timedelta(seconds=1), until=over)]
    counted = {e.id: e for e in told}.values()
    told_apart = [s.data["hurt"] for s in counted if isinstance(s.data.get("hurt"), list)]
    users = {str(customer) for customers in told_apart if isinstance(customers, list) for customer in customers}
    failed = sum(_count(s, "failed") for s in counted)
    return Impact(
        users_affected=None if failed and not users else len(users),
        requests=sum(_count(s, "requests") for s in counted),
        failed=failed,
        seconds=round(sum((over - began).total_seconds() for began, over in spans), 3),
    )


def _count(event: Event, key: str) -> int:
    value = event.data.get(key)
    return int(value) if isinstance(value, int | float) else 0
