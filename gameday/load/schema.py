"""JSON Schema of the files of a workspace, for editors: what a key means, what may stand there, each fault's own keys."""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Literal, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from gameday.load.variables import NAMES
from gameday.model.duration import format_duration
from gameday.model.protocols import Fault

Kind = Literal["scenario", "probe", "runbook", "review", "services", "responder", "settings", "schedule", "programme"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Schema = dict[str, Any]
"""A JSON Schema is JSON: the one bare dict that is passed around."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = {"$ref": "#/$defs/Variable"}
_VARIABLE = {"description": "One of the scenario's `vars`: `${name}`.", "type": "string", "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*\}"}


def schema(kind: Kind, faults: Mapping[str, type[Fault]]) -> Schema:
    """The schema of one kind of file. `faults` is the catalogue whose members a scenario may name."""
    return {"$schema": DIALECT, **_BUILT[kind](faults), "title": f"gameday {kind}"}


def key_notes(model: type[BaseModel]) -> Mapping[str, str]:
    """What the docstring under each field of a model says, by the field's name."""
    notes = {n: text for ancestor in reversed(model.__mro__) for n, text in _own_notes(ancestor)}
    return {name: notes[name] for name in model.model_fields if name in notes}


@cache
def _own_notes(model: type) -> tuple[tuple[str, str], ...]:
    try:
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    except (OSError, TypeError, SyntaxError):
        return ()
    return tuple(_notes_in(body)) if isinstance(body, ast.ClassDef) else ()


def _notes_in(body: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in zip(body.body, body.body[1:], strict=False):
        note = below.value.value if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) else None
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(note, str):
            yield field.target.id, inspect.cleandoc(note)


class _ForPeople(GenerateJsonSchema):
    """pydantic's schema with what editors show: the docstring of each key, defaults as they are written, plain lists."""

    def model_schema(self, schema: Any) -> Schema:
        found = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        notes = key_notes(model)
        for name, field in model.model_fields.items():
            written = found.get("properties", {}).get(field.alias or name)
            if written is not None and name in notes:
                written["description"] = notes[name]
        return found

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def encode_default(self, dft: Any) -> Any:
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)

    def tuple_schema(self, schema: Any) -> Schema:
        found = super().tuple_schema(schema)
        if (each := found.pop("prefixItems", None)) is not None:
            found["items"] = each[0] if all(e == each[0] for e in each) else {"anyOf": each}
        return found


def _of(shape: Any, mode: Literal["validation", "serialization"] = "validation") -> Schema:
    found: Schema = TypeAdapter(shape).json_schema(schema_generator=_ForPeople, mode=mode)
    return found


def _written(shape: Any) -> Schema:
    """Of a file that people write: a key that may be left out is left out, never null; `$schema` may name this schema."""
    found = _pruned(_of(shape))
    found.setdefault("properties", {})["$schema"] = {"type": "string", "description": "Where this schema is; for editors."}
    return found


def _pruned(found: Schema) -> Schema:
    """Without null as an alternative or a default."""
    pruned: Schema = _without_null(found)
    return pruned


def _without_null(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_null(n) for n in node]
    if not isinstance(node, dict):
        return node
    node = {k: _without_null(v) for k, v in node.items() if not (k == "default" and v is None)}
    some = [a for a in node.get("anyOf", ()) if a != {"type": "null"}]
    if len(some) == 1:
        return {**some[0], **{k: v for k, v in node.items() if k != "anyOf"}}
    return {**node, "anyOf": some} if some else node


def _scenario(faults: Mapping[str, type[Fault]]) -> Schema:
    from gameday.model.scenario import Scenario

    found = _written(Scenario)
    defs = found["$defs"]
    _tell_bounds(defs["Bound"])
    defs["Alerts"]["properties"]["must"]["anyOf"][0]["minItems"] = 1
    injection = defs.pop("Injection")
    for fault in faults.values():
        defs |= _injected(fault, injection)
    # Told apart by `fault`, a constant in each: editors then offer the keys of the fault that is named.
    found["properties"]["faults"]["items"] = {"oneOf": [{"$ref": f"#/$defs/{fault.__name__}"} for _, fault in sorted(faults.items())]}
    for each in (found, *defs.values()):
        _allow_variables(each)
    defs["Variable"] = _VARIABLE
    return found


