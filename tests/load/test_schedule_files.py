"""`schedules/*.yaml`: read strictly, every mistake at once, each at its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gameday.errors import InvalidInput
from gameday.faults import FAULTS
from gameday.load.scenario import read_scenario
from gameday.load.schedule import ScheduleReader
from gameday.load.workspace import Workspace
from gameday.model.schedule import Schedule
from gameday.schedule.troubles import troubles

ROOT = Path(__file__).parents[2]
GOOD = """\
title: Checkout is drilled every month
scenario: scenarios/payments-freezes.yaml
zone: Europe/Paris
when: {cron: "0 10 * * TUE#2"}
length: 90m
hours: {days: [mon, tue], from: "09:30", to: "16:30"}
holidays: [calendars/days.ics]
roles:
  facilitator: {from: [gil@example.org]}
  responder: {from: [ana, ben, chi], seats: 2}
barred: {ana: wrote the payment client}
variables: {alerting: planted}
"""
DAYS = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas\nEND:VEVENT\nEND:VCALENDAR\n"


@pytest.fixture
def reader(tmp_path: Path) -> ScheduleReader:
    for part in ("scenarios", "probes", "runbooks", "responders", "traffic"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for folder, name, text in (("calendars", "days.ics", DAYS), ("schedules", "checkout-monthly.yaml", GOOD)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    return ScheduleReader(Workspace(tmp_path), lambda path: read_scenario(path, FAULTS, environments=lambda: ("staging",)), troubles)


def read(reader: ScheduleReader, text: str, name: str = "checkout-monthly") -> Schedule:
    return reader.read(reader.workspace.root / "schedules" / f"{name}.yaml", text)


def mistakes(reader: ScheduleReader, text: str, name: str = "checkout-monthly") -> list[str]:
    with pytest.raises(InvalidInput) as raised:
        read(reader, text, name)
    return [f"{m.line}:{m.column}: {m.message}" for m in raised.value.mistakes]


def test_a_schedule_knows_its_name_and_what_its_scenario_says(reader: ScheduleReader) -> None:
    (found,) = reader.read_all()
    assert (found.name, found.service, found.environment, found.faults) == ("checkout-monthly", "checkout", "sandbox", ("container_pause",))
    assert [c.name for c in reader.calendars["calendars/days.ics"].closings] == ["Christmas"]


def changed(before: str, after: str) -> str:
    assert before in GOOD
    return GOOD.replace(before, after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed("Europe/Paris", "Europe/Pari"), '3:7: zone: no time zone "Europe/Pari"; did you mean "Europe/Paris"?'),
        (changed("Europe/Paris", "PST"), '3:7: zone: no time zone "PST"; did you mean "America/Los_Angeles"?'),
        (changed("Europe/Paris", "new york"), '3:7: zone: no time zone "new york"; did you mean "America/New_York"?'),
        (changed("Europe/Paris", "UTC+2"), '3:7: zone: no time zone "UTC+2"; an offset does not know when clocks change'),
        (changed("Europe/Paris", "../../etc/passwd"), '3:7: zone: no time zone "../../etc/passwd"; write an IANA name'),
        (changed('{cron: "0 10 * * TUE#2"}', '{once: "2026-02-30 10:00"}'), '4:14: when.once: "2026-02-30" is a day that does not exist; the last of that month is 2026-02-28'),
        (changed('{cron: "0 10 * * TUE#2"}', '{once: "2026-12-01 25:00"}'), '4:14: when.once: "25:00" is not a time of day; write one from "00:00" to "23:59"'),
        (changed('{cron: "0 10 * * TUE#2"}', '{once: "2026-12-01T10:00Z"}'), "4:14: when.once: \"2026-12-01T10:00Z\" is not a moment; write it without an offset"),
        (changed('{cron: "0 10 * * TUE#2"}', '{once: tomorrow}'), '4:14: when.once: "tomorrow" is not a moment; write it as 2026-12-01 10:00'),
        (changed('{cron: "0 10 * * TUE#2"}', '{once: "9999-12-31 10:00"}'), '4:14: when.once: "9999-12-31" is too far away; write a year from 2000 to 2199'),
        (changed('{cron: "0 10 * * TUE#2"}', "{}"), "4:7: when: write one of `once`, `cron`, `rrule` and `surprise`; there is none"),
        (changed('{cron: "0 10 * * TUE#2"}', '{cron: "0 10 * * *", surprise: {each: week}}'), "4:7: when: write one of `once`, `cron`, `rrule` and `surprise`; there are `cron` and `surprise`"),
        (changed('{cron: "0 10 * * TUE#2"}', '{rrule: "FREQ=DAILY"}'), "4:7: when: `rrule` needs `start`, its first moment"),
        (changed('{cron: "0 10 * * TUE#2"}', '{crno: "0 10 * * TUE#2"}'), "4:8: when: no key 'crno'; did you mean 'cron'?"),
        (changed('"0 10 * * TUE#2"', '"0 10 30 2 *"'), '4:14: when.cron: "0 10 30 2 *" is no cron rule: no month 2 has a day 30; it never fires'),
        (changed('"0 10 * * TUE#2"', '"0 20 * * TUE"'), "4:14: when.cron: it never fires: tue 20:00 is outside the working hours"),
        (changed('{cron: "0 10 * * TUE#2"}', "{surprise: {first: 2026-12-19, last: 2026-12-18}}"), "4:18: when.surprise: a window cannot end (2026-12-18) before it begins (2026-12-19)"),
        (changed('{cron: "0 10 * * TUE#2"}', "{surprise: {}}"), "4:18: when.surprise: a surprise needs a window"),
        (changed('to: "16:30"', 'to: "09:30"'), '6:8: hours: working hours end at "09:30", which is not after "09:30"'),
        (changed("scenarios/payments-freezes", "scenarios/payment-freezes"), "2:11: scenario: there is no file \"scenarios/payment-freezes.yaml\" in the workspace; did you mean"),
        (changed("calendars/days.ics", "../days.ics"), '7:12: holidays[0]: "../days.ics" leads out of the workspace'),
        (changed("ana: wrote", "anna: wrote"), "11:10: barred: \"anna\" is in no role; did you mean 'ana'?"),
        (changed("seats: 2", "seats: 3"), "10:14: roles.responder: 3 seats, and 2 to take them who is not barred; name more people"),
        (changed("[ana, ben, chi]", "[ana, ben, ben]"), '10:21: roles.responder.from: "ben" stands here twice; keep one'),
        (changed("alerting: planted", "alerting2: x"), '12:24: variables: the scenario has no variable "alerting2"; did you mean \'alerting\'?'),
        (GOOD + "if_missed: retry\n", '13:12: if_missed: "retry" is not allowed here; write skip or catch_up or ask'),
        (GOOD + "responders: responders/none.yaml\n", '13:13: responders: there is no file "responders/none.yaml" in the workspace'),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_what_to_write(reader: ScheduleReader, text: str, said: str) -> None:
    (found,) = mistakes(reader, text)
    assert found.startswith(said)


def test_several_mistakes_are_told_at_once(reader: ScheduleReader) -> None:
    text = changed("Europe/Paris", "Mars").replace("90m", "90").replace("[mon, tue]", "[mon, someday]")
    assert [m.partition(": ")[0] for m in mistakes(reader, text)] == ["3:7", "5:9", "6:21"]


def test_a_scenario_with_mistakes_is_named_and_not_repeated(reader: ScheduleReader) -> None:
    (reader.workspace.root / "scenarios" / "bad.yaml").write_text("title: x\n")
    (found,) = mistakes(reader, changed("payments-freezes", "bad"))
    assert found == '2:11: scenario: "scenarios/bad.yaml" has mistakes of its own; see `gameday check scenarios/bad.yaml`'


def test_outside_of_the_sandbox_somebody_has_to_say_yes(reader: ScheduleReader) -> None:
    scenarios = reader.workspace.root / "scenarios"
    text = (
        (scenarios / "payments-freezes.yaml")
        .read_text()
        .replace("environment: sandbox", "environment: staging")
        .replace("${shop_port}", "80")
    )
    (scenarios / "staged.yaml").write_text(text.replace('sandbox: {alerting: "${alerting}"}\n', ""))
    staged = changed("payments-freezes", "staged").replace("variables: {alerting: planted}\n", "")
    (found,) = mistakes(reader, staged)
    assert found.startswith('2:1: scenario: "staging" is not the sandbox, so each slot needs a yes; add `approval: {by: [who]}`')
    assert read(reader, staged + "approval: {by: [lead@example.org]}\n").environment == "staging"


@pytest.mark.parametrize("name", ["Checkout", "a b", "-x", "x" * 70, "ü"])
def test_a_file_s_name_is_the_schedule_s(reader: ScheduleReader, name: str) -> None:
    (found,) = mistakes(reader, GOOD, name)
    assert "is no name of a schedule; use a-z, 0-9 and -" in found


def test_mistakes_of_all_files_and_calendars_are_told_together(reader: ScheduleReader) -> None:
    root = reader.workspace.root
    (root / "calendars" / "days.ics").write_text("nothing")
    (root / "schedules" / "other.yaml").write_text("title: x\n")
    with pytest.raises(InvalidInput) as raised:
        reader.read_all()
    assert {Path(m.file).name for m in raised.value.mistakes} == {"days.ics", "other.yaml"}


def test_every_written_key_comes_through(reader: ScheduleReader) -> None:
    text = (
        GOOD + "objectives: [Sell on]\nprerequisites: [Support knows]\nif_missed: ask\ngrace: 5m\npaused: moving house\nresponders: none\n"
    )
    found = read(reader, text)
    assert (found.objectives, found.prerequisites, found.if_missed, found.paused) == (
        ("Sell on",),
        ("Support knows",),
        "ask",
        "moving house",
    )
    assert (found.length.total_seconds(), found.grace.total_seconds(), found.responders) == (5400, 300, "none")
