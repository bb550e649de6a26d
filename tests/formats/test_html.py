"""The page: self-contained, honest about what could not be seen, and readable for everybody."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from gameday.formats import FORMATS
from gameday.formats.html import _environment
from gameday.formats.html.summary import clock_rows, figures, gap_tally, verdict_tally
from gameday.gaps import GAPS
from gameday.model.proof import by_id, proofs
from gameday.model.record import Record
from gameday.model.review import Review
from gameday.review.judge import review
from tests.formats.crowd import crowded
from tests.formats.test_formats import PLANTED, Outside
from tests.story import judged, record_of, story

EVIL = "<script>alert(1)</script><style>*{}</style>\x1b[2J\x1b]8;;http://evil\x07\u202e\u2066\x9b31m" + "A" * 1_000_000


def page(*lines: str) -> str:
    return FORMATS["html"].render(judged(*lines), record_of(story(*lines)))


class Tree(HTMLParser):
    """Headings, ids, links and text of a page; `inside` are the open elements with their classes."""

    VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inside: list[tuple[str, str]] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {k: v or "" for k, v in attrs}
        self.attributes += [(tag, k, v) for k, v in found.items()]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if "href" in found else []
        if tag not in self.VOID:
            self.inside.append((tag, found.get("class", "")))

    def handle_endtag(self, tag: str) -> None:
        assert self.inside, tag
        assert self.inside.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((data.strip(), tuple(f"{tag}.{css}" for tag, css in self.inside)))


def test_its_style_is_known_by_its_hash_and_nothing_else_is_allowed() -> None:
    text = page(*PLANTED)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text.replace("&#39;", "'"))
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not [a for a in Tree(text).attributes if a[1] == "style" or a[1].startswith("on")]
    assert not re.search(r"<script|<link|@import|url\(|@font-face", text)


def test_links_stay_inside_the_page_and_lead_somewhere() -> None:
    tree = Tree(FORMATS["html"].render(*crowded()))
    assert tree.links
    assert {link.removeprefix("#") for link in tree.links} <= set(tree.ids)
    assert len(tree.ids) == len(set(tree.ids))


@pytest.mark.parametrize("lines", [PLANTED, (), ("unsteady x",), ("leave f1 undo_failed",)])
def test_headings_are_in_order_and_every_element_is_closed(lines: tuple[str, ...]) -> None:
    tree = Tree(page(*lines))
    assert tree.inside == []
    assert tree.headings[0] == 1
    assert tree.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(tree.headings, tree.headings[1:], strict=False))


def test_every_gap_opens_to_the_events_that_prove_it() -> None:
    record = record_of(story(*PLANTED))
    found = judged(*PLANTED)
    text = page(*PLANTED)
    articles = re.findall(r'<article class="gap.*?</article>', text, re.DOTALL)
    assert len(articles) == len(found.gaps) > 0
    for gap in found.gaps:
        (article,) = [a for a in articles if gap.fingerprint[:12] in a]
        for proof in proofs(gap.evidence, by_id(record.timeline)):
            assert proof.said
            row = f'<td>{proof.source}</td><td>{proof.said}</td><td class="raw">{proof.raw}</td>'
            assert row in article
        assert article.index("<details>") < article.index('class="proof"')


def test_the_first_screen_says_the_result_the_figures_and_the_counts() -> None:
    text = page(*PLANTED)
    first = text[: text.index("<h2>")]
    for words in ("THIS WAS A DRILL", "gaps:", "removed and verified", "detected", "requests failed", "How to read this"):
        assert words in first
    assert 4 <= len(figures(judged(*PLANTED), record_of(story(*PLANTED)))) <= 6
    assert first.count('<table class="tally">') == 2


def test_tallies_count_everything_once() -> None:
    found, _ = crowded()
    assert sum(n for _, counts in gap_tally(found).rows for n in counts) == len(found.gaps)
    assert sum(n for _, counts in verdict_tally(found).rows for n in counts) == len(found.verdicts)


def test_what_could_not_be_decided_is_as_loud_as_what_was_missed() -> None:
    lines = ("blind prometheus 11s to 40s",)
    open_ = [v for v in judged(*lines).verdicts if v.verdict == "undecidable"]
    assert open_
    tree = Tree(page(*lines))
    for verdict in open_:
        for words in (verdict.expectation, verdict.why):
            assert any(text == words and not any("details" in e for e in inside) for text, inside in tree.texts), words
    style = _environment().get_template("page.css.j2").render()
    assert "background: var(--open); color: var(--on-open)" in style
    assert "background: var(--bad); color: var(--on-bad)" in style


def test_a_figure_beyond_its_limit_is_marked_with_words() -> None:
    late = next(
        f for f in figures(judged("move page.acked PaymentsErrorRate by 90s", "end 200s"), _record("end 200s")) if f.name == "acknowledged"
    )
    assert late.late
    assert late.notes[0] == "late, limit 1m"
    never = next(f for f in figures(judged("drop page.acked"), _record()) if f.name == "acknowledged")
    assert never.late
    assert never.notes[0] == "not reached, limit 1m"


def _record(*lines: str) -> Record:
    return record_of(story(*lines))


def test_the_clock_has_every_moment_and_what_never_came_last() -> None:
    rows = clock_rows(judged("drop incident.declared"), _record())
    assert [r.name for r in rows if r.at is None] == ["incident declared"]
    assert rows[-1].at is None
    moments = [r.at for r in rows if r.at]
    assert moments == sorted(moments)
    assert "lead named" in {r.name for r in clock_rows(judged(), _record())}


def test_detection_is_drawn_knob_by_knob_beside_its_floor() -> None:
    text = page()
    bar = re.findall(r'<svg class="detection".*?</svg>', text, re.DOTALL)[0]
    assert [f'class="p{n}"' in bar for n in range(4)] == [True] * 4
    assert 'class="floor"' in bar
    for words in ("scrape, evaluation and window", "<code>for</code>", "<code>group_wait</code>", "sending", "3.0 to 5.0 s"):
        assert words in text
    assert 'class="detection"' not in page("drop alert.delivered PaymentsErrorRate")


def test_each_fault_says_when_by_whom_and_how_it_was_removed() -> None:
    row = re.findall(r'<table class="stack removal">.*?</table>', page(), re.DOTALL)[0]
    for words in ("<b>container_pause</b> on payments", "+0.0 s", "+13.6 s", "worker", "✓ removed and verified", "unpaused"):
        assert words in row
    broken = page("leave f1 undo_failed")
    assert "NOT VERIFIED" in broken
    assert 'class="alarm"' in broken[: broken.index("<h2>")]


def test_it_can_be_computed_again() -> None:
    found, record = crowded()
    text = FORMATS["html"].render(found, record)
    for words in (record.plan.hash, "c" * 64, "gameday verify d", "gameday review d"):
        assert words in text


def test_no_name_of_a_person_is_told() -> None:
    record = record_of(story())
    events = tuple(e.model_copy(update={"actor": "Bob Smith"}) if e.actor_kind == "human" else e for e in record.timeline)
    named = replace(record, timeline=type(record.timeline)(events))
    for form in ("html", "markdown"):
        assert "Bob" not in FORMATS[form].render(review(named, GAPS.values()), named)


def hostile() -> tuple[Review, Record]:
    record = record_of(story(*PLANTED))
    events = tuple(
        e.model_copy(
            update={
                "actor": EVIL if e.actor else "",
                "source": e.source,
                "data": {**e.data, "text": EVIL, "command": EVIL, "receiver": EVIL},
            }
        )
        for e in record.timeline
    )
    faults = tuple(replace(f, fault=EVIL, target=EVIL, undone_by=EVIL, detail=EVIL) for f in record.faults)
    plan = record.plan.model_copy(update={"hash": EVIL, "name": EVIL, "rules_off": {EVIL: EVIL}})
    record = replace(record, plan=plan, timeline=type(record.timeline)(events), faults=faults, damage=(EVIL,))
    return review(record, GAPS.values()).model_copy(update={"timeline_head": EVIL}), record


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_hostile_faults_seats_commands_and_hashes_are_inert(form: str) -> None:
    text = FORMATS[form].render(*hostile())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "<script" not in text
    assert len(text) < 2_000_000
    if form == "html":
        parser = Outside()
        parser.feed(text)
        assert parser.found == []
        assert Tree(text).inside == []


def endings() -> dict[str, tuple[Review, Record]]:
    record = record_of(story(), closed=False)
    cut = replace(record, damage=("timeline.jsonl is cut after line 300",))
    empty = replace(record, timeline=type(record.timeline)(()), faults=(), damage=("timeline.jsonl is missing",))
    bare = replace(record_of(story("unsteady the canary saw 503")), faults=())
    return {name: (review(r, GAPS.values()), r) for name, r in {"crashed": cut, "empty": empty, "invalid": bare}.items()}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("crashed", "The drill ended early"),
        ("empty", "timeline.jsonl is missing"),
        ("invalid", "Nothing was injected: the canary saw 503."),
    ],
)
def test_a_drill_that_went_wrong_says_so_on_the_first_screen(name: str, words: str) -> None:
    text = FORMATS["html"].render(*endings()[name])
    assert words in text[: text.index("<h2>")]
    assert Tree(text).inside == []
    markdown = FORMATS["markdown"].render(*endings()[name])
    assert words.replace("_", "\\_") in markdown


def test_a_few_actions_are_listed_at_once_and_many_are_folded_away() -> None:
    assert '<details open class="actions">' in page(*PLANTED)
    assert '<details class="actions">' in FORMATS["html"].render(*crowded())


def test_closed_parts_are_printed_open_and_the_log_only_where_it_is_open() -> None:
    style = _environment().get_template("page.css.j2").render()
    printed = style[style.index("@media print") :]
    assert "details:not(.log)::details-content { content-visibility: visible" in printed
    assert ".log:not([open]) { display: none; }" in printed
    assert "@page { size: A4" in style
    assert "@media screen and (prefers-color-scheme: dark)" in style, "paper is always light"
    assert "@media screen and (max-width: 760px)" in style, "a sheet of A4 is no telephone"


PAIRS = [
    ("ink", "paper"), ("soft", "paper"), ("bad", "paper"), ("good", "paper"), ("cool", "paper"), ("ink", "card"), ("soft", "card"), ("cool", "card"),
    ("on-bad", "bad"), ("on-open", "open"), ("warn", "warn-soft"), ("good", "good-soft"), ("cool", "cool-soft"), ("paper", "cool"),
    ("ink", "hurt"), ("soft", "hurt"), ("bad", "hurt"), ("ink", "warn-soft"), ("ink", "good-soft"),
]  # fmt: skip


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_text_stands_out_from_its_ground(scheme: int, front: str, back: str) -> None:
    style = _environment().get_template("page.css.j2").render()
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", style.split(":root {")[1 + scheme]))
    light, dark = sorted((_luminance(colours[front]), _luminance(colours[back])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{front} on {back}"


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_page_of_a_long_drill_stays_small() -> None:
    told = story("bad 30s to 900s", "end 1800s")
    record = record_of(told)
    assert record.timeline.events[-1].at - record.timeline.events[0].at > timedelta(minutes=29)
    assert len(FORMATS["html"].render(review(record, GAPS.values()), record)) < 500_000
