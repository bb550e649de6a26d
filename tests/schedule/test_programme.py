"""The programme: what was drilled, what is planned, what is due, and what is proposed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from gameday.faults import FAULTS
from gameday.model.fault_class import FAULT_CLASSES, classes_of
from gameday.model.programme import Programme
from gameday.model.schedule import Schedule
from gameday.schedule.agenda import Agenda
from gameday.schedule.closed import ClosedTimes
from gameday.schedule.programme import Known, Past, Proposal, months_later, proposals, standings
from tests.schedule.plan import closed, each, schedule, utc, wall

NOW = utc("2026-11-25 08:00")
NO_CLOSINGS = ClosedTimes((), (), ZoneInfo("UTC"))


def programme(*duties: Mapping[str, object], **more: object) -> Programme:
    return Programme.model_validate({"duties": duties, **more})


CHECKOUT = programme({"service": "checkout", "faults": ("network", "container")})


def past(moment: str, *faults: str, service: str = "checkout") -> Past:
    return Past(service, faults, utc(moment), f"d-{moment[:10]}")


def planned(*schedules: Schedule) -> Agenda:
    return Agenda([s.model_copy(update={"service": "checkout", "faults": ("network_loss",)}) for s in schedules])


def states(one: Programme = CHECKOUT, done: tuple[Past, ...] = (), agenda: Agenda | None = None) -> dict[str, tuple[str, str]]:
    found = standings(one, done, agenda or Agenda(()), NOW, NOW + timedelta(days=366))
    return {f"{s.service} {s.fault}": (s.state, s.due.isoformat()) for s in found}


def test_every_fault_has_one_class() -> None:
    members = [fault for those in FAULT_CLASSES.values() for fault in those]
    assert sorted(members) == sorted(FAULTS)
    assert classes_of(("network_loss",)) == {"network", "network_loss"}


def test_what_was_never_drilled_is_due_today() -> None:
    assert states() == {"checkout network": ("due", "2026-11-25"), "checkout container": ("due", "2026-11-25")}


def test_a_drill_counts_for_the_class_of_its_fault_until_months_are_over() -> None:
    done = (past("2026-10-20 09:00", "network_latency"), past("2026-08-24 09:00", "container_kill"))
    assert states(done=done) == {"checkout network": ("done", "2027-01-20"), "checkout container": ("overdue", "2026-11-24")}


def test_a_drill_of_another_service_does_not_count() -> None:
    assert states(done=(past("2026-10-20 09:00", "network_latency", service="db"),))["checkout network"][0] == "due"


def test_what_falls_due_within_a_month_is_due_unless_it_is_planned_in_time() -> None:
    done = (past("2026-09-20 09:00", "network_loss"),)
    assert states(done=done)["checkout network"] == ("due", "2026-12-20")
    assert states(done=done, agenda=planned(schedule(once=wall("2026-12-19 10:00"))))["checkout network"][0] == "planned"
    assert states(done=done, agenda=planned(schedule(once=wall("2026-12-21 10:00"))))["checkout network"][0] == "due"


def test_a_plan_far_away_does_not_hide_what_was_never_drilled() -> None:
    for day, state in (("2027-02-24", "planned"), ("2027-02-26", "due"), ("2027-10-25", "due")):
        agenda = planned(schedule(once=wall(f"{day} 10:00")))
        assert states(agenda=agenda)["checkout network"][0] == state
    monthly = programme({"service": "checkout", "faults": ("network",), "every_months": 1})
    assert states(monthly, agenda=planned(schedule(once=wall("2026-12-26 10:00"))))["checkout network"][0] == "planned"


def test_the_window_of_a_surprise_is_a_plan_and_a_paused_schedule_is_none() -> None:
    assert states(agenda=planned(schedule(surprise=each("month"))))["checkout network"][0] == "planned"
    assert states(agenda=planned(schedule(surprise=each("month"), paused="moving house")))["checkout network"][0] == "due"


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2026-11-30", 3, "2027-02-28"), ("2027-11-30", 3, "2028-02-29"), ("2026-12-31", 12, "2027-12-31"), ("2026-10-31", 1, "2026-11-30"), ("2024-02-29", 12, "2025-02-28")],
)  # fmt: skip
def test_months_end_where_months_end(day: str, months: int, then: str) -> None:
    assert months_later(date.fromisoformat(day), months).isoformat() == then


SCENARIOS = [
    Known("scenarios/slow.yaml", "checkout", ("network_latency",)),
    Known("scenarios/both.yaml", "checkout", ("network_loss", "container_kill")),
    Known("scenarios/db.yaml", "db", ("container_kill",)),
]


def proposed(
    one: Programme, agenda: Agenda | None = None, closings: ClosedTimes = NO_CLOSINGS, done: tuple[Past, ...] = ()
) -> list[Proposal]:
    agenda = agenda or Agenda(())
    found = standings(one, done, agenda, NOW, NOW + timedelta(days=366))
    return list(proposals(one, found, SCENARIOS, agenda, closings, NOW))


def test_one_scenario_that_puts_two_duties_right_is_proposed_once() -> None:
    (found,) = proposed(CHECKOUT)
    assert (found.scenario, set(found.faults)) == ("scenarios/both.yaml", {"network", "container"})


def test_where_nobody_wrote_a_scenario_that_is_said() -> None:
    (found,) = proposed(programme({"service": "search", "faults": ("network",)}))
    assert (found.scenario, found.moment) == (None, None)


def test_proposals_lie_on_working_days_a_week_ahead_outside_of_freezes_and_apart() -> None:
    duties = programme(
        {"service": "checkout", "faults": ("network_latency", "container")}, {"service": "db", "faults": ("container",)},
        hours={"from": "13:00", "to": "16:00", "days": ("tue", "wed")},
    )  # fmt: skip
    freeze = closed(("2026-12-01 00:00", "2026-12-09 00:00")).closings
    zone = ZoneInfo("UTC")
    found = [p.moment for p in proposed(duties, closings=ClosedTimes(freeze, (), zone))]
    shown = [f"{m:%a %m-%d %H:%M}" for m in found if m]
    assert shown == ["Wed 12-09 14:00", "Tue 12-15 14:00", "Tue 12-22 14:00"]


def test_days_and_weeks_with_drills_are_left_to_others() -> None:
    busy = Agenda([schedule("x", zone="UTC", rrule="FREQ=DAILY;COUNT=12", start=wall("2026-12-02 10:00"))])
    found = proposed(programme({"service": "db", "faults": ("container",)}), busy)
    assert [f"{p.moment:%Y-%m-%d}" for p in found if p.moment] == ["2026-12-14"]


NETWORK = programme({"service": "checkout", "faults": ("network",)})
OVERDUE = (past("2026-06-20 09:00", "network_loss"),)


@pytest.mark.parametrize(("done", "day", "state", "number"), [
    (OVERDUE, "2026-12-02", "overdue", 0), (OVERDUE, "2026-12-26", "overdue", 0), (OVERDUE, "2027-01-20", "overdue", 1),
    ((past("2026-08-26 09:00", "network_loss"),), "2026-12-02", "due", 0),  # due tomorrow, which is too near for any proposal
    ((past("2026-09-20 09:00", "network_loss"),), "2026-12-21", "due", 1),  # due the day before, and there is room till then
])  # fmt: skip
def test_what_is_planned_as_soon_as_may_be_is_not_proposed_again(done: tuple[Past, ...], day: str, state: str, number: int) -> None:
    agenda = planned(schedule(once=wall(f"{day} 10:00")))
    assert states(NETWORK, done, agenda)["checkout network"][0] == state
    assert len(proposed(NETWORK, agenda, done=done)) == number


@pytest.mark.parametrize("done", [(), OVERDUE, (past("2026-08-26 09:00", "network_loss"),), (past("2026-09-20 09:00", "network_loss"),)])
@pytest.mark.parametrize("freeze", [(), (("2026-11-01 00:00", "2027-02-01 00:00"),), (("2026-11-01 00:00", "2027-11-01 00:00"),)])
@pytest.mark.parametrize("busy", [(), (schedule("x", zone="UTC", rrule="FREQ=DAILY;COUNT=18", start=wall("2026-12-02 10:00")),)])
def test_whoever_does_what_is_proposed_is_proposed_nothing_more(
    done: tuple[Past, ...], freeze: tuple[tuple[str, str], ...], busy: tuple[Schedule, ...]
) -> None:
    closings = ClosedTimes(closed(*freeze).closings, (), ZoneInfo("UTC"))
    (first,) = proposed(NETWORK, Agenda(busy), closings, done)
    assert first.moment is not None
    (follows,) = planned(schedule("follows", zone="UTC", once=first.moment.replace(tzinfo=None))).schedules.values()
    assert proposed(NETWORK, Agenda([*busy, follows]), closings, done) == []


def test_many_proposals_spread_over_the_weeks() -> None:
    duties = programme(
        *({"service": "db", "faults": (f,)} for f in FAULT_CLASSES["container"]),
        {"service": "checkout", "faults": ("network_latency", "network_loss")},
    )
    weeks = Counter(p.moment.isocalendar().week for p in proposed(duties) if p.moment)
    assert max(weeks.values()) == 1
