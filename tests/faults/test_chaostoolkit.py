"""A function of an extension as a fault."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gameday.conduct.preflight import refuse_strange_code
from gameday.errors import Refused
from gameday.faults.chaostoolkit import Chaostoolkit
from gameday.model.settings import ChaostoolkitSettings, Settings
from gameday.undo.docker_host import NotDone
from gameday.undo.extension_call import extension_call
from tests.faults.place import TARGET, Place

pytestmark = pytest.mark.slow
"""Processes that are started, killed and waited for."""

MODULE = "tests.faults.strange"
HOST: Any = None


def switch(path: Path, on: bool, func: str = "switch") -> dict[str, Any]:
    return {"module": MODULE, "func": func, "arguments": {"path": str(path), "on": on} if func == "switch" else {"path": str(path)}}


@pytest.fixture
def lamp(tmp_path: Path) -> Path:
    path = tmp_path / "lamp"
    path.write_text("off")
    return path


def fault(lamp: Path, **more: Any) -> Chaostoolkit:
    parts = {**switch(lamp, True), "undo": switch(lamp, False), "live": switch(lamp, False, "is_on"), **more}
    return Chaostoolkit.model_validate(parts)


def undone(made: Chaostoolkit) -> str:
    undo = made.prepare(Place(), TARGET)
    (step,) = undo.steps
    return extension_call(HOST, undo.identity, step.arguments)


def test_it_is_injected_seen_and_undone_by_functions(lamp: Path) -> None:
    made = fault(lamp)
    assert made.prepare(Place(), TARGET).before["running"] == "true"
    assert not made.is_live(Place(), TARGET)
    made.inject(Place(), TARGET)
    assert made.is_live(Place(), TARGET)
    assert undone(made) == "undone by switch"
    assert lamp.read_text() == "off"
    assert undone(made) == "was not in effect"


def test_without_a_function_that_looks_nothing_is_claimed(lamp: Path) -> None:
    made = fault(lamp, live=None)
    made.inject(Place(), TARGET)
    assert undone(made) == "switch returned; no function verifies it"


def test_an_undo_that_undoes_nothing_is_found_out(lamp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[extension_call.__module__], "PATIENCE", 0.0)
    made = fault(lamp, undo=switch(lamp, False, "does_nothing"))
    made.inject(Place(), TARGET)
    with pytest.raises(NotDone, match="still in effect"):
        undone(made)


def test_an_undo_does_not_wait_for_somebody_who_can_look(lamp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = fault(lamp, live={"module": MODULE, "func": "raises"})
    made.inject(Place(), TARGET)
    assert not made.is_live(Place(), TARGET)
    with pytest.raises(Exception, match="no such instance"):
        undone(made)
    assert lamp.read_text() == "off"


def test_there_is_none_without_an_undo() -> None:
    with pytest.raises(ValidationError, match="undo"):
        Chaostoolkit.model_validate({"module": MODULE, "func": "raises"})


def test_the_names_of_secrets_are_written_down_and_not_the_secrets(lamp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_TOKEN", "correct-horse")
    made = fault(lamp, secrets_from={"token": "CLOUD_TOKEN"})
    assert "correct-horse" not in made.prepare(Place(), TARGET).model_dump_json() + json.dumps(made.wanted)
    assert made.wanted["secrets_from"] == {"token": "CLOUD_TOKEN"}


def test_code_that_nobody_allowed_is_refused_by_name(lamp: Path) -> None:
    made = fault(lamp, undo={"module": "os", "func": "system", "arguments": {"command": "true"}})
    assert made.modules == (MODULE, "os")
    with pytest.raises(Refused, match=r'chaostoolkit calls tests.faults.strange.*modules = \["tests.faults.strange"\]'):
        refuse_strange_code(made, Settings())
    with pytest.raises(Refused, match="chaostoolkit calls os,"):
        refuse_strange_code(made, Settings(chaostoolkit=ChaostoolkitSettings(modules=("tests",))))
    refuse_strange_code(fault(lamp), Settings(chaostoolkit=ChaostoolkitSettings(modules=("tests.faults",))))


def test_a_name_that_only_begins_like_an_allowed_one_is_another() -> None:
    assert not ChaostoolkitSettings(modules=("chaosk8s",)).allow("chaosk8sx.pod")
