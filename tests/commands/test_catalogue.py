"""What can be asked without a drill: help, lists, manuals, schemas."""

from __future__ import annotations

import json

import pytest

from gameday.__main__ import COMMANDS
from gameday.commands.manual import page, summary
from gameday.faults import FAULTS
from gameday.gaps import GAPS
from gameday.probes import PROBES
from tests.commands.conftest import Gameday


def test_the_help_names_every_command_and_loads_none(started: Gameday) -> None:
    ended = started("--help")
    assert ended.code == 0
    for name in COMMANDS:
        assert f"  {name} " in ended.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(gameday: Gameday, name: str) -> None:
    ended = gameday(name, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert "Usage: gameday" in ended.out


@pytest.mark.parametrize("kind", ["faults", "probes", "gaps", "scenarios", "drills"])
def test_lists_have_names_and_summaries(gameday: Gameday, kind: str) -> None:
    body = json.loads(gameday("list", kind, "-o", "json").out)
    assert list(body) == [kind]
    assert all(set(row) == {"name", "summary"} and (row["summary"] or kind == "drills") for row in body[kind])


@pytest.mark.parametrize("name", ["container_pause", "alert_never_fired", "http"])
def test_a_member_can_be_explained(gameday: Gameday, name: str) -> None:
    assert gameday("explain", name).out.startswith(f"{name}\n\n")


def test_every_member_has_a_manual() -> None:
    assert all(page(member) and summary(member).endswith(".") for member in (*FAULTS.values(), *GAPS.values(), *PROBES.values()))


@pytest.mark.parametrize("kind", ["scenario", "probe", "runbook", "review", "responder", "services"])
def test_schemas_are_json_schemas(gameday: Gameday, kind: str) -> None:
    assert json.loads(gameday("schema", kind).out)["$schema"].startswith("https://json-schema.org/")


def test_the_workspace_has_no_mistakes(gameday: Gameday) -> None:
    ended = gameday("check", "-o", "json")
    assert (ended.code, json.loads(ended.out)) == (0, {"gaps": [], "errors": []})


def test_a_page_without_a_section_is_a_gap_with_its_line(gameday: Gameday, workspace: object) -> None:
    from pathlib import Path

    page = Path(str(workspace)) / "runbooks" / "DatabaseDown.md"
    page.write_text(page.read_text().replace("## Impact", "## What it means for customers"))
    ended = gameday("check", "runbooks", "-o", "json")
    (gap,) = json.loads(ended.out)["gaps"]
    assert ended.code == 1
    assert (gap["rule"], gap["file"], gap["severity"]) == ("runbook_section_missing", "runbooks/DatabaseDown.md", "S2")
    assert gameday("check", "runbooks", "--fail-on", "S1").code == 0


def test_completion_prints_a_script(gameday: Gameday) -> None:
    assert "_GAMEDAY_COMPLETE" in gameday("completion", "bash").out


def test_without_docker_nobody_can_say_that_nothing_is_left_over(gameday: Gameday) -> None:
    ended = gameday("recover")
    assert (ended.code, ended.out) == (6, "")
    assert "docker ps -a --filter label=gameday.owner" in ended.err
