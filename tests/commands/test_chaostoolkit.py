"""`gameday export` and `gameday import`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.chaostoolkit.test_importing import experiment
from tests.commands.conftest import Gameday

SCENARIO = "scenarios/payments-freezes.yaml"


def test_a_scenario_goes_out_and_comes_back_and_is_in_order(gameday: Gameday, workspace: Path) -> None:
    out = gameday("export", SCENARIO, "--format", "chaostoolkit")
    assert out.code == 0
    assert "left behind: traffic" in out.err
    (workspace / "x.json").write_text(out.out)
    back = gameday("import", "x.json", "--name", "came-back")
    assert (back.code, back.out) == (0, "scenarios/came-back.yaml\n")
    assert gameday("check", "scenarios/came-back.yaml").code == 0


def test_an_experiment_of_others_becomes_files_that_check_finds_in_order(gameday: Gameday, workspace: Path) -> None:
    (workspace / "x.json").write_text(json.dumps(experiment()))
    ended = gameday("import", "x.json", "--service", "checkout", "--target", "shop")
    assert ended.out.splitlines() == ["scenarios/survives-the-loss-of-a-pod.yaml", "probes/survives-the-loss-of-a-pod.yaml"]
    assert '[chaostoolkit] modules = ["chaosx.pods"]' in ended.err
    checked = gameday("check", *ended.out.split())
    assert checked.code == 2
    assert checked.err.count("'chaosx.pods' is not allowed; write `modules = [\"chaosx.pods\"]`") == 2, "the deed and its undo"
    settings = workspace / "gameday.toml"
    settings.write_text(settings.read_text().replace("modules = []", 'modules = ["chaosx"]'))
    checked = gameday("check", *ended.out.split())
    assert checked.code == 0, checked.err


def test_no_file_is_written_over(gameday: Gameday, workspace: Path) -> None:
    (workspace / "x.json").write_text(json.dumps(experiment()))
    before = (workspace / SCENARIO).read_text()
    ended = gameday("import", "x.json", "--service", "checkout", "--name", "payments-freezes")
    assert ended.code == 2
    assert "would be overwritten" in ended.err
    assert (workspace / SCENARIO).read_text() == before


def test_a_name_cannot_lead_elsewhere(gameday: Gameday, workspace: Path) -> None:
    (workspace / "x.json").write_text(json.dumps(experiment()))
    ended = gameday("import", "x.json", "--service", "checkout", "--name", "../../x")
    assert ended.code == 2
    assert "looks like a path" in ended.err
    (workspace / "y.json").write_text(
        json.dumps({"title": "x", "extensions": [{"name": "gameday", "scenario": "../../x", "written": {"title": "x"}}]})
    )
    assert gameday("import", "y.json").code == 2
    assert not (workspace.parent / "x.yaml").exists()


def test_mistakes_have_their_place(gameday: Gameday, workspace: Path) -> None:
    (workspace / "x.json").write_text(json.dumps(experiment(rollbacks=[]), indent=1))
    ended = gameday("import", "x.json", "--service", "checkout")
    assert ended.code == 2
    assert "x.json:19:3:" in ended.err


def test_code_that_is_not_allowed_is_refused_before_docker_is_asked(gameday: Gameday, workspace: Path) -> None:
    (workspace / "x.json").write_text(json.dumps(experiment()))
    gameday("import", "x.json", "--service", "checkout")
    ended = gameday("run", "scenarios/survives-the-loss-of-a-pod.yaml", "--responders", "none")
    assert ended.code == 3
    assert 'modules = ["chaosx.pods"]' in ended.err
