"""`${name}`: filled after parsing, into single values only, keeping their type."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.faults import FAULTS
from gameday.load.scenario import read_scenario
from gameday.model.scenario import Scenario
from tests.load.conftest import SCENARIO, Wrong

VARS = "vars: {shop_port: 8080}"


def read(
    workspace: Path, *replaced: tuple[str, str], variables: dict[str, str] | None = None, defaults: dict[str, str] | None = None
) -> Scenario:
    text = SCENARIO
    for old, new in replaced:
        text = text.replace(old, new)
    path = workspace / "scenarios" / "x.yaml"
    path.write_text(text)
    return read_scenario(path, FAULTS, variables, defaults=defaults)


def test_the_place_fills_declared_variables_and_var_overrides_it(workspace: Path) -> None:
    url = "http://127.0.0.1:{}/checkout"
    assert read(workspace).canary.url == url.format(8080)
    assert read(workspace, defaults={"shop_port": "18080", "other": "1"}).canary.url == url.format(18080)
    found = read(workspace, variables={"shop_port": "1"}, defaults={"shop_port": "18080"})
    assert found.canary.url == url.format(1)
    assert found.vars == {"shop_port": 1}, "what is kept as run is what was run"


def test_a_variable_alone_keeps_its_type(workspace: Path) -> None:
    found = read(
        workspace,
        (VARS, "vars: {shop_port: 8080, users: 30, longest: 4m}"),
        ("users: 30}", 'users: "${users}"}'),
        ("at_most: 4m", 'at_most: "${longest}"'),
        variables={"users": "7"},
    )
    assert found.traffic is not None
    assert found.traffic.users == 7


def test_two_dollars_are_one(workspace: Path) -> None:
    found = read(workspace, ("title: Checkout keeps selling while the payment provider stalls", 'title: "costs $${shop_port}"'))
    assert found.title == "costs ${shop_port}"


@pytest.mark.parametrize(
    "key", ["fault: container_pause", "target: payments", "environment: sandbox", "probe: orders_lost, above", "service: checkout"]
)
def test_names_are_never_made_of_variables(wrong: Wrong, key: str) -> None:
    name, _, rest = key.partition(": ")
    tail = rest.partition(",")[2]
    found = wrong((key, f'{name}: "${{shop_port}}"' + (f",{tail}" if tail else "")))
    assert len(found) == 1
    assert "cannot be made of ${…}; write it out" in found[0]


def test_keys_are_never_made_of_variables(wrong: Wrong) -> None:
    found = wrong((VARS, VARS + '\n"${shop_port}": 1'))
    assert any("a key cannot be made of ${…}" in m for m in found)


def test_a_value_is_filled_once_and_never_read_as_yaml(workspace: Path) -> None:
    found = read(workspace, ("title: Checkout", "about: '${shop_port}, [x'\ntitle: Checkout"))
    assert found.about == "8080, [x"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"shop_prt": "1"}, "6:1: --var 'shop_prt' is not declared under vars; did you mean 'shop_port'?; declared: shop_port"),
        ({"shop_port": "x"}, '6:19: vars.shop_port: is given as "x", and declared as a whole number'),
    ],
)
def test_an_override_that_does_not_fit_is_a_mistake(wrong: Wrong, variables: dict[str, str], message: str) -> None:
    assert wrong(variables=variables) == [f"scenarios/x.yaml:{message}"]


def test_a_variable_made_of_others_is_a_mistake(wrong: Wrong) -> None:
    assert any("cannot be made of others" in m for m in wrong((VARS, 'vars: {shop_port: 8080, b: "${shop_port}"}')))
