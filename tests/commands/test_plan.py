"""`gameday plan`: a page that a manager would sign."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gameday.commands.plan_words import Resolved, _fault, words
from gameday.commands.reading import request_for
from gameday.conduct.estimate import estimate
from gameday.conduct.start import Request
from gameday.model.docker_settings import DockerSettings
from gameday.model.plan import PlannedFault, Target
from gameday.model.settings import Settings
from gameday.model.trigger import Trigger
from gameday.model.undo import Undo, UndoStep
from tests.commands.conftest import ROOT, Gameday
from tests.story import perfect, record_of

SCENARIO = "scenarios/payments-freezes.yaml"


@pytest.fixture
def request_() -> Request:
    return request_for(ROOT / SCENARIO, "human", False, False, ())


def resolved(*faults: PlannedFault, daemon: str = "unix:///var/run/docker.sock", approval: str = "") -> Resolved:
    plan = record_of(perfect(), faults=faults).plan
    return Resolved(plan.model_copy(update={"hash": "f" * 64, "daemon": {"host": daemon}}), approval=approval)


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
        "as soon as orders_lost is above 0, or cannot be read three times in a row",
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
    page = " ".join(" ".join(words(request_, resolved(planned(1, "payments", "abcdef012345")))).split())
    assert "container gameday-sandbox_payments_1 (abcdef012345)" in page
    assert "Undone by container_unpause. The undo is written down before the deed" in page
    assert "f" * 64 in page
    assert "Not yet" not in page


def with_undo(verb: Any, **before: str) -> PlannedFault:
    fault = planned(1, "payments", "aaa")
    step = UndoStep(verb=verb, arguments={})
    return fault.model_copy(update={"undo": fault.undo.model_copy(update={"steps": (step,), "before": before})})


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (with_undo("container_unpause"), "By means of the Docker daemon Stands for"),
        (with_undo("processes_continue"), "By means of the kernel of this host, as root Stands for"),
        (with_undo("release_set"), "By means of the place where releases are set Stands for"),
        (
            with_undo("sidecar_remove", back_end="nfqueue"),
            "By means of NFQUEUE (kernel module nfnetlink_queue), in a sidecar beside the container",
        ),
    ],
)
def test_it_names_what_does_the_deed(request_: Request, fault: PlannedFault, said: str) -> None:
    assert said in " ".join(" ".join(words(request_, resolved(fault))).split())


def test_it_begins_with_a_sentence_that_says_it_all(request_: Request) -> None:
    page = " ".join(" ".join(words(request_, resolved(planned(1, "payments", "aaa"), daemon="ssh://anna@staging"))).split())
    assert (
        "In sandbox, on ssh://anna@staging, gameday will inject container_pause on gameday-sandbox_payments_1 for 5m at most. It touches "
        "nothing else, and takes it back by itself, at once where orders_lost is above 0, when anybody halts it, and when gameday itself dies."
    ) in page


def test_it_says_who_allows_it_and_when(request_: Request) -> None:
    docker = DockerSettings.model_validate(
        {"project": "shop", "working_hours": "Mon-Fri 09:00-17:00 UTC", "freezes": ["freezes.ics"], "allow_production": True}
    )
    scenario = request_.scenario.model_copy(update={"environment": "staging"})
    there = replace(request_, scenario=scenario, settings=Settings(environments={"staging": docker}))
    page = " ".join(" ".join(words(there, resolved(planned(1, "payments", "aaa"), approval="not yet."))).split())
    assert "by the label gameday.allow=staging on the container" in page
    assert (
        "Hours Mon-Fri 09:00-17:00 UTC only Freezes not in those of freezes.ics Approval not yet. Production gameday.toml allows it" in page
    )


def test_a_fault_that_waits_is_told_with_what_it_waits_for(request_: Request) -> None:
    (fault,) = request_.scenario.faults
    waiting = fault.model_copy(update={"when": Trigger(deed="declared", within=timedelta(minutes=4))})
    two = replace(request_, scenario=request_.scenario.model_copy(update={"faults": (waiting,)}))
    page = " ".join(" ".join(words(two, resolved(planned(1, "payments", "aaa")))).split())
    assert "Begins as soon as somebody declared an incident, from 1s after users" in page
    assert "where that does not happen within 4m, not at all" in page


def test_each_of_several_faults_is_told_with_its_own_target(request_: Request) -> None:
    (first,) = request_.scenario.faults
    second = first.model_copy(update={"fault": "container_kill", "target": "shop", "at": timedelta(seconds=30)})
    two = replace(request_, scenario=request_.scenario.model_copy(update={"faults": (first, second)}))
    page = "\n".join(words(two, resolved(planned(1, "payments", "aaa"), planned(2, "shop", "bbb"))))
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
    said = " ".join(" ".join(_fault(1, injection, told, replace(request_, scenario=scenario), resolved(told))).split())
    assert "For good `redis_key_remove` for the mark" in said
    assert "Undone by" not in said


def test_what_is_refused_wherever_it_runs_is_refused_before_the_sandbox_is_up(gameday: Gameday, workspace: Path) -> None:
    scenario = workspace / SCENARIO
    one = re.search(r"^faults:\n((?:  .*\n)+)", scenario.read_text(), re.MULTILINE)
    assert one is not None
    scenario.write_text(scenario.read_text().replace(one[1], one[1] + one[1].replace("payments", "worker")))
    (workspace / "gameday.toml").write_text("[limits]\nparallel_faults = 1\n")
    ended = gameday("plan", SCENARIO)
    assert (ended.code, "parallel_faults = 2" in ended.err) == (3, True), ended.err + ended.out
