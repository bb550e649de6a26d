"""`gameday plan`: a page that a manager would sign."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from gameday.commands.plan_words import Resolved, _fault, words
from gameday.commands.reading import request_for
from gameday.conduct.estimate import estimate
from gameday.conduct.start import Request
from gameday.model.plan import PlannedFault, Target
from gameday.model.undo import Undo, UndoStep
from tests.commands.conftest import ROOT, Gameday

SCENARIO = "scenarios/payments-freezes.yaml"


@pytest.fixture
def request_() -> Request:
    return request_for(ROOT / SCENARIO, "human", False, False, ())


def planned(number: int, service: str, container: str) -> PlannedFault:
    return PlannedFault(
        id=f"f{number}",
        fault="container_pause",
        target=Target(service=service, container=container, name=f"gameday-sandbox_{service}_1", project="gameday-sandbox"),
        undo=Undo(target=service, identity={}, before={}, steps=(UndoStep(verb="container_unpause", arguments={"container": container}),)),
        starts_after_seconds=1,
        lives_at_most_seconds=300,
    )


def test_without_a_sandbox_it_says_all_that_needs_none_and_how_to_get_the_rest(gameday: Gameday) -> None:
    ended = gameday("plan", SCENARIO)
    assert (ended.code, ended.err) == (0, "")
    for heading in ("WHAT WILL BE BROKEN", "WHAT USERS WILL FEEL", "WHAT STOPS IT EARLY", "WHO IS NEEDED", "HOW LONG IT TAKES"):
        assert heading in ended.out
    said = " ".join(ended.out.split())
    for text in (
        "payments: Freeze a container.",
        "Stands for A dependency that hangs",
        "at the latest after 5m",
        "as soon as orders_lost is above 0",
        "No customer.",
        "team-shop, paged through shop-pager by PaymentsErrorRate within 20s",
        "no Docker daemon answers",
        "Then plan again",
    ):
        assert text in said, text
    assert "Hash" not in ended.out


def test_json_is_the_whole_plan_or_nothing(gameday: Gameday) -> None:
    ended = gameday("plan", SCENARIO, "-o", "json")
    assert (ended.code, ended.out) == (6, "")


def test_every_line_fits_in_80_columns(gameday: Gameday) -> None:
    assert max(len(line) for line in gameday("plan", SCENARIO).out.splitlines()) <= 80


def test_with_a_sandbox_it_names_containers_undo_and_hash(request_: Request) -> None:
    page = " ".join(" ".join(words(request_, Resolved((planned(1, "payments", "abcdef012345"),), "f" * 64))).split())
    assert "container gameday-sandbox_payments_1 (abcdef012345)" in page
    assert "Undone by container_unpause. The undo is written down before the deed" in page
    assert "f" * 64 in page
    assert "Not yet" not in page


def test_a_network_fault_is_told_with_its_means(request_: Request) -> None:
    fault = planned(1, "payments", "0123456789abcdef")
    by_queue = fault.model_copy(update={"undo": fault.undo.model_copy(update={"before": {"back_end": "nfqueue"}})})
    assert "By means of NFQUEUE (kernel module nfnetlink_queue)" in " ".join(" ".join(words(request_, Resolved((by_queue,), "h"))).split())
    assert "By means of" not in " ".join(words(request_, Resolved((fault,), "h")))


def test_each_of_several_faults_is_told_with_its_own_target(request_: Request) -> None:
    (first,) = request_.scenario.faults
    second = first.model_copy(update={"fault": "container_kill", "target": "shop", "at": timedelta(seconds=30)})
    two = replace(request_, scenario=request_.scenario.model_copy(update={"faults": (first, second)}))
    page = "\n".join(words(two, Resolved((planned(1, "payments", "aaa"), planned(2, "shop", "bbb")), "f" * 64)))
    assert re.search(r"1\. payments: .*\(container_pause\)", page)
    assert re.search(r"2\. shop: .*\(container_kill\)", page.replace("\n     ", " "))
    assert page.index("gameday-sandbox_payments_1") < page.index("gameday-sandbox_shop_1")
    assert "30s after users have been served well" in page


def test_a_control_run_breaks_nothing(gameday: Gameday) -> None:
    page = gameday("plan", SCENARIO, "--no-fault").out
    assert "This is the control run" in page
    assert "Stands for" not in page


def test_the_estimate_follows_the_budgets_and_never_exceeds_the_longest(request_: Request) -> None:
    usual = estimate(request_.scenario)
    within = request_.scenario.expect.response.within.model_copy(update={"impact_over": timedelta(seconds=30)})
    response = request_.scenario.expect.response.model_copy(update={"within": within})
    expect = request_.scenario.expect.model_copy(update={"response": response})
    quicker = estimate(request_.scenario.model_copy(update={"expect": expect}))
    assert quicker.likely < usual.likely <= usual.longest == quicker.longest
    assert estimate(request_.scenario, no_fault=True).likely < usual.likely


def test_what_cannot_be_undone_is_never_said_to_be(request_: Request) -> None:
    injection = request_.scenario.faults[0].model_copy(update={"fault": "cache_flush", "target": "queue", "settings": {"pattern": "*"}})
    scenario = request_.scenario.model_copy(update={"faults": (injection,)})
    lost = Undo(target="queue", identity={}, before={}, steps=(UndoStep(verb="nothing_to_put_back", arguments={"lost": "all"}),))
    told = planned(1, "queue", "c" * 64).model_copy(update={"undo": lost})
    said = " ".join(" ".join(_fault(1, injection, told, replace(request_, scenario=scenario))).split())
    assert "For good `redis_key_remove` for the mark" in said
    assert "Undone by" not in said
