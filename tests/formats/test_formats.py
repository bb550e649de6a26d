"""Reports: complete, self-contained, and inert whatever an alert's labels say."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from gameday.formats import FORMATS, terminal
from gameday.formats.html import _code
from gameday.model.review import Review
from tests.story import judged, record_of, story

PLANTED = (
    "drop comm.public status",
    "drop incident.declared incident",
    "set alert.delivered PaymentsErrorRate receiver=platform-pager",
    "end 120s",
)
HOSTILE = [
    "<script>alert(1)</script>",
    "\x1b[2Jgone",
    "[/]",
    "{{7*7}}",
    "\u202eevil",
    "](javascript:alert(1))",
    "`x`|y\nz",
    "http://evil.example/",
    "A" * 100_000,
]


def rendered(form: str, *lines: str) -> str:
    return FORMATS[form].render(judged(*lines), record_of(story(*lines)))


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_every_gap_stands_in_it_with_what_to_do(form: str) -> None:
    text = rendered(form, *PLANTED)
    for gap in judged(*PLANTED).gaps:
        assert gap.rule in text
    for words in ("THIS WAS A DRILL", "removed and verified", "Proof of removal"):
        assert words in text


class Outside(HTMLParser):
    """Collects what a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe", "object", "embed", "base", "form"):
            self.found.append(tag)
        self.found += [
            name
            for name, value in attrs
            if name.startswith("on")
            or name in ("src", "style", "xlink:href")
            or (name == "href" and not re.fullmatch("#[a-z0-9-]+", value or ""))
        ]


def test_the_page_needs_nothing_from_outside_and_runs_nothing() -> None:
    page = rendered("html", *PLANTED)
    parser = Outside()
    parser.feed(page)
    assert parser.found == []
    assert "default-src 'none'" in page
    assert "@import" not in page
    assert "url(" not in page


def hostile_story(text: str) -> tuple[Review, object]:
    told = story()
    for event in told.told:
        if event.kind in ("alert.firing", "alert.delivered"):
            event.data["labels"] = {"alertname": text, "severity": text}
            event.data["annotations"] = {"runbook_url": text}
        elif event.kind in ("incident.declared", "comm.public", "note"):
            event.data.update(summary=text, text=text)
        elif event.kind == "doc.opened":
            event.data["status"] = text
    told.told = [e for e in told.told if e.kind != "probe.link"]
    from dataclasses import replace

    told.told.append(replace(told.told[6], name=text, at=16.0))
    record = record_of(told)
    from gameday.gaps import GAPS
    from gameday.review.judge import review

    return review(record, GAPS.values()), record


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_inert_everywhere(text: str) -> None:
    found, record = hostile_story(text)
    page = FORMATS["html"].render(found, record)  # type: ignore[arg-type]
    parser = Outside()
    parser.feed(page)
    assert parser.found == []
    markdown = FORMATS["markdown"].render(found, record)  # type: ignore[arg-type]
    assert "<script" not in markdown
    assert not re.search(r"(?<!\\)\]\(|(?i:javascript:|https?:)", markdown)
    shown = terminal.render(found, width=80, colour=False)
    for output in (page, markdown, shown):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", output)
        assert len(output) < 600_000


def test_the_terminal_fits_its_width() -> None:
    text = terminal.render(judged(*PLANTED), width=80)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text
    assert "\x1b[" in terminal.render(judged(*PLANTED), width=80, colour=True)


def test_json_is_the_review_and_ascii() -> None:
    text = rendered("json", *PLANTED)
    assert text.isascii()
    assert Review.model_validate(json.loads(_without_fingerprints(text))).drill.id == "d"


def _without_fingerprints(text: str) -> str:
    body = json.loads(text)
    for gap in body["gaps"]:
        gap.pop("fingerprint")
    return json.dumps(body)


@pytest.mark.parametrize(
    "lines",
    [("unsteady x",), ("leave f1 undo_failed",), ("add drill.aborted d at 30s why=halted by=halt",), ("blind prometheus 12s to 20s",)],
)
@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_kind_of_ending_can_be_printed(form: str, lines: tuple[str, ...]) -> None:
    assert rendered(form, *lines)
    assert terminal.render(judged(*lines), width=60)


def test_an_empty_record_can_be_printed() -> None:
    from dataclasses import replace

    from gameday.gaps import GAPS
    from gameday.model.timeline import Timeline
    from gameday.review.judge import review

    record = replace(record_of(story()), timeline=Timeline((), "timeline.jsonl is missing"), damage=("timeline.jsonl is missing",))
    found = review(record, GAPS.values())
    for form in FORMATS.values():
        assert form.render(found, record)


def test_backticks_become_code_and_nothing_else() -> None:
    assert _code("use `for: 2s` <b>") == "use <code>for: 2s</code> &lt;b&gt;"
    assert _code("an odd ` one") == "an odd ` one"
