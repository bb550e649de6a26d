"""A source that the verdicts need could not be read for a while.

What it finds
    A needed source that failed, fell silent or was never alive between the fault and the end; a record that was cut or
    altered.

Why it matters
    What was not seen then is not known. Verdicts that hang on it are *undecidable*, and neither praise nor blame.

Example
    blind prometheus 12s to 20s

How to close it
    Read the reason. Where the fault took the source with it, monitoring depends on what it monitors: that is a finding of
    its own.

When it stays silent
    For sources that no verdict of this drill needs, and for time before the fault.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    for verdict in drill.verdicts:
        if not verdict.key.startswith("source:") or verdict.verdict != "missed":
            continue
        source = verdict.key.removeprefix("source:")
        undecided = sum(v.verdict == "undecidable" for v in drill.verdicts)
        yield Gap(
            rule="observer_blind",
            area="drill",
            severity="S2",
            subject=Subject(kind="source", name=source),
            summary=f"{source} could not be read for part of the drill; {undecided} verdict{' is' if undecided == 1 else 's are'} undecidable",
            expected=verdict.expectation,
            observed=verdict.why,
            fix=f"Find out why {source} could not be read, make it independent of what is broken, and drill again.",
            evidence=verdict.evidence,
        )
