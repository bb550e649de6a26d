"""Exports: lines that cover every slot, in files that their schedulers read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from cronsim import CronSim

from gameday.errors import InvalidInput
from gameday.model.duration import format_duration
from gameday.model.schedule import Schedule
from gameday.schedule.agenda import Agenda
from gameday.schedule.export import Place, export
from gameday.schedule.firing import Firing, firings
from tests.schedule.plan import each, schedule, utc, wall

NOW = utc("2026-11-25")
HERE = Place(folder="/srv/it's 100%", clock="UTC", image="gameday:1")
KINDS = [
    schedule(cron="0 10 * * TUE#2"),
    schedule(cron="30 2 * * *"),
    schedule(cron="15 9,14 1,15 * *", zone="Australia/Sydney"),
    schedule(rrule="FREQ=MONTHLY;BYDAY=-1FR", start=wall("2024-01-26 11:00"), zone="America/New_York"),
    schedule(once=wall("2027-02-03 15:00")),
]


@pytest.mark.parametrize("one", KINDS)
@pytest.mark.parametrize("clock", ["UTC", "America/New_York"])
def test_the_lines_cover_every_slot_of_two_years_on_any_clock(one: Schedule, clock: str) -> None:
    zone = ZoneInfo(clock)
    lines = firings(one, zone, NOW)
    for slot in Agenda([one]).slots(NOW, NOW + timedelta(days=700)):
        shown = slot.moment.astimezone(zone).replace(tzinfo=None)
        assert any(next(CronSim(f.cron, shown - timedelta(minutes=1))) == shown for f in lines), shown
    assert len(lines) <= 4


RARE = [
    schedule(cron="0 10 1 1,4,7,10 *", zone="UTC"),
    schedule(cron="0 10 29 2 *"),
    schedule(cron="0 1 28 3 *"),  # before clocks go forward or after, as the year has it
    schedule(rrule="FREQ=YEARLY;INTERVAL=3", start=wall("2024-03-28 10:00")),
    schedule(rrule="FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=-1;BYHOUR=0,23", start=wall("2024-01-31 00:00"), zone="Australia/Sydney"),
    schedule(rrule="FREQ=YEARLY;BYMONTH=1,7;BYDAY=2WE", start=wall("2001-07-11 10:00")),
    schedule(rrule="FREQ=DAILY;INTERVAL=14", start=wall("2024-03-26 10:00")),
    schedule(rrule="FREQ=WEEKLY;BYMONTHDAY=7", start=wall("2024-03-07 10:00")),
]


@pytest.mark.parametrize("one", RARE)
@pytest.mark.parametrize("clock", ["UTC", "America/New_York"])
def test_the_lines_hold_for_as_long_as_the_rule_stands(one: Schedule, clock: str) -> None:
    zone = ZoneInfo(clock)
    lines = firings(one, zone, NOW)
    assert lines
    shown = {slot.moment.astimezone(zone) for slot in Agenda([one]).slots(NOW, NOW + timedelta(days=366 * 84))}
    ours = {(m.isoweekday() % 7, m.hour, m.minute) for m in shown}
    theirs = {(day, hour, f.minute) for f in lines for hour in f.hours for day in f.weekdays or range(7)}
    assert ours <= theirs


def test_a_rule_of_the_week_fires_on_its_own_days_alone() -> None:
    for one in (RARE[5], RARE[6]):
        (line,) = firings(one, ZoneInfo("UTC"), NOW)
        assert line.cron.endswith(f"* * {3 if one is RARE[5] else 2}")


def test_once_is_found_however_far_away_and_what_is_past_has_no_line() -> None:
    (line,) = firings(schedule(once=wall("2029-03-01 10:00")), ZoneInfo("UTC"), NOW)
    assert line.on_calendar == "2029-03-01 09:00:00"
    assert firings(schedule(once=wall("2020-03-01 10:00")), ZoneInfo("UTC"), NOW) == []
    assert firings(schedule(rrule="FREQ=DAILY;COUNT=3", start=wall("2020-03-01 10:00")), ZoneInfo("UTC"), NOW) == []


def test_a_monthly_tuesday_in_paris_is_one_line_a_week_at_both_its_hours() -> None:
    (line,) = firings(KINDS[0], ZoneInfo("UTC"), NOW)
    assert (line.cron, line.on_calendar) == ("0 8,9 * * 2", "Tue *-*-* 08,09:00:00")


def test_once_is_a_date() -> None:
    (line,) = firings(KINDS[4], ZoneInfo("UTC"), NOW)
    assert (line.cron, line.on_calendar) == ("0 14 3 2 *", "2027-02-03 14:00:00")


def test_a_surprise_is_not_exported() -> None:
    with pytest.raises(InvalidInput, match="whose moment must not stand in a file"):
        firings(schedule(surprise=each("month")), ZoneInfo("UTC"), NOW)


@pytest.mark.parametrize(("rule", "minutes", "gap"), [
    ({"cron": "0 10 * * TUE#2"}, 10, 60),
    ({"cron": "15,45 9 * * *", "zone": "UTC"}, 20, 30),
    ({"cron": "0 10 * * *", "zone": "UTC"}, 60, 24 * 60),
    ({"cron": "0 23 * * SAT,SUN", "zone": "UTC"}, 60, 24 * 60),
    ({"once": wall("2027-02-03 15:00")}, 60, 7 * 24 * 60),
])  # fmt: skip
def test_a_slot_is_due_at_one_firing_alone_however_long_its_grace(rule: dict[str, Any], minutes: int, gap: int) -> None:
    for grace, said in ((gap - 1, False), (gap, True), (gap + 600, True)):
        one = schedule(minutes=minutes, grace=timedelta(minutes=grace), **rule)
        (text,) = made("cron", one).values()
        assert ("due --within" in text) == said
    assert f"due --within {format_duration(timedelta(minutes=gap - 1))} checkout -- gameday run" in text


def made(kind: str, one: Schedule = KINDS[0], lines: tuple[Firing, ...] = ()) -> dict[str, str]:
    return dict(export(kind, one, lines or firings(one, ZoneInfo("UTC"), NOW), HERE))  # type: ignore[arg-type]  # a kind


def test_cron_asks_first_whether_it_is_due_and_escapes_what_cron_would_eat() -> None:
    (text,) = made("cron").values()
    (line,) = [t for t in text.splitlines() if t and not t.startswith(("#", "CRON_TZ"))]
    assert line == (
        "0 8,9 * * 2  cd '/srv/it'\"'\"'s 100\\%' && gameday schedule due checkout -- gameday run scenarios/x.yaml --responders human"
    )
    assert "CRON_TZ=UTC" in text and "DRILL" in text


def test_github_s_workflow_is_yaml_with_the_same_times_and_no_rights_it_does_not_need() -> None:
    (text,) = made("github").values()
    found = yaml.safe_load(text)
    assert found["on"]["schedule"] == [{"cron": "0 8,9 * * 2"}]
    assert found["permissions"] == {"contents": "read"}
    assert found["concurrency"]["cancel-in-progress"] is False
    assert "gameday schedule due checkout -- gameday run" in text


def test_kubernetes_gets_a_job_a_line_that_never_runs_twice_at_once() -> None:
    lines = (Firing(0, (9,), (2,)), Firing(30, (9,), (2,)))
    found = list(yaml.safe_load_all(made("kubernetes", KINDS[0].model_copy(update={"paused": "so"}), lines)["gameday-checkout.yaml"]))
    assert [d["metadata"]["name"] for d in found] == ["gameday-checkout-1", "gameday-checkout-2"]
    assert [d["spec"]["schedule"] for d in found] == ["0 9 * * 2", "30 9 * * 2"]
    assert all(d["spec"]["concurrencyPolicy"] == "Forbid" and d["spec"]["timeZone"] == "Etc/UTC" and d["spec"]["suspend"] for d in found)
    pod = found[0]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert pod["containers"][0]["command"][:5] == ["gameday", "schedule", "due", "checkout", "--"]


def test_variables_and_responders_go_along_in_quotes() -> None:
    one = KINDS[0].model_copy(update={"variables": {"alerting": "two words", "slow": True}, "responders": "responders/perfect.yaml"})
    (text,) = made("cron", one).values()
    assert "--responders responders/perfect.yaml --var 'alerting=two words' --var slow=true" in text


def test_systemd_s_units_name_the_drill_and_escape_percent_and_dollar() -> None:
    units = made("systemd", KINDS[0].model_copy(update={"variables": {"x": '100% "$HOME"'}}))
    assert set(units) == {"gameday-checkout.service", "gameday-checkout.timer"}
    assert r'--var "x=100%% \"$$HOME\""' in units["gameday-checkout.service"]
    assert "OnCalendar=Tue *-*-* 08,09:00:00 UTC" in units["gameday-checkout.timer"]
