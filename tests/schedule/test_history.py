"""Histories: what ran, what was missed and why, by service and month; and their picture."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

from gameday.model.slot import SlotRecord
from gameday.schedule.history import history, reasons
from gameday.schedule.history_page import page
from gameday.schedule.history_picture import picture
from tests.schedule.plan import utc


def record(moment: str, outcome: str, service: str = "checkout", **more: object) -> SlotRecord:
    return SlotRecord.model_validate(
        {"schedule": f"{service}-monthly", "moment": utc(moment), "outcome": outcome, "service": service, **more}
    )


RECORDS = [
    record("2026-09-08 09:00", "ran", drill="d1", exit_code=0),
    record("2026-11-10 09:00", "missed", cause="down", why="no server was there"),
    record("2026-11-12 09:00", "ran", drill="d2", exit_code=1),
    record("2026-11-24 09:00", "withheld", service="<db>", cause="freeze", why='freeze "Year & end"'),
]


def test_months_without_a_slot_are_there_too_so_that_a_hole_is_seen() -> None:
    found = history(RECORDS, utc("2026-01-01"), utc("2027-01-01"))
    assert (found.services, found.months) == (["<db>", "checkout"], ["2026-09", "2026-10", "2026-11"])
    assert [found.at("checkout", m).text() for m in found.months] == ["1 ran", "-", "1 ran, 1 missed"]


def test_only_what_was_due_in_the_time_counts() -> None:
    assert [r.drill for r in history(RECORDS, utc("2026-11-12"), utc("2026-11-24")).records] == ["d2"]
    assert history([], utc("2026-01-01"), utc("2027-01-01")).months == []


def test_a_year_s_turn_is_a_month_like_any_other() -> None:
    turn = [record("2026-12-31 23:59", "ran"), record("2027-01-01 00:00", "ran")]
    assert history(turn, utc("2026-01-01"), utc("2028-01-01")).months == ["2026-12", "2027-01"]


def test_reasons_are_counted_most_frequent_first() -> None:
    more = [*RECORDS, record("2026-11-25 09:00", "withheld", cause="freeze"), record("2026-11-26 09:00", "missed")]
    assert reasons(history(more, utc("2026-01-01"), utc("2027-01-01"))) == [("freeze", 2), ("down", 1), ("not said", 1)]


def drawn(records: list[SlotRecord]) -> ElementTree.Element:
    return ElementTree.fromstring(picture(history(records, utc("2020-01-01"), utc("2030-01-01"))))


def test_each_slot_is_a_mark_that_says_what_it_is() -> None:
    tips = ["".join(t.itertext()) for t in drawn(RECORDS).iter("{http://www.w3.org/2000/svg}title")]
    assert "2026-11-10 09:00Z checkout, checkout-monthly: missed: no server was there" in tips
    assert sum("monthly" in t for t in tips) == 4


def test_outcomes_differ_in_shape_not_in_colour_alone() -> None:
    shapes: dict[str, str] = {}
    for path in drawn(RECORDS).iter("{http://www.w3.org/2000/svg}path"):
        shape = "".join(c for c in path.attrib["d"] if c.isalpha())
        shapes.setdefault(path.attrib["class"], shape)
    assert shapes["missed"] not in (shapes["ran"], shapes["withheld"])
    assert "<script" not in picture(history(RECORDS, utc("2020-01-01"), utc("2030-01-01")))


def test_many_slots_in_a_month_are_a_number_and_the_picture_grows_with_the_months() -> None:
    many = [record(f"2026-11-{day:02d} 09:00", "ran") for day in range(1, 29)]
    texts = ["".join(t.itertext()) for t in drawn(many).iter("{http://www.w3.org/2000/svg}text")]
    assert any(t.startswith("+25") for t in texts)
    year = drawn([record(f"2026-{month:02d}-01 09:00", "ran") for month in range(1, 13)])
    assert float(year.attrib["width"]) > 12 * 60


def test_an_empty_history_is_a_picture_too() -> None:
    assert "no slots yet" in "".join(drawn([]).itertext())


class Cells(HTMLParser):
    """The text of a page, cell by cell, and whatever a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        self.fetched += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "onload")] + [tag] * (tag == "script")

    def handle_data(self, data: str) -> None:
        if self.rows and data.strip():
            self.rows[-1].append(data.strip())


def test_the_report_has_the_picture_the_numbers_and_what_did_not_run_and_why() -> None:
    text = page(history(RECORDS, utc("2026-01-01"), utc("2027-01-01")), utc("2026-01-01"), utc("2026-12-01 10:00"))
    assert text.count("<svg") == 1 and "From 2026-01-01 to 2026-12-01 10:00 UTC." in text and "<p>down 1, freeze 1</p>" in text
    cells = Cells()
    cells.feed(text)
    assert ["2026-11", "checkout", "1 ran, 1 missed"] in [row[:3] for row in cells.rows]
    assert ["2026-11-10 09:00", "checkout", "checkout-monthly", "missed", "no server was there"] in cells.rows
    assert any(row[1] == "<db>" and row[4] == 'freeze "Year & end"' for row in cells.rows if len(row) >= 5)
    assert cells.fetched == [] and "<db>" not in text


def test_an_empty_report_says_so() -> None:
    assert "No slot was due so far." in page(history([], utc("2026-01-01"), utc("2027-01-01")), utc("2026-01-01"), utc("2027-01-01"))
