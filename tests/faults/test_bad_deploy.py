"""Bad deploy."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import Refused
from gameday.faults.bad_deploy import BadDeploy
from tests.faults.place import TARGET, Place


def test_prepare_keeps_the_release_that_was_current() -> None:
    place = Place()
    undo = BadDeploy(release="v2").prepare(place, TARGET)
    assert place.releases == {"payments": "v1"}
    assert [(s.verb, s.arguments["before"], s.arguments["injected"]) for s in undo.steps] == [("release_set", "v1", "v2")]


def test_a_release_that_is_current_already_leaves_nothing_to_go_back_to() -> None:
    with pytest.raises(Refused, match="deploy a good one first"):
        BadDeploy(release="v1").prepare(Place(), TARGET)


def test_it_is_live_while_the_bad_one_is_current() -> None:
    place, fault = Place(), BadDeploy(release="v2")
    assert not fault.is_live(place, TARGET)
    fault.inject(place, TARGET)
    assert fault.is_live(place, TARGET)
    place.deploy("payments", "v3")
    assert not fault.is_live(place, TARGET)


@pytest.mark.parametrize("release", ["", "v 2", "-v2", "../v2", "v" * 101])
def test_a_release_is_a_short_name(release: str) -> None:
    with pytest.raises(ValidationError):
        BadDeploy(release=release)
