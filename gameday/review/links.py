"""Do the runbook links of an alert's notices open?"""

from __future__ import annotations

from gameday.model.drill import AlertStory, Delivery
from gameday.model.timeline import Timeline
from gameday.model.verdict import Answer

Found = tuple[Answer, str, tuple[str, ...]]
"""The answer, why, and the events that show it."""


def worst_link(story: AlertStory, timeline: Timeline) -> Found | None:
    """Of what its first notice links to, and every other page that a later one does: each may be the one somebody reads.

    None where no notice came.
    """
    pages = {d.link: d for d in reversed(story.deliveries) if d.link or d == story.delivered}
    found = [_opens(page, timeline) for page in pages.values()]
    for worst in ("missed", "undecidable"):
        if wrong := [f for f in found if f[0] == worst]:
            return wrong[0][0], "; ".join(why for _, why, _ in wrong), tuple(e for _, _, proof in wrong for e in proof)
    return found[0] if found else None


def _opens(page: Delivery, timeline: Timeline) -> Found:
    """Whether one notice's link opens, by the last look at it."""
    url = page.link
    if not url:
        return "missed", "the page has no runbook_url", (page.event,)
    looks = timeline.of("probe.link", name=url[:2_000])
    if not looks:
        return "undecidable", "the link was not opened", (page.event,)
    status, proof = looks[-1].data.get("status"), (page.event, looks[-1].id)
    if status == 200:
        return "met", f"{url} opens", proof
    if isinstance(status, int) and (300 <= status < 400 or status in (401, 403)):
        said = "asks for a login" if status in (401, 403) else "redirects"
        return "undecidable", f"{url} {said} ({status}), which the drill does not follow", proof
    said = f"answers {status}" if status else f"does not open: {looks[-1].text('why')}"
    return "missed", f"{url} {said}", proof
