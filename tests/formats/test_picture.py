"""The picture: readable however much happened."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

import pytest

from gameday.formats.html.board import NARROW, WIDE, Board, Layout
from gameday.formats.html.marks import Mark, marks, pills
from gameday.formats.html.picture import draw, picture
from gameday.formats.html.scale import Scale
from gameday.formats.html.sheet import fit, width
from tests.formats.crowd import ALERTS, crowded
from tests.story import judged, record_of, story

LAYOUTS = pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "narrow"])
BEGAN = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def board(layout: Layout) -> Board:
    review, record = crowded()
    return draw(review, record, marks(record), layout)


def svg(layout: Layout, *lines: str) -> str:
    record = record_of(story(*lines))
    return picture(judged(*lines), record, marks(record), layout)


@LAYOUTS
def test_no_text_lies_on_another_with_three_faults_twelve_alerts_and_sixty_actions(layout: Layout) -> None:
    review, record = crowded()
    assert (len(record.faults), len(ALERTS)) == (3, 12)
    assert len(marks(record)) >= 60
    boxes = draw(review, record, marks(record), layout).sheet.boxes
    assert len(boxes) > 40
    assert [(a, b) for a, b in combinations(boxes, 2) if a.meets(b)] == []


@LAYOUTS
def test_no_text_leaves_the_picture(layout: Layout) -> None:
    drawn = board(layout)
    for box in drawn.sheet.boxes:
        assert box.left >= -0.5
        assert box.right <= layout.width + 0.5
        assert 0 <= box.top < box.bottom <= drawn.y + 6


@LAYOUTS
def test_every_alert_has_its_lane_and_every_action_its_mark(layout: Layout) -> None:
    review, record = crowded()
    text = picture(review, record, marks(record), layout)
    for name in ALERTS:
        assert f"<title>{name}" in text
    numbers: set[int] = set()
    for seat in {m.seat for m in marks(record)}:
        lane = [m for m in marks(record) if m.seat == seat]
        for pill in pills(lane, board(layout).scale.x, board(layout).left, board(layout).right):
            assert f">{pill.label}<" in text
            numbers |= {m.number for m in pill.marks}
    assert numbers == {m.number for m in marks(record)}


def test_the_crowded_picture_is_of_a_size_that_fits_a_screen() -> None:
    assert board(WIDE).y < 1_000


@LAYOUTS
def test_it_says_in_words_what_it_shows(layout: Layout) -> None:
    text = svg(layout)
    assert re.search(r'role="img" aria-labelledby="(\w+)-title \1-desc"', text)
    assert "container_pause on payments from +0.0 s to +13.6 s; users hurt from +0.2 s to +8.0 s" in text


def test_pending_firing_and_delivered_are_drawn_apart() -> None:
    text = svg(WIDE)
    for css in ("pending", "firing", "told", "told over", "floor", "check"):
        assert f'class="{css}"' in text


def test_an_expected_alert_that_stayed_silent_has_a_lane_that_says_so() -> None:
    quiet = [f"drop {kind} PaymentsErrorRate" for kind in ("alert.pending", "alert.firing", "alert.delivered", "alert.resolved")]
    assert "nothing of it was seen" in svg(WIDE, *quiet)


def test_a_source_that_could_not_be_read_is_drawn() -> None:
    assert 'class="unseen"' in svg(WIDE, "blind prometheus 12s to 20s")
    assert 'class="unseen"' not in svg(WIDE)


def test_a_fault_that_may_be_left_is_drawn_as_that() -> None:
    text = svg(WIDE, "leave f1 undo_failed")
    assert 'class="fault left"' in text
    assert 'class="check"' not in text


def test_seats_have_lanes_and_names_have_none() -> None:
    record = record_of(story())
    events = tuple(e.model_copy(update={"actor": "Bob Smith"}) if e.kind == "page.acked" else e for e in record.timeline)
    told = type(record.timeline)(events)
    record = type(record)(record.plan, told, record.faults)
    text = picture(judged(), record, marks(record), WIDE)
    assert ">seat-1<" in text
    assert ">somebody<" in text
    assert "Bob" not in text


def test_nothing_is_drawn_of_nothing() -> None:
    record = record_of(story())
    empty = type(record)(record.plan, type(record.timeline)(()))
    assert picture(judged(), empty, (), WIDE) == ""


def mark(number: int, seconds: float) -> Mark:
    return Mark(number, BEGAN + timedelta(seconds=seconds), "seat-1", "ran ls", "shell", number)


def test_marks_that_would_touch_become_one() -> None:
    scale = Scale(BEGAN, BEGAN, BEGAN + timedelta(seconds=100), 0, 1_000)
    lane = [mark(1, 10), mark(2, 10.5), mark(3, 11), mark(5, 50), mark(7, 50.1)]
    assert [p.label for p in pills(lane, scale.x, 0, 1_000)] == ["1–3", "5…7"]


def test_a_pill_at_the_edge_stays_inside() -> None:
    scale = Scale(BEGAN, BEGAN, BEGAN + timedelta(seconds=100), 0, 1_000)
    (pill,) = pills([mark(1, 100)], scale.x, 0, 1_000)
    assert pill.centre(0, 1_000) + pill.wide / 2 <= 1_000


@pytest.mark.parametrize("seconds", [10, 90, 1_000, 40_000, 2_000_000])
@pytest.mark.parametrize("right", [360, 1_040])
def test_labels_of_the_clock_stay_apart(seconds: int, right: int) -> None:
    scale = Scale(BEGAN + timedelta(seconds=5), BEGAN, BEGAN + timedelta(seconds=seconds), 4, right)
    ticks = list(scale.ticks())
    assert 1 <= len(ticks) <= 20
    for (x, label), (after, next_label) in pairwise(ticks):
        assert after - x > (width(label, 10.5) + width(next_label, 10.5)) / 2


def test_a_text_is_cut_to_its_room() -> None:
    assert fit("short", 100, 10) == "short"
    assert fit("A" * 1_000_000, 60, 10) == "AAAAAAAAA…"
