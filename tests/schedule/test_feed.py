"""The feed and the invitations, as two independent readers of iCalendar see them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest

from gameday.model.schedule import Schedule, When
from gameday.model.slot import Invitation
from gameday.schedule.agenda import Agenda
from gameday.schedule.events import Audience, Published, events, publish
from gameday.schedule.ics import feed, invitation
from gameday.schedule.rotation import Rosters, rosters
from tests.schedule.plan import closed, each, role, schedule, utc, wall

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vobject

NOW, UNTIL = utc("2026-11-25"), utc("2027-03-01")
PEOPLE = {"facilitator": role("gil@example.org"), "responder": role("ana@example.org", "ben@example.org", "chi")}
MONTHLY = schedule(
    cron="0 10 * * TUE#2", roles=PEOPLE, objectives=("Sell on; within 3 minutes, \"truly\"",), prerequisites=("Support knows",),
    service="checkout", faults=("container_pause",), barred={"chi": "wrote it"},
)  # fmt: skip
LOBBY = schedule("lobby", surprise=each("month"), roles=PEOPLE, faults=("network_loss",))


@dataclass(frozen=True)
class Read:
    """What a reader shows of an event."""

    uid: str
    sequence: int
    title: str
    begins: datetime
    ends: datetime
    status: str
    text: str
    people: tuple[str, ...]


def by_icalendar(data: bytes) -> tuple[str, list[Read]]:
    calendar: Any = icalendar.Calendar.from_ical(data)
    found = []
    for e in calendar.walk("VEVENT"):
        people = e.get("ATTENDEE", [])
        people = people if isinstance(people, list) else [people]
        found.append(
            Read(str(e["UID"]), int(e["SEQUENCE"]), str(e["SUMMARY"]), e["DTSTART"].dt, e["DTEND"].dt, str(e["STATUS"]),
                 str(e.get("DESCRIPTION", "")), tuple(map(str, people)))
        )  # fmt: skip
    return str(calendar["METHOD"]), found


def by_vobject(data: bytes) -> tuple[str, list[Read]]:
    calendar: Any = vobject.readOne(data.decode())
    return calendar.method.value, [
        Read(e.uid.value, int(e.sequence.value), e.summary.value, e.dtstart.value.astimezone(UTC), e.dtend.value.astimezone(UTC), e.status.value,
             e.description.value if hasattr(e, "description") else "", tuple(a.value for a in e.contents.get("attendee", [])))
        for e in getattr(calendar, "vevent_list", [])
    ]  # fmt: skip


@pytest.fixture(params=["icalendar", "vobject"])
def reader(request: pytest.FixtureRequest) -> Any:
    return {"icalendar": by_icalendar, "vobject": by_vobject}[request.param]


class Desk:
    """Publishes again and again, as the command does, and remembers."""

    def __init__(self, audience: Audience = "participants") -> None:
        self.audience = audience
        self.known: dict[str, Invitation] = {}

    def publish(self, *schedules: Schedule, now: datetime = NOW, until: datetime = UNTIL, **calendars: Any) -> Sequence[Published]:
        agenda = Agenda(schedules, {f"{k}.ics": c for k, c in calendars.items()})
        agenda = agenda.with_seals(agenda.draw(now, now + timedelta(days=40), lambda: "salt").seals)
        people = rosters(agenda.slots(now, until), agenda.schedules)
        found = publish(self.known.values(), events(agenda, people, now, until, self.audience), self.audience, now)
        self.known |= {p.invitation.uid: p.invitation for p in found}
        return found

    def feed(self, *schedules: Schedule, **more: Any) -> bytes:
        return feed(self.publish(*schedules, **more), self.audience, NOW)


def moments(found: list[Read]) -> list[str]:
    return [f"{e.begins:%m-%d %H:%M}" for e in found if e.status == "CONFIRMED"]


def test_both_readers_see_the_same_events() -> None:
    for audience in ("participants", "facilitators"):
        data = Desk(audience).feed(MONTHLY, LOBBY)
        assert by_icalendar(data) == by_vobject(data)
        assert len(by_icalendar(data)[1]) >= 5


def test_the_feed_has_every_slot_at_its_time_and_says_that_it_is_a_drill(reader: Any) -> None:
    method, found = reader(Desk().feed(MONTHLY))
    assert method == "PUBLISH"
    assert moments(found) == ["12-08 09:00", "01-12 09:00", "02-09 09:00"]
    assert all(e.ends - e.begins == timedelta(hours=1) and e.sequence == 0 for e in found)
    assert {e.title for e in found} == {"DRILL: Practice of checkout"}
    assert all(e.text.startswith("THIS IS A DRILL") and 'Sell on; within 3 minutes, "truly"' in e.text for e in found)


def test_participants_do_not_see_the_fault_and_facilitators_do(reader: Any) -> None:
    secret = ("container_pause", "scenarios/x.yaml", "Support knows", "wrote it")
    for_people, for_facilitators = Desk().feed(MONTHLY), Desk("facilitators").feed(MONTHLY)
    assert not any(word in for_people.decode().replace("\r\n ", "") for word in secret)
    assert all(all(word in e.text for word in secret) for e in reader(for_facilitators)[1])


def test_people_are_invited_by_their_address_and_in_turns(reader: Any) -> None:
    assert [e.people for e in reader(Desk().feed(MONTHLY))[1]] == [
        ("mailto:ana@example.org",),
        ("mailto:ben@example.org",),
        ("mailto:ana@example.org",),
    ]
    assert {e.people for e in reader(Desk("facilitators").feed(MONTHLY))[1]} == {("mailto:gil@example.org",)}


def test_participants_see_the_window_of_a_surprise_and_facilitators_its_moment(reader: Any) -> None:
    shown = reader(Desk().feed(LOBBY, until=utc("2026-12-15")))[1]
    assert [(f"{e.begins:%m-%d %H:%M}", e.title) for e in shown] == [
        ("10-31 23:00", "DRILL, a surprise: Practice of lobby"), ("11-30 23:00", "DRILL, a surprise: Practice of lobby"),
    ]  # fmt: skip
    assert all("sha256" in e.text and e.people == () for e in shown)
    known = reader(Desk("facilitators").feed(LOBBY, until=utc("2026-12-31")))[1]
    assert [e.begins.month for e in known] == [11, 12]
    assert all(f"{e.begins:%H%M%S}" not in str(shown) for e in known)


def test_nothing_is_sent_again_while_nothing_changed() -> None:
    desk = Desk()
    assert [p.is_new for p in desk.publish(MONTHLY)] == [True] * 3
    assert [p.is_new for p in desk.publish(MONTHLY)] == [False] * 3


def test_a_moved_event_keeps_its_uid_and_its_sequence_grows(reader: Any) -> None:
    desk = Desk()
    before = reader(desk.feed(MONTHLY))[1]
    after = reader(desk.feed(MONTHLY.model_copy(update={"when": When(cron="0 14 * * WED#2")})))[1]
    assert moments(after) == ["12-09 13:00", "01-13 13:00", "02-10 13:00"]
    assert [e.uid for e in after] == [e.uid for e in before]
    assert {e.sequence for e in after} == {1}


def test_another_title_or_roster_is_an_update_too(reader: Any) -> None:
    desk = Desk()
    desk.feed(MONTHLY)
    after = reader(desk.feed(MONTHLY.model_copy(update={"title": "Something else"})))[1]
    assert {(e.sequence, e.title) for e in after} == {(1, "DRILL: Something else")}


def test_what_a_new_freeze_withholds_is_cancelled_and_no_other_takes_its_place(reader: Any) -> None:
    desk, one = Desk(), MONTHLY.model_copy(update={"freezes": ("f.ics",)})
    before = reader(desk.feed(one))[1]
    later = {"until": utc("2027-03-10"), "f": closed(("2026-12-01 00:00", "2026-12-24 00:00"))}
    after = reader(desk.feed(one, **later))[1]
    assert moments(after) == ["01-12 09:00", "02-09 09:00", "03-09 09:00"]
    (gone,) = [e for e in after if e.status == "CANCELLED"]
    assert (gone.uid, gone.sequence) == (before[0].uid, 1)
    assert len({e.uid for e in after}) == 4


def test_an_event_that_comes_back_goes_on_from_its_cancellation(reader: Any) -> None:
    desk, one = Desk(), MONTHLY.model_copy(update={"freezes": ("f.ics",)})
    first = reader(desk.feed(one))[1][0]
    desk.feed(one, f=closed(("2026-12-01 00:00", "2026-12-24 00:00")))
    again = reader(desk.feed(one))[1][0]
    assert (again.uid, again.status, again.sequence) == (first.uid, "CONFIRMED", 2)


def test_a_removed_or_paused_schedule_is_taken_back_as_long_as_it_would_last(reader: Any) -> None:
    for left in ((), (MONTHLY.model_copy(update={"paused": "moving house"}),)):
        desk = Desk()
        desk.feed(MONTHLY)
        assert {e.status for e in reader(desk.feed(*left))[1]} == {"CANCELLED"}
        assert [e.sequence for e in reader(desk.feed(*left))[1]] == [1, 1, 1], "once"
        assert len(reader(desk.feed(*left, now=utc("2027-01-12 10:00")))[1]) == 1


def test_a_drill_that_has_begun_is_not_called_off_and_an_open_window_stays(reader: Any) -> None:
    desk = Desk()
    desk.feed(MONTHLY)
    later = reader(desk.feed(MONTHLY, now=utc("2026-12-08 09:30")))[1]
    assert moments(later) == ["12-08 09:00", "01-12 09:00", "02-09 09:00"]
    assert "CANCELLED" not in {e.status for e in later}
    over = reader(desk.feed(MONTHLY, now=utc("2026-12-08 10:00")))[1]
    assert moments(over) == ["01-12 09:00", "02-09 09:00"]
    lobby = Desk()
    lobby.publish(LOBBY, until=utc("2026-12-15"))
    assert {e.status for e in reader(lobby.feed())[1]} == {"CANCELLED"}, "a window that is open may still be taken back"


@pytest.mark.parametrize("audience", ["participants", "facilitators"])
def test_a_drill_that_has_begun_stays_as_it_was_published_until_it_is_over(reader: Any, audience: Audience) -> None:
    desk = Desk(audience)
    before = reader(desk.feed(MONTHLY))[1][0]
    for changed in (MONTHLY, MONTHLY.model_copy(update={"title": "Something else"})):
        (running,) = [p for p in desk.publish(changed, now=utc("2026-12-08 09:00")) if p.invitation.begins == utc("2026-12-08 09:00")]
        assert not running.is_new
        shown = reader(feed([running], audience, NOW))[1][0]
        assert (shown.uid, shown.sequence, shown.title, shown.people) == (before.uid, 0, before.title, before.people)


def test_a_drill_that_was_called_off_does_not_come_back_once_it_would_run(reader: Any) -> None:
    desk = Desk()
    desk.feed(MONTHLY)
    desk.feed(MONTHLY.model_copy(update={"paused": "moving house"}), now=utc("2026-12-08 08:00"))
    assert reader(desk.feed(MONTHLY, now=utc("2026-12-08 09:30")))[1][-1].status == "CANCELLED"
    assert len({p.invitation.uid for p in desk.publish(MONTHLY, now=utc("2026-12-08 09:30"))}) == 3


def test_facilitators_see_a_surprise_while_it_runs() -> None:
    agenda = Agenda([LOBBY])
    (seal, *_) = agenda.draw(NOW, UNTIL, lambda: "salt").seals
    during = seal.moment + timedelta(minutes=30)
    found = events(agenda.with_seals([seal]), Rosters({}), during, during + timedelta(days=1), "facilitators")
    assert [e.begins for e in found] == [seal.moment]


def test_one_that_happens_once_may_move_anywhere(reader: Any) -> None:
    desk = Desk()
    (before,) = reader(desk.feed(schedule(once=wall("2026-12-01 10:00"))))[1]
    (after,) = reader(desk.feed(schedule(once=wall("2027-02-20 10:00"))))[1]
    assert (after.uid, after.sequence, f"{after.begins:%m-%d}") == (before.uid, 1, "02-20")


def test_a_new_event_where_a_moved_one_was_has_a_uid_of_its_own() -> None:
    desk = Desk()
    desk.publish(schedule(rrule="FREQ=DAILY;COUNT=1", start=wall("2026-12-01 10:00")))
    desk.publish(schedule(rrule="FREQ=DAILY;COUNT=1", start=wall("2026-12-02 10:00")))
    found = desk.publish(schedule(rrule="FREQ=DAILY;COUNT=2", start=wall("2026-12-01 10:00")))
    assert len({p.invitation.uid for p in found}) == 2


def files(published: Sequence[Published]) -> Iterator[bytes]:
    return (invitation(p, NOW) for p in published if p.is_new)


def test_files_ask_and_take_back_with_the_same_uid_organizer_and_people(reader: Any) -> None:
    desk = Desk()
    asked = [reader(f) for f in files(desk.publish(MONTHLY))]
    taken_back = [reader(f) for f in files(desk.publish())]
    assert [m for m, _ in asked] == ["REQUEST"] * 3
    assert [m for m, _ in taken_back] == ["CANCEL"] * 3
    assert [(e.uid, e.people) for _, (e,) in asked] == [(e.uid, e.people) for _, (e,) in taken_back]
    assert {(e.status, e.sequence) for _, (e,) in taken_back} == {("CANCELLED", 1)}
    assert all(b"ORGANIZER:mailto:gil@example.org" in f for f in files(Desk().publish(MONTHLY)))


def test_lines_are_folded_and_text_is_escaped() -> None:
    data = Desk().feed(MONTHLY)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"Sell on\\; within 3 minutes\\," in data.replace(b"\r\n ", b"")
