"""How much may be broken at one time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gameday.conduct.preflight import refuse_blinding, refuse_irreversible, refuse_too_many
from gameday.errors import Refused
from gameday.model.injection import Injection, most_at_once
from gameday.model.scenario import Scenario
from gameday.model.settings import LimitSettings, Settings
from gameday.model.undo import Undo, UndoStep
from tests.story import scenario


def lasting(at: int, seconds: int, target: str) -> Injection:
    return Injection.model_validate(
        {"fault": "container_pause", "target": target, "at": timedelta(seconds=at), "for": timedelta(seconds=seconds)}
    )


def with_faults(*faults: Injection) -> Scenario:
    return scenario().model_copy(update={"faults": faults})


def test_faults_that_follow_each_other_are_one_at_a_time() -> None:
    refuse_too_many(with_faults(lasting(0, 10, "a"), lasting(10, 10, "b")), Settings())


def test_faults_at_one_time_are_refused_with_the_line_to_write() -> None:
    two = with_faults(lasting(0, 10, "a"), lasting(9, 10, "b"))
    with pytest.raises(
        Refused, match=r"container_pause on a and container_pause on b.*`parallel_faults = 2` under `\[limits\]` in gameday.toml"
    ):
        refuse_too_many(two, Settings())
    refuse_too_many(two, Settings(limits=LimitSettings(parallel_faults=2)))


def test_only_those_that_meet_are_counted() -> None:
    three = [lasting(0, 10, "a"), lasting(9, 10, "b"), lasting(15, 10, "c")]
    assert len(most_at_once(three)) == 2
    assert len(most_at_once([*three, lasting(16, 1, "d")])) == 3


def test_what_a_drill_is_read_from_is_broken_only_where_that_is_allowed() -> None:
    on_it = with_faults(lasting(0, 10, "shop"), lasting(20, 10, "alertmanager"))
    with pytest.raises(Refused, match=r"container_pause acts on alertmanager.*write `allow_monitoring_faults = true` under"):
        refuse_blinding(on_it, Settings(), {"prometheus", "alertmanager"})
    refuse_blinding(on_it, Settings(), {"prometheus"})
    refuse_blinding(on_it, Settings(limits=LimitSettings(allow_monitoring_faults=True)), {"alertmanager"})


LOST = Undo(target="queue", identity={}, before={}, steps=(UndoStep(verb="nothing_to_put_back", arguments={"lost": "all"}),))
BACK = Undo(target="queue", identity={}, before={}, steps=(UndoStep(verb="container_unpause"),))


@pytest.mark.parametrize(
    ("undo", "scenario_says", "workspace_allows", "why"),
    [
        (LOST, False, True, "`irreversible: true` beside it"),
        (LOST, True, False, r"`irreversible = true` under `\[limits\]`"),
        (LOST, True, True, ""),
        (BACK, False, False, ""),
    ],
)
def test_what_cannot_be_put_back_needs_two_who_say_so(undo: Undo, scenario_says: bool, workspace_allows: bool, why: str) -> None:
    injection = lasting(0, 10, "queue").model_copy(update={"irreversible": scenario_says})
    settings = Settings(limits=LimitSettings(irreversible=workspace_allows))
    if not why:
        refuse_irreversible(undo, injection, settings)
        return
    with pytest.raises(Refused, match=why):
        refuse_irreversible(undo, injection, settings)
