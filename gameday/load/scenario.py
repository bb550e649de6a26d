"""Read a scenario: YAML → `Scenario`, or every mistake in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from gameday.load.contradictions import tell_contradictions
from gameday.load.names import name_fault, name_mistake
from gameday.load.noun_reader import Mistakes, must_be_mapping, read_noun, unknown_key
from gameday.load.quoting import escaped, listed, meant, named, quoted, shown
from gameday.load.tree import Branch, Entry, Items, Leaf, Node, leaves, plain, step
from gameday.load.variables import declared_variables, substitute
from gameday.load.workspace import Workspace, find_workspace
from gameday.load.yaml_reader import read_yaml
from gameday.model.address import refused_because
from gameday.model.docker_settings import EVERYTHING
from gameday.model.injection import Injection
from gameday.model.production import is_production
from gameday.model.protocols import Fault
from gameday.model.scenario import SANDBOX, Scenario

NAME_KEYS = frozenset({"fault", "target", "environment", "probe", "service"})
_INJECTION_KEYS = tuple(f.alias or n for n, f in Injection.model_fields.items() if n != "settings")


def read_scenario(
    path: Path, faults: Mapping[str, type[Fault]], variables: Mapping[str, str] | None = None,
    probes: Collection[str] | None = None, *, defaults: Mapping[str, str] | None = None,
    environments: Callable[[], Collection[str] | None] | None = None, allows: Callable[[str], bool] = lambda _: True,
) -> Scenario:  # fmt: skip
    """The scenario in a file, checked as far as that is possible without touching anything.

    `variables` override declared vars and must be declared; `defaults` (such as a sandbox's ports) fill declared vars
    only. Where `probes` are given, unknown ones are mistakes; where they are definitions, bounds are checked against
    their units. `environments` names those beside the sandbox; asked for only where one is used.
    `allows` says of a module whether its code may be called, which only settings know. Raises InvalidInput with all mistakes.
    """
    mistakes = Mistakes(shown(path))
    root = must_be_mapping(read_yaml(path), mistakes, "a scenario")
    if (other := _what_else(root)) is not None:
        mistakes.add(root.mark, f"this is {other}, not a scenario; scenarios have a title, faults and expect")
        mistakes.stop()
    known = declared_variables(root, variables or {}, _defaults_for(root, defaults or {}), mistakes)
    tree = substitute(_with_values(root, known), known, mistakes)
    assert isinstance(tree, Branch)
    workspace = find_workspace(path.parent)
    if (wrong := name_fault(path.stem)) is not None:
        mistakes.add(root.mark, f"the file's name {quoted(path.stem)} {wrong}; reports are named after it")
    _tell_names(tree, mistakes)
    _tell_faults(tree, faults, mistakes)
    _tell_code(tree, faults, allows, mistakes)
    _tell_probes(tree, probes, mistakes)
    _tell_environment(tree, environments, mistakes)
    _tell_places(tree, workspace, mistakes)
    scenario = read_noun(tree, Scenario, mistakes, value=_document(tree, known))
    if scenario is not None:
        tell_contradictions(scenario, tree, probes if isinstance(probes, Mapping) else {}, mistakes, faults)
    mistakes.stop()
    assert isinstance(scenario, Scenario)
    return scenario


OTHERS = {
    "a file of Prometheus rules": ({"groups"}, {"kind", "spec"}),
    "a configuration of Alertmanager": ({"route", "receivers"},),
    "a configuration of Prometheus": ({"scrape_configs"},),
    "a Compose file": ({"services", "volumes"}, {"services", "version"}, {"services", "networks"}),
}
"""Files that lie near scenarios, by keys that only they have."""


def _what_else(root: Branch) -> str | None:
    """What a file is that has nothing of a scenario; None where it may be meant as one."""
    keys = set(root.entries)
    if keys & {"title", "faults", "expect", "steady_state", "canary"}:
        return None
    return next((what for what, signs in OTHERS.items() if any(sign <= keys for sign in signs)), None)


def _defaults_for(root: Branch, defaults: Mapping[str, str]) -> Mapping[str, str]:
    """The sandbox's own ports are right in the sandbox only."""
    named = root.get("environment")
    return defaults if not isinstance(named, Leaf) or named.value == SANDBOX else {}


def _with_values(root: Branch, variables: Mapping[str, Any]) -> Branch:
    """The tree whose `vars` hold the values of this drill, so that what is kept as run is what was run."""
    declared = root.get("vars")
    if not isinstance(declared, Branch):
        return root
    filled = {
        name: Entry(entry.key, Leaf(entry.node.mark, variables[name])) if name in variables else entry
        for name, entry in declared.entries.items()
    }
    return Branch(root.mark, {**root.entries, "vars": Entry(root.entries["vars"].key, Branch(declared.mark, filled))})


def _injections(tree: Branch) -> list[tuple[int, Branch]]:
    node = tree.get("faults")
    return [(i, n) for i, n in enumerate(node.items) if isinstance(n, Branch)] if isinstance(node, Items) else []


def _document(tree: Branch, variables: Mapping[str, Any]) -> object:
    """The document as `Scenario` takes it: what belongs to a fault itself is moved into its `settings`."""
    document = plain(tree)
    assert isinstance(document, dict)
    if isinstance(document.get("vars"), dict):
        document["vars"] = dict(variables)  # their mistakes were told already
    for index, _ in _injections(tree):
        written = document["faults"][index]
        own = {key: value for key, value in written.items() if key not in _INJECTION_KEYS}
        document["faults"][index] = {key: value for key, value in written.items() if key in _INJECTION_KEYS}
        if own:
            document["faults"][index]["settings"] = own
    return document


def _tell_names(tree: Branch, mistakes: Mistakes) -> None:
    for way, leaf in leaves(tree):
        if way[-1] == "target" and way[0] == "faults" and isinstance(leaf.value, str) and leaf.value.strip() in EVERYTHING:
            said = f"{quoted(leaf.value)} would choose every container; name the one service that this fault acts on"
            mistakes.add(leaf.mark, said, way, unsafe=True)
            continue
        # A name made of ${…} was told of already.
        meant_as_name = way[-1] in NAME_KEYS and isinstance(leaf.value, str) and "${" not in leaf.value and way[0] != "vars"
        if meant_as_name and (wrong := name_mistake(str(leaf.value))) is not None:
            mistakes.add(leaf.mark, wrong, way)


def _tell_faults(tree: Branch, faults: Mapping[str, type[Fault]], mistakes: Mistakes) -> None:
    """Unknown faults, and mistakes in the fields a fault has of its own."""
    for index, injection in _injections(tree):
        node = injection.get("fault")
        if not isinstance(node, Leaf) or not isinstance(node.value, str):
            continue  # missing or of the wrong kind: the model says so
        shape = faults.get(node.value)
        if shape is None:
            if name_fault(node.value) is None:
                there = meant(node.value, faults) or f"; there is {listed(sorted(faults))}"
                mistakes.add(node.mark, f"no fault {named(node.value)}{there}", ("faults", index, "fault"))
            continue
        own = Branch(injection.mark, {k: e for k, e in injection.entries.items() if k not in _INJECTION_KEYS})
        _tell_settings(own, shape, mistakes, index)


def _tell_settings(own: Branch, shape: type[Any], mistakes: Mistakes, index: int) -> None:
    """The fault's own fields against its own model; an unknown key is compared with the keys of both."""
    if not issubclass(shape, BaseModel):
        return
    allowed = {field.alias or name for name, field in shape.model_fields.items()}
    for key, entry in own.entries.items():
        if key not in allowed:
            both = (*_INJECTION_KEYS, *sorted(allowed))
            mistakes.add(entry.key, unknown_key(key, both), ("faults", index))
    theirs = Branch(own.mark, {key: entry for key, entry in own.entries.items() if key in allowed})
    read_noun(theirs, shape, mistakes, at=("faults", index))


def _tell_code(tree: Branch, faults: Mapping[str, type[Fault]], allows: Callable[[str], bool], mistakes: Mistakes) -> None:
    """Functions of modules that nobody allowed: a scenario that could name any would run any code."""
    for index, injection in _injections(tree):
        node = injection.get("fault")
        if not isinstance(node, Leaf) or not hasattr(faults.get(str(node.value)), "modules"):
            continue
        for call in (injection, injection.get("undo"), injection.get("live")):
            leaf = call.get("module") if isinstance(call, Branch) else None
            if isinstance(leaf, Leaf) and isinstance(leaf.value, str) and not allows(leaf.value):
                hint = f'write `modules = ["{escaped(leaf.value)}"]` under `[chaostoolkit]` in gameday.toml if its code may be called'
                mistakes.add(leaf.mark, f"{named(leaf.value)} is not allowed; {hint}", ("faults", index), unsafe=True)


def _tell_probes(tree: Branch, probes: Collection[str] | None, mistakes: Mistakes) -> None:
    if probes is None:
        return
    for way, leaf in leaves(tree):
        if (
            way[-1] == "probe"
            and way[0] != "vars"
            and isinstance(leaf.value, str)
            and leaf.value not in probes
            and name_fault(leaf.value) is None
        ):
            there = meant(leaf.value, probes) or f"; probes/ defines {listed(sorted(probes))}"
            mistakes.add(leaf.mark, f"no probe {named(leaf.value)}{there}", way)


def _tell_environment(tree: Branch, environments: Callable[[], Collection[str] | None] | None, mistakes: Mistakes) -> None:
    node = tree.get("environment")
    if not isinstance(node, Leaf) or not isinstance(node.value, str) or name_fault(node.value) is not None:
        return
    if is_production(node.value) and node.value not in ((environments and environments()) or ()):
        # One that gameday.toml names has `allow_production`, and `run` asks for the rest.
        mistakes.add(
            node.mark, f"{quoted(node.value)} is refused: drills break things; practise in the sandbox first", ("environment",), unsafe=True
        )
    elif node.value != SANDBOX and environments is not None and (known := environments()) is not None and node.value not in known:
        names = [SANDBOX, *known]
        there = meant(node.value, names) or f"; there is {listed(sorted(names))}"
        mistakes.add(node.mark, f"no environment {named(node.value)}{there}", ("environment",))


def _tell_places(tree: Branch, workspace: Workspace, mistakes: Mistakes) -> None:
    """Files that must be there, and the address of the canary."""
    for way in (("runbook", "path"), ("traffic", "locustfile")):
        leaf = _text_at(tree, *way)
        if leaf is not None and (wrong := workspace.path_mistake(str(leaf.value))) is not None:
            mistakes.add(leaf.mark, wrong, way)
    url = _text_at(tree, "canary", "url")
    if url is not None and "${" not in str(url.value) and (wrong := refused_because(str(url.value))) is not None:
        # The address itself is not shown: it may hold a password.
        mistakes.add(url.mark, f"the address {wrong}", ("canary", "url"))


def _text_at(tree: Branch, *way: str) -> Leaf | None:
    node: Node | None = tree
    for key in way:
        node = step(node, key) if node is not None else None
    return node if isinstance(node, Leaf) and isinstance(node.value, str) else None
