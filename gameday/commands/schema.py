"""`gameday schema`: JSON Schema of the files, for editors and other tools."""

from __future__ import annotations

import json
from typing import Any

import click


@click.command()
@click.argument("kind", type=click.Choice(["scenario", "probe", "runbook", "review", "responder", "services"]))
def command(kind: str) -> None:
    """Print the JSON Schema of a file. For runbooks: of their front matter."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"gameday {kind}", **_schema(kind)}
    click.echo(json.dumps(schema, indent=2))


def _schema(kind: str) -> dict[str, Any]:
    from pydantic import TypeAdapter

    match kind:
        case "scenario":
            return _scenario()
        case "probe":
            from gameday.model.probe import ProbeDefinition

            return TypeAdapter(dict[str, ProbeDefinition]).json_schema()
        case "runbook":
            from gameday.load.runbook import FrontMatter

            return FrontMatter.model_json_schema()
        case "responder":
            from gameday.model.script import Script

            return Script.model_json_schema()
        case "services":
            from gameday.model.services import Services

            return Services.model_json_schema()
    from gameday.model.review import Review

    return Review.model_json_schema(mode="serialization")


def _scenario() -> dict[str, Any]:
    """The model's schema, with each fault's own fields beside those of its injection, as they are written in YAML."""
    from gameday.faults import FAULTS
    from gameday.model.scenario import Scenario

    schema = Scenario.model_json_schema(by_alias=True)
    injection = schema["$defs"]["Injection"]
    injection["properties"].pop("settings")
    injection["properties"]["fault"]["enum"] = sorted(FAULTS)
    for fault in FAULTS.values():
        own: dict[str, Any] = getattr(fault, "model_json_schema", dict)()
        injection["properties"] |= own.get("properties", {})
        schema["$defs"] |= own.get("$defs", {})
    return schema
