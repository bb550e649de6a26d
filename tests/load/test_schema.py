"""Schemas for editors, asked with a validator of somebody else's."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from gameday.faults import FAULTS
from gameday.load.schema import KINDS, Kind, key_notes, schema
from gameday.model.injection import Injection
from gameday.model.scenario import Scenario

ROOT = Path(__file__).parents[2]
FILES = {
    "scenario": "scenarios/*.yaml",
    "probe": "probes/*.yaml",
    "responder": "responders/*.yaml",
    "services": "services.yaml",
    "settings": "gameday.toml",
    "runbook": "runbooks/*.md",
    "review": "reports/example/review.json",
    "schedule": "schedules/*.yaml",
    "programme": "programme.yaml",
}


def validator(kind: Kind) -> Draft202012Validator:
    return Draft202012Validator(schema(kind, FAULTS))


def document(path: Path) -> Any:
    text = path.read_text()
    match path.suffix:
        case ".toml":
            return tomllib.loads(text)
        case ".json":
            return json.loads(text)
        case ".md":
            return yaml.safe_load(text.split("---\n")[1])
    return yaml.safe_load(text)


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for below in node.values():
            yield from nodes(below)
    elif isinstance(node, list):
        for below in node:
            yield from nodes(below)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema_of_2020_12_in_words_that_editors_know(kind: Kind) -> None:
    found = schema(kind, FAULTS)
    Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert not [n for n in nodes(found) if "prefixItems" in n]
    named = {n["$ref"] for n in nodes(found) if isinstance(n.get("$ref"), str)}
    assert named <= {f"#/$defs/{name}" for name in found.get("$defs", {})}


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind, glob in FILES.items() for path in sorted(ROOT.glob(glob))], ids=str)
def test_the_files_of_this_workspace_are_valid(kind: Kind, path: Path) -> None:
    wrong = [f"{e.json_path}: {e.message}" for e in validator(kind).iter_errors(document(path))]
    assert wrong == []


def test_every_kind_has_an_example() -> None:
    assert all(list(ROOT.glob(glob)) for glob in FILES.values())
    assert set(FILES) == set(KINDS)


@pytest.mark.parametrize("kind", ["scenario", "probe", "responder", "services", "schedule", "programme"])
def test_a_document_may_name_its_schema(kind: Kind) -> None:
    example = document(next(ROOT.glob(FILES[kind])))
    assert validator(kind).is_valid({"$schema": "../schema/x.json", **example})


def scenario() -> Any:
    return document(ROOT / "scenarios" / "payments-freezes.yaml")


FAULT = {"fault": "container_pause", "target": "payments", "hold": "until_mitigated"}
BROKEN = {
    "an unknown key": {"titel": "x"},
    "an unknown fault": {"faults": [{**FAULT, "fault": "container_puase"}]},
    "an unknown key of a fault": {"faults": [{**FAULT, "dealy": "3s"}]},
    "a fault with two ends": {"faults": [{**FAULT, "for": "30s"}]},
    "a fault without an end": {"faults": [{"fault": "container_pause", "target": "payments"}]},
    "no fault": {"faults": []},
    "a duration without a unit": {"faults": [{**FAULT, "at": "20"}]},
    "a number where a duration stands": {"faults": [{**FAULT, "at_most": 5}]},
    "a bound without a bound": {"steady_state": [{"probe": "orders_lost"}]},
    "no alert and no reason": {"expect": {"alerts": {"must": []}}},
    "a share in other words": {"canary": {"url": "http://127.0.0.1/", "bad": "3/5"}},
    "a title that is missing": {"title": None},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=list(BROKEN))
def test_a_broken_scenario_is_told_of(change: dict[str, Any]) -> None:
    assert validator("scenario").is_valid(scenario())
    broken = {k: v for k, v in (scenario() | change).items() if v is not None}
    assert not validator("scenario").is_valid(broken)


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        ("probe", {"p": {"probe": "promethues", "query": "1"}}),
        ("probe", {"p": {"probe": "http", "url": "http://127.0.0.1/", "query": "1"}}),
        ("responder", {"does": []}),
        ("responder", {"does": [{"ack": True, "log": "two at once"}]}),
        ("services", {"services": {"checkout": {"components": []}}}),
        ("settings", {"probes": {"comands": []}}),
        ("runbook", {"alert": "X"}),
        ("schedule", {"title": "abc", "scenario": "x", "when": {"cron": "0 10 * * *", "once": "2026-12-01 10:00"}}),
        ("schedule", {"title": "abc", "scenario": "x", "when": {}}),
        ("schedule", {"title": "abc", "scenario": "x", "when": {"cron": "0 10 * * *"}, "name": "x"}),
        ("programme", {"duties": []}),
    ],
)
def test_other_broken_files_are_told_of(kind: Kind, broken: Any) -> None:
    assert not validator(kind).is_valid(broken)


def test_variables_stand_where_values_do_and_never_for_names() -> None:
    valid = validator("scenario")
    example = scenario()
    example["traffic"]["users"] = "${users}"
    example["canary"]["every"] = "${every}"
    assert valid.is_valid(example)
    named = copy.deepcopy(example)
    named["faults"][0]["fault"] = "${fault}"
    assert not valid.is_valid(named)


def test_each_fault_offers_its_own_keys_and_those_of_every_injection() -> None:
    found = schema("scenario", FAULTS)
    for name, fault in FAULTS.items():
        offered = found["$defs"][fault.__name__]
        assert offered["properties"]["fault"]["const"] == name
        shared = {f.alias or n for n, f in Injection.model_fields.items()} - {"settings"}
        own = set(getattr(fault, "model_fields", {}))
        assert set(offered["properties"]) == shared | own
        assert offered["description"]


def test_a_key_says_what_its_docstring_says() -> None:
    properties = schema("scenario", FAULTS)["properties"]
    notes = key_notes(Scenario)
    assert notes
    assert all(properties[Scenario.model_fields[key].alias or key]["description"] == note for key, note in notes.items())


@pytest.mark.parametrize("kind", ["scenario", "probe", "responder", "services", "settings", "runbook"])
def test_every_key_is_described(kind: Kind) -> None:
    found = schema(kind, FAULTS)
    models = {"": found, **found.get("$defs", {})}
    bare = [
        f"{name}.{key}"
        for name, model in models.items()
        for key, said in model.get("properties", {}).items()
        if not said.get("description") and not re.match(r"#/\$defs/", said.get("$ref", ""))
    ]
    assert bare == []
