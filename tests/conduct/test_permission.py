"""Whether a plan may be carried out, here and now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gameday.bundle.approvals import Approvals
from gameday.clients.docker_container import Container
from gameday.conduct.permission import Rules, approved, needs_approval, production_signs, refuse_closed, refuse_production
from gameday.conduct.plan import canonical, plan_hash
from gameday.daemon import Daemon
from gameday.errors import Refused
from gameday.load.settings import places_of_settings, read_settings
from gameday.model.approval import Proposal
from gameday.model.freeze import Freeze
from gameday.model.plan import Plan
from tests.story import perfect, record_of, scenario

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""A Tuesday, 12:00 in Zurich."""


@dataclass
class Place:
    """An environment with these containers, on this Docker host."""

    project: str = "guestbook"
    daemon: Daemon = field(default_factory=Daemon)
    labels: Mapping[str, str] = field(default_factory=dict)
    inside: tuple[Container, ...] = ()

    def containers(self) -> list[Container]:
        return list(self.inside)

    def host_labels(self) -> Mapping[str, str]:
        return self.labels


def rules(root: Path, *lines: str, name: str = "staging", more: str = "") -> Rules:
    (root / "gameday.toml").write_text("\n".join([f"[environments.{name}]", 'project = "guestbook"', *lines, more]))
    settings = read_settings(root / "gameday.toml", tuple)
    places = {key: Path(place).name for key, place in places_of_settings(root / "gameday.toml").items()}
    return Rules(settings, name, root, places)


def place(**values: Any) -> Any:
    return Place(**values)


def web(image: str = "web:1", **labels: str) -> tuple[Container, ...]:
    return (Container("c1", "web_1", "web", True, False, "t0", image=image, labels=labels),)


# --- production -----------------------------------------------------------------------------------------------------

DENIED = '[production]\nprojects = ["billing*"]\nimages = ["registry.example.org/released/*"]\nlabels = {zone = "dmz"}\n'


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (place(project="shop-prod"), "the project is called shop-prod"),
        (place(project="billing-eu"), "on the list of production"),
        (place(labels={"env": "prod"}), "the Docker host unix:///var/run/docker.sock has the label env=prod"),
        (place(inside=web(env="prod")), "web_1 has the label env=prod"),
        (place(inside=web(**{"com.example.environment": "production-eu"})), "com.example.environment=production-eu"),
        (place(inside=web(zone="dmz")), "web_1 has the label zone=dmz"),
        (place(inside=web(image="registry.example.org/released/web:3")), "is made of registry.example.org/released/web:3"),
    ],
)
def test_each_sign_of_production_alone_is_enough(there: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"gameday\.toml:2") as refused:
        refuse_production(rules(tmp_path, more=DENIED), there, asked=True, typed=lambda _: "staging")
    assert said in str(refused.value)


def test_what_only_sounds_alike_is_no_production(tmp_path: Path) -> None:
    there = place(project="product-reviews", labels={"owner": "prod"}, inside=web(env="staging", delivery="prod"))
    assert production_signs(rules(tmp_path), there) == []


@pytest.mark.parametrize(
    ("flag", "asked", "typed", "said"),
    [
        ("", True, "production", "practise elsewhere"),
        ("allow_production = true", False, "production", "gives --allow-production"),
        ("allow_production = true", True, "", "was not typed"),
        ("allow_production = true", True, "prod", "was not typed"),
        ("allow_production = true", True, "production", None),
    ],
)
def test_production_needs_the_file_the_flag_and_a_hand(tmp_path: Path, flag: str, asked: bool, typed: str, said: str | None) -> None:
    name = "production" if flag else "staging"
    mine = rules(tmp_path, flag, name=name)
    there = place(inside=web(env="prod"))
    if said is None:
        refuse_production(mine, there, asked=asked, typed=lambda _: typed)
        return
    with pytest.raises(Refused, match=said):
        refuse_production(mine, there, asked=asked, typed=lambda _: typed)


# --- hours and freezes ----------------------------------------------------------------------------------------------


def test_outside_of_working_hours_is_refused_with_the_line(tmp_path: Path) -> None:
    mine = rules(tmp_path, 'working_hours = "Mon-Fri 09:00-17:00 Europe/Zurich"')
    refuse_closed(mine, scenario(), NOON)
    with pytest.raises(Refused, match=r"outside the working hours of staging, Mon-Fri 09:00-17:00 Europe/Zurich \(gameday\.toml:3\)"):
        refuse_closed(mine, scenario(), NOON - timedelta(hours=4))


def test_a_fault_that_could_outlive_the_hours_is_refused(tmp_path: Path) -> None:
    mine = rules(tmp_path, 'working_hours = "Mon-Fri 09:00-17:00 Europe/Zurich"')
    with pytest.raises(Refused, match="are over in 2m, and a fault of this drill may live for"):
        refuse_closed(mine, scenario(), NOON + timedelta(hours=4, minutes=58))


