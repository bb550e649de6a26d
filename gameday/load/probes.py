"""Read `probes/*.yaml`: named questions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gameday.errors import InvalidInput, Mistake
from gameday.load.names import name_mistake
from gameday.load.noun_reader import Mistakes, must_be_mapping, read_noun
from gameday.load.quoting import meant, named, shown
from gameday.load.tree import Branch, Entry, Leaf, Mark
from gameday.load.variables import Value, substitute
from gameday.load.yaml_reader import read_yaml
from gameday.model.address import refused_because
from gameday.model.probe import ProbeDefinition

_SUBSTITUTED = ("url", "dsn")
"""Only addresses may hold `${name}`: a query or a command is read as it stands."""


def read_probes(folder: Path, variables: Mapping[str, Value] | None = None) -> Mapping[str, ProbeDefinition]:
    """The probes of a folder by name. Raises InvalidInput with the mistakes of all its files."""
    found: dict[str, ProbeDefinition] = {}
    places: dict[str, tuple[str, Mark]] = {}
    wrong: list[Mistake] = []
    for path in sorted(folder.glob("*.yaml")):
        mistakes = Mistakes(shown(path))
        try:
            tree = must_be_mapping(read_yaml(path), mistakes, "definitions of probes")
            _unlike_others(tree, places, mistakes)
            found |= _definitions(tree, variables or {}, mistakes)
            mistakes.stop()
        except InvalidInput as error:
            wrong += error.mistakes
    if wrong:
        raise InvalidInput(*wrong)
    return found


def _unlike_others(tree: Branch, places: dict[str, tuple[str, Mark]], mistakes: Mistakes) -> None:
    """A name means one probe, over all files."""
    for name, entry in tree.entries.items():
        if name in places:
            file, mark = places[name]
            mistakes.add(entry.key, f"the probe {named(name)} is defined already in {file}:{mark.line}; rename one")
        else:
            places[name] = (mistakes.file, entry.key)


def _definitions(tree: Branch, variables: Mapping[str, Value], mistakes: Mistakes) -> dict[str, ProbeDefinition]:
    found: dict[str, ProbeDefinition] = {}
    for name, entry in tree.entries.items():
        if name == "$schema":
            continue
        if (said := name_mistake(name)) is not None:
            mistakes.add(entry.key, said)
        node = _filled(name, entry, variables, mistakes)
        definition: ProbeDefinition | None = read_noun(node, ProbeDefinition, mistakes, at=(name,))
        if definition is not None:
            _tell_address(name, entry, definition, mistakes)
            found[name] = definition
    return found


def _filled(name: str, entry: Entry, variables: Mapping[str, Value], mistakes: Mistakes) -> Branch | Leaf:
    """The definition with `${name}` replaced in its addresses. In other fields `${` is only text, as in a query."""
    node = entry.node
    if not isinstance(node, Branch):
        return node if isinstance(node, Leaf) else Branch(node.mark)
    filled = dict(node.entries)
    for key in _SUBSTITUTED:
        if key in filled:
            given = Mistakes(mistakes.file)
            filled[key] = Entry(filled[key].key, substitute(filled[key].node, variables, given, way=(name, key)))
            if given:
                there = ", ".join(sorted(variables)) or "none"
                leaf = node.entries[key].node
                unknown = str(leaf.value).partition("${")[2].partition("}")[0] if isinstance(leaf, Leaf) else ""
                mistakes.add(leaf.mark, f"no variable {named(unknown)}{meant(unknown, variables) or '; known: ' + there}", (name, key))
    return Branch(node.mark, filled)


def _tell_address(name: str, entry: Entry, definition: ProbeDefinition, mistakes: Mistakes) -> None:
    # The address itself is not shown: it may hold a password.
    node = entry.node.get("url") if isinstance(entry.node, Branch) else None
    if definition.probe == "http" and node is not None and "${" not in definition.url and (wrong := refused_because(definition.url)):
        mistakes.add(node.mark, f"the address {wrong}", (name, "url"))
