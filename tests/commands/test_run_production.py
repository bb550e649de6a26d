"""What `gameday run` asks for where production is."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gameday.commands.run import command
from gameday.model.working_hours import DAYS
from tests.commands.conftest import ROOT, Gameday

ASK = "from gameday.commands.run import _type_by_hand; print(repr(_type_by_hand('This is production.')))"


def test_no_variable_of_the_environment_stands_for_the_option() -> None:
    (option,) = [p for p in command.params if p.name == "allow_production"]
    assert not option.allow_from_autoenv  # type: ignore[attr-defined]  # it is an Option
    assert option.value_from_envvar(command.make_context("run", ["x"], auto_envvar_prefix="GAMEDAY_RUN")) is None


def test_what_is_piped_in_was_not_typed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK], input="production\n", capture_output=True, text=True, timeout=30, check=True, cwd=ROOT
    )
    assert done.stdout == "''\n"


def test_what_a_person_types_at_a_terminal_counts() -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, b"production\n")
        done = subprocess.run([sys.executable, "-c", ASK], stdin=theirs, capture_output=True, text=True, timeout=30, check=True, cwd=ROOT)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout.endswith("'production'\n")
    assert "This is production." in done.stderr


@pytest.mark.parametrize("words", [("run", "--responders", "none"), ("plan",)])
def test_labels_that_choose_everything_are_refused_with_the_place(gameday: Gameday, workspace: Path, words: tuple[str, ...]) -> None:
    with (workspace / "gameday.toml").open("a") as settings:
        settings.write('\n[environments.staging]\nlabels = ["*"]\n')
    line = len((workspace / "gameday.toml").read_text().splitlines())
    ended = gameday(words[0], "scenarios/payments-freezes.yaml", *words[1:])
    assert ended.code == 3
    assert f"gameday.toml:{line}:" in ended.err
    assert "would choose every container" in ended.err
    assert gameday("check").code == 2


def test_hours_are_refused_before_docker_is_asked(gameday: Gameday, workspace: Path) -> None:
    other_day = DAYS[(datetime.now(UTC).weekday() + 3) % 7]
    with (workspace / "gameday.toml").open("a") as settings:
        settings.write(f'\n[environments.staging]\nproject = "shop"\nworking_hours = "{other_day} 09:00-17:00 UTC"\n')
    scenario = workspace / "scenarios" / "payments-freezes.yaml"
    scenario.write_text(scenario.read_text().replace("environment: sandbox", "environment: staging"))
    ended = gameday("run", "scenarios/payments-freezes.yaml", "--responders", "none", "--var", "shop_port=1")
    assert ended.code == 3, ended.err
    assert f"outside the working hours of staging, {other_day} 09:00-17:00 UTC" in ended.err


def test_a_freeze_is_refused_from_its_file(gameday: Gameday, workspace: Path) -> None:
    with (workspace / "gameday.toml").open("a") as settings:
        settings.write('\n[environments.staging]\nproject = "shop"\nfreezes = ["team/freezes.ics"]\n')
    line = len((workspace / "gameday.toml").read_text().splitlines())
    scenario = workspace / "scenarios" / "payments-freezes.yaml"
    scenario.write_text(scenario.read_text().replace("environment: sandbox", "environment: staging"))
    words = ("run", "scenarios/payments-freezes.yaml", "--responders", "none", "--var", "shop_port=1")
    assert gameday(*words).code == 6, "a calendar that is not there is no permission"
    (workspace / "team").mkdir()
    event = "BEGIN:VEVENT\nSUMMARY:Sale\nDTSTART:20200101T000000Z\nDTEND:20990101T000000Z\nEND:VEVENT"
    (workspace / "team" / "freezes.ics").write_text(f"BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR\n")
    ended = gameday(*words)
    assert ended.code == 3, ended.err
    assert (
        f'the freeze "Sale" lasts from 2020-01-01 00:00 to 2099-01-01 00:00 UTC (freezes.ics:2, named in gameday.toml:{line})' in ended.err
    )