def test_a_freeze_is_refused_by_name_with_both_places(tmp_path: Path) -> None:
    sale = Freeze(name="Sale", begins=NOON - timedelta(hours=11), ends=NOON + timedelta(hours=13), place="freezes.ics:2")
    mine = replace(rules(tmp_path, 'freezes = ["freezes.ics"]'), freezes=(sale,))
    with pytest.raises(Refused, match=r'the freeze "Sale" .* \(freezes\.ics:2, named in gameday\.toml:3\)'):
        refuse_closed(mine, scenario(), NOON)
    refuse_closed(mine, scenario(), NOON + timedelta(days=2))


# --- approval -------------------------------------------------------------------------------------------------------


def plan(**changes: Any) -> Plan:
    made = record_of(perfect()).plan.model_copy(update=changes)
    return made.model_copy(update={"hash": plan_hash(made)})


def propose(root: Path, made: Plan, author: str = "anna") -> Approvals:
    approvals = Approvals(root)
    approvals.propose(canonical(made), Proposal(plan=made.hash, name=made.name, environment="staging", author=author, at=NOON))
    return approvals


def test_another_host_always_needs_a_second_person_and_this_one_where_asked_for(tmp_path: Path) -> None:
    assert needs_approval(rules(tmp_path), place(daemon=Daemon("ssh://anna@staging")))
    assert not needs_approval(rules(tmp_path), place())
    assert needs_approval(rules(tmp_path, "approval = true"), place())


def test_an_approved_plan_may_run_until_it_expires(tmp_path: Path) -> None:
    made, mine = plan(), rules(tmp_path, "approval = true")
    propose(tmp_path, made).approve(made.hash, "bela", NOON, timedelta(hours=24))
    assert approved(mine, made, NOON + timedelta(hours=23)).by == "bela"
    with pytest.raises(Refused, match=r"approval of bela for plan [0-9a-f]{12}… expired at 2026-11-25 11:00 UTC"):
        approved(mine, made, NOON + timedelta(hours=24))


def test_without_an_approval_it_says_who_does_what(tmp_path: Path) -> None:
    made = plan()
    propose(tmp_path, made)
    with pytest.raises(Refused, match=rf"second person \(gameday\.toml:3\).*gameday approve {made.hash[:12]}"):
        approved(rules(tmp_path, "approval = true"), made, NOON)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"daemon": {"host": "ssh://other"}}, "the Docker host changed"),
        ({"parallel_faults": 2}, "the limits changed"),
        ({"stops": {"orders_lost": {"query": "vector(0)"}}}, "what stops it changed"),
        ({"scenario": scenario().model_copy(update={"title": "Another"})}, "the scenario changed"),
    ],
)
def test_an_approval_is_for_one_plan_alone(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    before, now = plan(), plan(**change)
    propose(tmp_path, before).approve(before.hash, "bela", NOON, timedelta(hours=24))
    with pytest.raises(Refused, match=rf"is for plan {before.hash[:12]}…, this is {now.hash[:12]}…: {said}"):
        approved(rules(tmp_path, "approval = true"), now, NOON)


def test_ones_own_plan_is_not_approved_even_by_a_file_that_says_so(tmp_path: Path) -> None:
    made = plan()
    approvals = propose(tmp_path, made)
    with pytest.raises(Refused, match=r"anna made the plan .* cannot approve it"):
        approvals.approve(made.hash, "anna", NOON, timedelta(hours=1))
    approvals.approve(made.hash, "bela", NOON, timedelta(hours=1))
    file = tmp_path / "approvals" / f"{made.hash}.approval.json"
    genuine = file.read_text()
    for forged in (genuine.replace("bela", "anna"), genuine.replace("anna", "eve").replace("bela", "anna")):
        file.write_text(forged)
        with pytest.raises(Refused, match="another person has to"):
            approved(rules(tmp_path, "approval = true"), made, NOON)


def test_the_first_to_propose_a_plan_stays_its_author(tmp_path: Path) -> None:
    made = plan()
    approvals = propose(tmp_path, made, "anna")
    propose(tmp_path, made, "bela")
    assert approvals.proposal(made.hash).author == "anna"


def test_a_plan_that_was_changed_on_disk_is_not_what_was_approved(tmp_path: Path) -> None:
    made = plan()
    approvals = propose(tmp_path, made)
    approvals.approve(made.hash, "bela", NOON, timedelta(hours=1))
    file = tmp_path / "approvals" / f"{made.hash}.plan.json"
    file.write_text(file.read_text().replace("payments", "database"))
    with pytest.raises(Refused, match="was changed since it was made"):
        approved(rules(tmp_path, "approval = true"), made, NOON)


def test_a_file_that_everybody_may_write_proves_nothing(tmp_path: Path) -> None:
    made = plan()
    propose(tmp_path, made).approve(made.hash, "bela", NOON, timedelta(hours=1))
    (tmp_path / "approvals" / f"{made.hash}.approval.json").chmod(0o666)
    with pytest.raises(Refused, match="chmod o-w"):
        approved(rules(tmp_path, "approval = true"), made, NOON)
