"""`gameday schedule …` and `gameday programme`, called as a person calls them."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from gameday.commands import scheduling
from tests.commands.conftest import ROOT, Gameday

SCENARIO = ("--scenario", "scenarios/payments-freezes.yaml")
PEOPLE = ("--facilitator", "gil@example.org", "--responder", "ana@example.org", "--responder", "ben@example.org")


@pytest.fixture
def gameday(inside: Gameday) -> Gameday:
    """There are many calls here, and they share what takes long to load."""
    return inside


def add(gameday: Gameday, name: str, *words: str) -> None:
    ended = gameday("schedule", "add", name, *SCENARIO, *words)
    assert ended.code == 0, ended.err


def shown(gameday: Gameday, *words: str) -> Any:
    ended = gameday("schedule", *words, "-o", "json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_from_a_schedule_to_calendars_and_back(gameday: Gameday, workspace: Path) -> None:
    add(
        gameday,
        "checkout-monthly",
        "--cron",
        "0 10 * * TUE#2",
        "--zone",
        "Europe/Paris",
        "--hours",
        "mon-thu 09:30-16:30",
        *PEOPLE,
        "--bar",
        "ben@example.org=wrote it",
    )
    (row,) = shown(gameday, "list")["schedules"]
    assert (row["name"], row["service"], row["rule"], row["paused"]) == ("checkout-monthly", "checkout", "cron 0 10 * * TUE#2", None)
    slots = shown(gameday, "next", "-n", "3")["slots"]
    assert slots[0]["begins"] == row["next"]
    assert all(s["local"][11:16] == "10:00" and s["roster"]["responder"] == ["ana@example.org"] for s in slots)
    assert gameday("schedule", "feed", "out").out.startswith("out/participants.ics: ")
    before = _events(workspace)
    assert "container_pause" not in (workspace / "out" / "participants.ics").read_text()
    assert (workspace / "out" / "facilitators.ics").stat().st_mode & 0o077 == 0
    gameday("schedule", "pause", "checkout-monthly", "moving house")
    assert "paused: moving house" in gameday("schedule", "list").out
    gameday("schedule", "feed", "out")
    after = _events(workspace)
    assert {e["STATUS"] for e in after.values()} == {"CANCELLED"}
    assert set(after) == set(before)
    assert list((workspace / "out" / "to-send").glob("*-1-cancelled.ics"))
    gameday("schedule", "resume", "checkout-monthly")
    gameday("schedule", "feed", "out")
    assert {(e["STATUS"], int(e["SEQUENCE"])) for e in _events(workspace).values()} == {("CONFIRMED", 2)}
    assert gameday("schedule", "remove", "checkout-monthly", "--yes").code == 0
    assert shown(gameday, "list") == {"schedules": []}


def _events(workspace: Path) -> dict[str, Any]:
    calendar: Any = icalendar.Calendar.from_ical((workspace / "out" / "participants.ics").read_bytes())
    return {str(e["UID"]): e for e in calendar.walk("VEVENT")}


def test_a_surprise_stays_sealed_and_the_same_until_it_is_revealed(gameday: Gameday) -> None:
    add(gameday, "lobby", "--surprise", "month", "--zone", "Asia/Kolkata")
    sealed = shown(gameday, "show", "lobby")["seals"]
    assert sealed and all(set(s) == {"opens", "closes", "turn", "commitment"} for s in sealed)
    revealed = shown(gameday, "show", "lobby", "--reveal")["seals"]
    assert [s["commitment"] for s in revealed] == [s["commitment"] for s in sealed]
    for words in (("list",), ("next",), ("next", "lobby", "-o", "json"), ("show", "lobby")):
        out = gameday("schedule", *words).out
        assert not any(s["moment"] in out or s["salt"] in out for s in revealed)
    assert gameday("schedule", "next", "-o", "json", "--reveal").out.count(revealed[-1]["moment"]) >= 1
    assert gameday("schedule", "export", "lobby", "--to", "cron").code == 2


def test_once_a_window_is_over_everybody_can_see_that_its_moment_was_not_moved(gameday: Gameday, monkeypatch: pytest.MonkeyPatch) -> None:
    add(gameday, "lobby", "--surprise", "month")
    sealed = shown(gameday, "show", "lobby")["seals"][0]
    at = datetime.fromisoformat(sealed["closes"])
    monkeypatch.setattr(scheduling, "now", lambda: at)
    told = shown(gameday, "show", "lobby")["seals"][0]
    said = "|".join(("lobby", told["opens"], told["closes"], told["moment"], told["salt"]))
    assert hashlib.sha256(said.encode()).hexdigest() == told["commitment"] == sealed["commitment"]
    assert told["moment"] in gameday("schedule", "show", "lobby").out
    assert all("moment" not in later for later in shown(gameday, "show", "lobby")["seals"][1:])


def test_the_names_of_files_do_not_give_a_surprise_away(gameday: Gameday, workspace: Path) -> None:
    add(gameday, "lobby", "--surprise", "month", "--facilitator", "gil@example.org")
    assert gameday("schedule", "feed", "out").code == 0
    moments = {s["moment"].replace("-", "").replace(":", "")[:13] for s in shown(gameday, "show", "lobby", "--reveal")["seals"]}
    names = [p.name for p in (workspace / "out" / "to-send").iterdir()]
    assert any(n.startswith("facilitators-lobby-") for n in names)
    assert not any(m in n for m in moments for n in names)


def test_who_was_invited_to_a_slot_that_nobody_wrote_down_was_there(
    gameday: Gameday, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(gameday, "weekly", "--cron", "0 10 * * TUE", "--responder", "ana", "--responder", "ben")
    assert gameday("schedule", "feed", "out").code == 0
    first, second = shown(gameday, "next", "-n", "2")["slots"]
    monkeypatch.setattr(scheduling, "now", lambda: datetime.fromisoformat(second["begins"]) - timedelta(days=1))
    (now_first,) = shown(gameday, "next", "-n", "1")["slots"]
    assert (first["roster"]["responder"], now_first["roster"]["responder"]) == (["ana"], ["ben"])


TUESDAYS = ("--cron", "0 10 * * TUE", "--responder", "ana")
TWICE = "ana would be in two drills at once at 2"


def test_nobody_is_planned_into_two_drills_at_once(gameday: Gameday, workspace: Path) -> None:
    add(gameday, "one", *TUESDAYS)
    ended = gameday("schedule", "add", "two", *SCENARIO, "--cron", "30 10 * * TUE", "--responder", "ana")
    assert (ended.code, (workspace / "schedules" / "two.yaml").exists()) == (2, False)
    assert ended.err.startswith(f"schedules/two.yaml:7:3: roles.responder: {TWICE}")
    assert "two@" in ended.err and "one@" in ended.err and "T10:30:00Z" in ended.err and "so it is 5" in ended.err
    add(gameday, "two", "--cron", "0 11 * * TUE", "--responder", "ana")
    add(gameday, "three", *TUESDAYS, "--responder", "ben")


def test_check_finds_who_would_be_in_two_drills_at_once(gameday: Gameday, workspace: Path) -> None:
    add(gameday, "one", *TUESDAYS)
    add(gameday, "other", "--cron", "0 10 * * TUE", "--responder", "ben")
    assert gameday("check").code in (0, 1)
    folder = workspace / "schedules"
    (folder / "two.yaml").write_text((folder / "one.yaml").read_text())
    for words in (("check",), ("check", "schedules/one.yaml"), ("check", "schedules/two.yaml")):
        ended = gameday(*words)
        assert (ended.code, ended.err.count(TWICE)) == (2, 1)
        assert f"schedules/two.yaml:7:3: roles.responder: {TWICE}" in ended.err
    assert gameday("check", "schedules/other.yaml").code == 0
    assert gameday("schedule", "list").code == 0
    for command in (("next",), ("feed", "out")):
        ended = gameday("schedule", *command)
        assert (ended.code, TWICE in ended.err) == (2, True)


def test_what_others_have_wrong_already_does_not_keep_a_schedule_out(gameday: Gameday, workspace: Path) -> None:
    add(gameday, "one", *TUESDAYS)
    folder = workspace / "schedules"
    (folder / "two.yaml").write_text((folder / "one.yaml").read_text())
    (folder / "bad.yaml").write_text("title: [")
    add(gameday, "other", "--cron", "0 10 * * TUE", "--responder", "ben")


def test_a_paused_schedule_has_nobody_and_is_resumed_only_where_there_is_somebody(gameday: Gameday) -> None:
    add(gameday, "one", *TUESDAYS)
    assert gameday("schedule", "pause", "one", "the shop moves").code == 0
    add(gameday, "two", *TUESDAYS)
    ended = gameday("schedule", "resume", "one")
    assert (ended.code, TWICE in ended.err) == (2, True)
    assert shown(gameday, "show", "one")["paused"] == "the shop moves"


@pytest.mark.parametrize(("words", "said"), [
    (("--cron", "0 10 30 2 *"), "it never fires"),
    (("--cron", "0 10 * * *", "--zone", "Europe/Pari"), 'did you mean "Europe/Paris"?'),
    (("--once", "2026-02-30 10:00"), "is a day that does not exist"),
    (("--once", "2027-03-28 02:30", "--zone", "Europe/Paris"), "does not exist on 2027-03-28 in Europe/Paris"),
    (("--once", "2020-12-01 10:00"), "once, 2020-12-01 10:00, UTC: all its moments are past; it never fires"),
    (("--rrule", "FREQ=DAILY;COUNT=3", "--start", "2020-01-01 10:00"), "all its moments are past; it never fires"),
    (("--surprise", "2020-12-01..2020-12-18"), "its window ended on 2020-12-18, which is past; it never fires"),
    (("--surprise", "fortnight"), "write week or month or quarter"),
    (("--surprise", "2026-12-19..2026-12-20"), "no window has room"),
    (("--cron", "0 3 * * *", "--hours", "mon-fri 09:00-17:00"), "outside the working hours"),
    (("--cron", "0 10 * * *", "--hours", "monday"), 'as in "mon-fri 09:00-17:00"'),
    (("--cron", "0 10 * * *", "--hours", "mon-fry 09:00-17:00"), '"fry" is no day'),
    (("--cron", "0 10 * * *", "--bar", "ana"), "write WHO=REASON"),
    (("--cron", "0 10 * * *", "--once", "2026-12-01 10:00"), "there are `once` and `cron`"),
    ((), "there is none"),
    (("--cron", "0 10 * * *", "--freezes", "calendars/none.ics"), 'there is no file "calendars/none.ics"'),
])  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_written(gameday: Gameday, workspace: Path, words: tuple[str, ...], said: str) -> None:
    ended = gameday("schedule", "add", "x", *SCENARIO, *words)
    assert ended.code == 2
    assert said in ended.err
    assert not (workspace / "schedules").exists()


def test_a_schedule_that_a_freeze_covers_for_ever_is_refused(gameday: Gameday, workspace: Path) -> None:
    freeze = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20200101\nDTEND;VALUE=DATE:20990101\nSUMMARY:Move\nEND:VEVENT\nEND:VCALENDAR\n"
    (workspace / "freeze.ics").write_text(freeze)
    for words, said in (
        (("--cron", "0 10 * * *"), 'all that is to come is withheld: freeze "Move", until 2099-01-01 00:00; it never fires'),
        (("--surprise", "month"), "no other window within a year has any; it never fires"),
    ):
        ended = gameday("schedule", "add", "x", *SCENARIO, *words, "--freezes", "freeze.ics")
        assert (ended.code, said in ended.err) == (2, True), ended.err
    assert not (workspace / "schedules").exists()


@pytest.mark.parametrize("name", ["../x", "/tmp/x", "a/b", "A", "", "x.y"])
def test_a_name_that_is_none_writes_nothing_anywhere(gameday: Gameday, workspace: Path, name: str) -> None:
    assert gameday("schedule", "add", name, *SCENARIO, "--cron", "0 10 * * *").code == 2
    assert not (workspace / "x.yaml").exists() and not (workspace / "schedules").exists()


def test_nothing_is_overwritten(gameday: Gameday, workspace: Path) -> None:
    add(gameday, "x", "--cron", "0 10 * * *")
    before = (workspace / "schedules" / "x.yaml").read_text()
    ended = gameday("schedule", "add", "x", *SCENARIO, "--cron", "0 11 * * *")
    assert (ended.code, "is there already" in ended.err) == (2, True)
    ended = gameday("schedule", "add", "x", *SCENARIO, "--cron", "61 11 * * *")
    assert ended.err == "gameday: schedules/x.yaml is there already; edit it, or choose another name\n", "and no line of the other file"
    assert (workspace / "schedules" / "x.yaml").read_text() == before


def test_an_unknown_name_is_told_with_what_was_meant(gameday: Gameday) -> None:
    add(gameday, "checkout", "--cron", "0 10 * * *")
    for words in (
        ("show", "chekout"),
        ("pause", "chekout", "why not"),
        ("next", "chekout"),
        ("history", "chekout"),
        ("due", "chekout"),
        ("remove", "chekout", "--yes"),
    ):
        ended = gameday("schedule", *words)
        assert (ended.code, "did you mean 'checkout'?" in ended.err) == (2, True), words
    assert "did you mean" in gameday("schedule", "lsit").err or gameday("schedule", "lsit").code == 2


def test_pausing_changes_one_key_and_leaves_comments_alone(gameday: Gameday, workspace: Path) -> None:
    add(gameday, "x", "--cron", "0 10 * * *")
    path = workspace / "schedules" / "x.yaml"
    text = "# Ours.\n" + path.read_text().replace("length: 1h", "length: 1h  # with talk").rstrip("\n")
    path.write_text(text)
    assert gameday("schedule", "pause", "x", "first: 'reason' # 1").code == 0
    assert gameday("schedule", "pause", "x", "second").code == 0
    assert path.read_text() == f"{text}\npaused: second\n"
    assert gameday("schedule", "resume", "x").code == 0
    assert path.read_text() == f"{text}\n"


def test_due_lets_a_program_run_only_when_a_slot_is_due(gameday: Gameday, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(gameday, "always", "--cron", "* * * * *", "--length", "1m")
    add(gameday, "never", "--once", "2070-01-01 10:00")
    assert gameday("schedule", "due", "always").code == 0
    assert gameday("schedule", "due", "never").code == 3
    started: list[tuple[str, ...]] = []
    with monkeypatch.context() as patched:
        patched.setattr(os, "execvp", lambda _, words: started.append(words))
        gameday("schedule", "due", "always", "--", "sh", "-c", "echo ran")
    assert started == [("sh", "-c", "echo ran")]
    assert gameday("schedule", "due", "always", "--", "no-such-program").code == 6
    assert gameday("schedule", "due", "never", "--", "touch", "made").code == 0
    assert not (workspace / "made").exists()
    gameday("schedule", "pause", "always", "moving house")
    ended = gameday("schedule", "due", "always")
    assert (ended.code, "paused, moving house" in ended.err) == (3, True)
    assert gameday("schedule", "due", "always", "--within", "soon").code == 2


def test_exports_are_printed_or_written(gameday: Gameday, workspace: Path) -> None:
    add(gameday, "x", "--cron", "0 10 * * TUE")
    assert "0 10 * * 2  cd " in gameday("schedule", "export", "x", "--to", "cron").out
    assert gameday("schedule", "export", "x", "--to", "systemd", "--into", "units").code == 0
    assert {p.name for p in (workspace / "units").iterdir()} == {"gameday-x.service", "gameday-x.timer"}
    assert gameday("schedule", "export", "x", "--to", "github", "--clock", "Europe/Paris").code == 2
    assert gameday("schedule", "export", "x", "--to", "cron", "--clock", "Mars").code == 2


def test_an_empty_history_is_no_error(gameday: Gameday) -> None:
    assert gameday("schedule", "history").code == 0
    assert gameday("schedule", "history", "-o", "json").out.startswith("{")
    assert gameday("schedule", "history", "-o", "svg").out.startswith("<svg")
    assert gameday("schedule", "history", "-o", "html").out.startswith("<!doctype html>")


def test_check_tells_mistakes_of_schedules_and_of_the_programme(gameday: Gameday, workspace: Path) -> None:
    add(gameday, "x", "--cron", "0 10 * * TUE")
    assert gameday("check").code in (0, 1)
    (workspace / "schedules" / "x.yaml").write_text((workspace / "schedules" / "x.yaml").read_text().replace("0 10", "61 10"))
    (workspace / "programme.yaml").write_text("duties: [{service: chekout, faults: [netwrok]}]\n")
    ended = gameday("check")
    assert ended.code == 2
    assert "schedules/x.yaml:4:14: when.cron:" in ended.err
    assert "programme.yaml:1:20: duties[0]: no service 'chekout' in services.yaml; did you mean 'checkout'?" in ended.err
    assert "no class of faults 'netwrok'; did you mean 'network'?" in ended.err
    assert gameday("check", "schedules/x.yaml").code == 2


def test_the_programme_says_what_is_due_and_its_own_command_puts_it_right(gameday: Gameday, workspace: Path) -> None:
    (workspace / "programme.yaml").write_text("duties: [{service: checkout, faults: [release]}]\n")
    ended = gameday("programme", "-o", "json")
    assert ended.code == 1
    found = json.loads(ended.out)
    assert [(d["service"], d["fault"], d["state"]) for d in found["duties"]] == [("checkout", "release", "due")]
    (proposal,) = found["proposals"]
    assert gameday(*shlex.split(proposal["command"])[1:]).code == 0
    again = gameday("programme", "-o", "json")
    assert (again.code, json.loads(again.out)["duties"][0]["planned"]) == (0, proposal["moment"])


def test_drills_on_disk_count_for_the_programme(gameday: Gameday, workspace: Path) -> None:
    (workspace / "programme.yaml").write_text("duties: [{service: checkout, faults: [release, container]}]\n")
    folder = workspace / "reports" / "d1"
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text(json.dumps({"scenario": {"service": "checkout", "faults": [{"fault": "container_pause"}]}}))
    (folder / "review.json").write_text(json.dumps({"drill": {"outcome": "completed", "started": "2099-01-01T00:00:00Z"}}))
    found = json.loads(gameday("programme", "-o", "json").out)["duties"]
    assert {d["fault"]: d["state"] for d in found} == {"container": "done", "release": "due"}


def test_a_workspace_without_a_programme_is_told_how_to_begin(gameday: Gameday) -> None:
    ended = gameday("programme")
    assert (ended.code, "programme.yaml: no such file" in ended.err) == (2, True)


def test_what_the_programme_proposes_does_not_tell_participants_what_breaks(gameday: Gameday, workspace: Path) -> None:
    (workspace / "programme.yaml").write_text("duties: [{service: checkout, faults: [release]}]\n")
    (proposal,) = json.loads(gameday("programme", "-o", "json").out)["proposals"]
    words = shlex.split(proposal["command"])
    assert words[words.index("--title") + 1] == "Practice: checkout"
    ended = gameday(*words[1:])
    assert (ended.code, ended.err) == (0, "")
    assert gameday("schedule", "feed", "out", "--for", "participants").code == 0
    read = [str(p.relative_to(workspace)) + p.read_text() for p in (workspace / "out").rglob("*participants*") if p.is_file()]
    assert len(read) == 2
    assert not any(word in text.lower() for word in ("release", "bad", "deploy") for text in read)


def test_each_proposal_has_a_name_that_no_schedule_has(gameday: Gameday, workspace: Path) -> None:
    (workspace / "programme.yaml").write_text("duties: [{service: checkout, faults: [release]}]\n")
    (first,) = json.loads(gameday("programme", "-o", "json").out)["proposals"]
    name = shlex.split(first["command"])[3]
    add(gameday, name, "--once", "2070-01-01 10:00", "--title", "Practice: another")
    (second,) = json.loads(gameday("programme", "-o", "json").out)["proposals"]
    assert shlex.split(second["command"])[3] == f"{name}-2"


@pytest.mark.parametrize(("words", "told"), [
    (("bad-release-monthly",), "`bad`, `release`"),
    (("shop", "--title", "We deploy on Friday"), "`deploy`"),
    (("checkout-monthly",), ""),
])  # fmt: skip
def test_a_name_that_tells_what_breaks_is_warned_of(gameday: Gameday, words: tuple[str, ...], told: str) -> None:
    ended = gameday("schedule", "add", *words, "--scenario", "scenarios/bad-release.yaml", "--cron", "0 10 * * TUE")
    assert ended.code == 0
    assert f"participants read both, and {told} tells what breaks" in ended.err if told else ended.err == ""


def test_a_surprise_with_two_seats_for_one_person_is_refused_and_found(gameday: Gameday, workspace: Path) -> None:
    words = ("--surprise", "week", "--responder", "ana", "--facilitator", "ana")
    ended = gameday("schedule", "add", "lobby", *SCENARIO, *words)
    said = "roles.responder: ana would have two seats in the surprise lobby, which needs a responder too"
    assert (ended.code, said in ended.err) == (2, True), ended.err
    assert not (workspace / "schedules" / "lobby.yaml").exists()
    add(gameday, "lobby", *words, "--responder", "ben")
    path = workspace / "schedules" / "lobby.yaml"
    path.write_text("\n".join(line for line in path.read_text().replace("[ana, ben]", "[ana]").splitlines()))
    ended = gameday("check")
    assert (ended.code, said in ended.err) == (2, True), ended.err


def test_nobody_elses_file_is_overwritten(gameday: Gameday, workspace: Path) -> None:
    add(gameday, "x", "--cron", "0 10 * * TUE")
    units = workspace / "units"
    for words, name in (
        (("export", "x", "--to", "systemd", "--into", "units"), "gameday-x.service"),
        (("feed", "units"), "participants.ics"),
    ):
        assert gameday("schedule", *words).code == 0
        assert gameday("schedule", *words).code == 0, "what gameday wrote itself is written anew"
        (units / name).write_text("precious")
        refused = gameday("schedule", *words)
        assert (refused.code, f"units/{name}: not made by gameday" in refused.err) == (2, True), refused.err
        assert (units / name).read_text() == "precious"
        (units / name).unlink()
        (units / name).symlink_to(workspace / "services.yaml")
        assert gameday("schedule", *words).code == 2
        assert (workspace / "services.yaml").read_text().startswith(SERVICES[:10])
        (units / name).unlink()


SERVICES = (ROOT / "services.yaml").read_text()


def test_a_drill_stays_in_the_calendar_while_it_runs_and_nobody_is_written_to(
    gameday: Gameday, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(gameday, "weekly", "--cron", "0 10 * * TUE", "--responder", "ana@example.org", "--responder", "ben@example.org")
    assert gameday("schedule", "feed", "out").code == 0
    before = _events(workspace)
    begins = datetime.fromisoformat(shown(gameday, "next", "-n", "1")["slots"][0]["begins"])
    sent = {p.name for p in (workspace / "out" / "to-send").iterdir()}
    monkeypatch.setattr(scheduling, "now", lambda: begins + timedelta(minutes=59))
    assert gameday("schedule", "feed", "out").code == 0
    (running,) = [uid for uid, e in _events(workspace).items() if e["DTSTART"].dt == begins]
    assert running in before
    assert not [p.name for p in (workspace / "out" / "to-send").iterdir() if p.name not in sent and running[:8] in p.name]
    monkeypatch.setattr(scheduling, "now", lambda: begins + timedelta(minutes=60))
    assert gameday("schedule", "feed", "out").code == 0
    assert running not in _events(workspace)
