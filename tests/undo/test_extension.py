"""A strange function in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.undo.extension import CallFailed, call

MODULE = "tests.faults.strange"


def test_what_it_prints_is_no_answer(tmp_path: Path) -> None:
    assert call({"module": MODULE, "func": "switch", "arguments": {"path": str(tmp_path / "x"), "on": True}}) == str(tmp_path / "x")


def test_configuration_and_secrets_are_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_TOKEN", "correct-horse")
    assert call({"module": MODULE, "func": "told"}) == []
    assert call({"module": MODULE, "func": "told", "secrets_from": {"token": "CLOUD_TOKEN"}}) == ["correct-horse"]


def test_it_is_found_in_the_folder_of_its_workspace(tmp_path: Path) -> None:
    (tmp_path / "ours.py").write_text("def seven():\n    return 7\n")
    assert call({"module": "ours", "func": "seven"}, str(tmp_path)) == 7


@pytest.mark.parametrize(
    ("func", "said"),
    [("raises", "ValueError: no such instance"), ("leaves", "with code 3"), ("dies", "with code 7"), ("nothing", "no attribute 'nothing'")],
)
def test_however_it_fails_that_is_told(func: str, said: str) -> None:
    with pytest.raises(CallFailed, match=said):
        call({"module": MODULE, "func": func})


def test_one_that_hangs_is_ended_in_its_time() -> None:
    with pytest.raises(CallFailed, match=r"did not end within 0\.5 s"):
        call({"module": MODULE, "func": "hangs", "timeout": 0.5})


def test_a_secret_that_is_not_there_is_named() -> None:
    with pytest.raises(CallFailed, match="the environment has no GAMEDAY_NOT_THERE"):
        call({"module": MODULE, "func": "told", "secrets_from": {"token": "GAMEDAY_NOT_THERE"}})
