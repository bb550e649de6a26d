"""The alert came, and later than it may.

What it finds
    An alert under `expect.alerts.must` whose first notice came later than `within` after the impact began. The gap says
    how long each part took and names the knob that owns the largest.

Why it matters
    Every second of it is a second in which users are hurt and nobody knows.

Example
    move alert.delivered PaymentsErrorRate by 20s

How to close it
    Turn the knob that is named: `for` of the rule, the window and threshold of its expression, `group_wait` and
    `group_interval` of its route, or the scrape and evaluation intervals. The detection floor beside the figure says how
    soon an alert can come with the settings as they are.

When it stays silent
    When no notice came at all (see `alert_never_fired`, `alert_not_delivered`; but one that fires only after its time is
    late, also where the drill ended before its notice), when the pager could not be read between firing and the end of
    the alert's time (undecidable: an earlier notice may have been missed), and in control runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gameday.model.drill import AlertStory, DetectionFloor, Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    for story in (s for s in drill.alerts if s.expectation):
        if (verdict := drill.missed(f"alert:{story.name}:in_time")) is None:
            continue
        parts = _parts(drill, story, verdict.evidence)
        floor = next((f for f in drill.floors if f.alert == story.name), None)
        knob = _knob(parts, floor)
        split = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in parts.items())
        possible = f"; the floor of these settings is {floor.soonest:.1f} to {floor.latest:.1f} s" if floor else ""
        yield Gap(
            rule="alert_delivered_late",
            area="tooling",
            severity="S2",
            subject=Subject(kind="alert", name=story.name),
            summary=f"{story.name} was {verdict.why}" + (f"; most of it is {knob}" if knob else ""),
            expected=verdict.expectation,
            observed=verdict.why + (f" ({split})" if split else "") + possible,
            fix=f"Shorten {knob}, then drill again."
            if knob
            else "Measure each part from the impact to the notice and shorten the longest.",
            evidence=(*verdict.evidence, *((floor.event,) if floor else ())),
        )


def _parts(drill: Drill, story: AlertStory, evidence: Sequence[str]) -> dict[str, float]:
    """Seconds from the impact to the condition, from there to firing, from there to the notice."""
    wanted = story.expectation.receiver if story.expectation else None
    began, told = drill.record.timeline.by_id(evidence[0]), (story.delivered_to(wanted) if wanted else None) or story.delivered
    if not (began and story.pending and story.fired and told):
        return {}
    marks = (began.at, story.pending.at, story.fired.at, told.at)
    names = ("until the condition held", "`for`", "until the notice came")
    return {name: max(0.0, (later - earlier).total_seconds()) for name, earlier, later in zip(names, marks, marks[1:], strict=False)}


def _knob(parts: dict[str, float], floor: DetectionFloor | None) -> str:
    """The setting that owns the largest part."""
    if not parts:
        return ""
    largest = max(parts, key=lambda name: parts[name])
    if largest == "`for`":
        return f"`for: {floor.for_:g}s` of the rule" if floor else "`for` of the rule"
    if largest == "until the condition held":
        return "the window and threshold of the rule's expression, and the scrape and evaluation intervals"
    if floor is not None and parts[largest] <= floor.group_wait + 5:
        return f"`group_wait: {floor.group_wait:g}s` of its route"
    if floor is not None:
        return f"sending: {parts[largest]:.1f} s with `group_wait: {floor.group_wait:g}s`, as when it joins an old group (`group_interval`) or the receiver refuses"
    return "`group_wait` of its route"
