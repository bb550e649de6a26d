"""`gameday config show`: settings with their origin."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.conftest import Gameday


def shown(gameday: Gameday, **environment: str) -> dict[str, tuple[str, str]]:
    ended = gameday("config", "show", "-o", "json", **environment)
    assert ended.code == 0, ended.err
    return {s["name"]: (s["value"], s["origin"]) for s in json.loads(ended.out)["settings"]}


def test_each_setting_comes_with_its_origin(gameday: Gameday, workspace: Path) -> None:
    (workspace / "gameday.toml").write_text('[probes]\ncommands = ["date"]\n')
    found = shown(gameday, GAMEDAY_SHOP_PORT="28080")
    assert found["probes.commands"] == ('["date"]', str(workspace / "gameday.toml"))
    assert found["rules.off"] == ("{}", "default")
    assert found["sandbox.shop_port"] == ("28080", "GAMEDAY_SHOP_PORT")
    assert found["sandbox.ops_port"] == ("18090", "default; GAMEDAY_OPS_PORT changes it")
    assert found["workspace"][0] == str(workspace)


def test_a_mistake_in_the_file_is_told_instead(gameday: Gameday, workspace: Path) -> None:
    (workspace / "gameday.toml").write_text("[probe]\n")
    ended = gameday("config", "show")
    assert ended.code == 2
    assert "gameday.toml:1" in ended.err


def test_it_reads_well_on_a_terminal(gameday: Gameday) -> None:
    assert "sandbox.project" in gameday("config", "show").out