def _tell_bounds(bound: Schema) -> None:
    bound["anyOf"] = [{"required": [name]} for name in ("at_least", "at_most", "above", "below")]


def _injected(fault: type[Fault], injection: Schema) -> Schema:
    """One fault as it is written: its own keys beside those of every injection. With the definitions it needs."""
    own = _pruned(_of(fault))
    about = (inspect.getdoc(inspect.getmodule(fault)) or "").strip()
    shared = {k: copy.deepcopy(v) for k, v in injection["properties"].items() if k not in ("fault", "settings")}
    needed = [key for key in injection["required"] if key != "settings"]
    defs: Schema = own.pop("$defs", {})
    return defs | {
        fault.__name__: {
            "title": fault.name,
            "description": about,
            "type": "object",
            "properties": {"fault": {"const": fault.name, "description": about.partition("\n")[0]}, **shared, **own.get("properties", {})},
            "required": [*needed, *own.get("required", ())],
            "additionalProperties": False,
            "oneOf": [{"required": ["hold"]}, {"required": ["for"]}],
        }
    }


def _allow_variables(model: Schema) -> None:
    """Where a number, a switch or text of a certain form is wanted, `${name}` may stand for it. Not for names: these are written out."""
    properties = model.get("properties", {})
    for key, wanted in properties.items():
        if key not in NAMES and key != "$schema" and ({"enum", "pattern", "const"} & set(wanted) or wanted.get("type") in _SCALARS):
            about = {k: wanted.pop(k) for k in ("description", "default", "examples") if k in wanted}
            properties[key] = {"anyOf": [wanted, _REFERENCE], **about}


_SCALARS = ("integer", "number", "boolean")


def _probe(_: object) -> Schema:
    from gameday.model.probe import ProbeDefinition

    found = _written(dict[str, ProbeDefinition])
    found["additionalProperties"].pop("discriminator", None)
    return found


def _runbook(_: object) -> Schema:
    """The front matter; `$defs/StepNotes` is what a comment `<!-- gd … -->` may say."""
    from gameday.load.runbook import FrontMatter
    from gameday.load.step_notes import StepNotes

    found, notes = _written(FrontMatter), _pruned(_of(StepNotes))
    # Other tools keep keys of their own there.
    found["additionalProperties"] = True
    defs = found.setdefault("$defs", {})
    defs |= notes.pop("$defs", {})
    defs["StepNotes"] = notes
    for several in ("after", "do_first"):
        listed = notes["properties"][several]
        notes["properties"][several] = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]} | {
            k: v for k, v in listed.items() if k == "description"
        }
    defs["Predicate"] |= {"minProperties": 1, "maxProperties": 1}
    return found


def _review(_: object) -> Schema:
    from gameday.model.review import Review

    return _of(Review, "serialization")


def _services(_: object) -> Schema:
    from gameday.model.services import Services

    return _written(Services)


def _responder(_: object) -> Schema:
    from gameday.model.script import Script

    found = _written(Script)
    found["$defs"]["Act"] |= {"minProperties": 1, "maxProperties": 1}
    return found


def _settings(_: object) -> Schema:
    from gameday.model.settings import Settings

    return _pruned(_of(Settings))


def _schedule(_: object) -> Schema:
    from gameday.model.schedule import WrittenSchedule

    found = _written(WrittenSchedule)
    ways = ("once", "cron", "rrule", "surprise")
    found["$defs"]["When"]["oneOf"] = [{"required": [way]} for way in ways]
    return found


def _programme(_: object) -> Schema:
    from gameday.model.programme import Programme

    return _written(Programme)


_BUILT: Mapping[Kind, Callable[[Mapping[str, type[Fault]]], Schema]] = {
    "scenario": _scenario,
    "probe": _probe,
    "runbook": _runbook,
    "review": _review,
    "services": _services,
    "responder": _responder,
    "settings": _settings,
    "schedule": _schedule,
    "programme": _programme,
}
