"""What is asked of every fault: the shape of the protocol, and that only those that are named are loaded."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel

from gameday.faults import FAULTS
from gameday.model.host import Deeds
from gameday.model.protocols import Fault


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_the_shape_of_one(name: str) -> None:
    shape: Any = FAULTS[name]
    assert issubclass(shape, BaseModel)
    assert shape.model_config["frozen"] is True
    assert shape.name == name
    assert isinstance(shape.deeds, Deeds)
    for verb in ("prepare", "inject", "is_live"):
        assert inspect.signature(getattr(shape, verb)) == inspect.signature(getattr(Fault, verb)), verb


def test_only_a_fault_that_is_asked_for_is_loaded() -> None:
    code = (
        "import sys; from gameday.faults import FAULTS; FAULTS['cpu_limit']; "
        "print([m for m in sys.modules if m.startswith('gameday.faults.')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "['gameday.faults.cpu_limit']\n"


def test_a_stranger_is_none() -> None:
    assert "os" not in FAULTS
    with pytest.raises(KeyError):
        FAULTS["../os"]
