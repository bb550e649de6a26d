"""What the network engine says this host can do."""

from __future__ import annotations

from typing import Any

import pytest

from gameday.environments.network_abilities import network_abilities, network_image, parse
from gameday.errors import InvalidInput, Missing


def test_a_yes_is_no_reason_against_it_and_a_no_has_one() -> None:
    said = "netem no tc qdisc add: Error: Specified qdisc kind is unknown.\nnfqueue yes\nnftables no\nnoise\n"
    assert parse(said) == {
        "netem": "tc qdisc add: Error: Specified qdisc kind is unknown.",
        "nfqueue": "",
        "nftables": "the kernel says no",
    }


def test_an_engine_that_fails_is_missing_not_able() -> None:
    class Failing:
        def run_alone(self, image: str, command: list[str], labels: dict[str, str]) -> tuple[int, str]:
            return 1, "Traceback"

    docker: Any = Failing()
    with pytest.raises(Missing, match="could not find out"):
        network_abilities(docker)


def test_the_tag_of_the_image_follows_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAMEDAY_IMAGES", "blue")
    assert network_image() == "gameday-network:blue"
    monkeypatch.setenv("GAMEDAY_IMAGES", "a b")
    with pytest.raises(InvalidInput):
        network_image()
