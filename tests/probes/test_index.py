"""The index of probes: every kind of the model, each with a manual."""

from __future__ import annotations

from importlib import import_module
from typing import get_args

import pytest

from gameday.model import probe
from gameday.probes import PROBES


def test_every_kind_that_a_file_may_name_is_in_the_index() -> None:
    kinds = get_args(get_args(probe.ProbeDefinition)[0])
    assert {get_args(k.model_fields["probe"].annotation)[0] for k in kinds} == set(PROBES)


@pytest.mark.parametrize("name", sorted(PROBES))
def test_every_kind_has_a_manual_page(name: str) -> None:
    manual = import_module(f"gameday.probes.{name}").__doc__ or ""
    assert all(f"{heading}:" in manual for heading in ("What it asks", "Answer", "Blind", "Example"))
