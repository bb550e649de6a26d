"""`${name}` in single values: from the declared `vars`, after parsing, never into keys, names or commands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from gameday.load.noun_reader import Mistakes
from gameday.load.quoting import meant, named, quoted
from gameday.load.tree import Branch, Entry, Items, Leaf, Mark, Node, Scalar, key_mark

Value = str | int | float | bool
_REFERENCE = re.compile(r"\$\$\{|\$\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
NAMES = frozenset({"fault", "target", "environment", "probe", "service", "command"})
"""Keys whose values say what is broken or run: these are written out, so that reading the file tells."""


def declared_variables(root: Branch, overrides: Mapping[str, str], defaults: Mapping[str, str], mistakes: Mistakes) -> Mapping[str, Value]:
    """The `vars` of a scenario with their values for this drill: declared < place (`defaults`) < `--var` (`overrides`).

    A value keeps the type it was declared with; an override of a name that is not declared is a mistake.
    """
    node = root.get("vars")
    declared: dict[str, Value] = {}
    for name, entry in node.entries.items() if isinstance(node, Branch) else ():
        declared[name] = ""  # a name whose value is wrong is still declared
        if not _NAME.fullmatch(name):
            mistakes.add(entry.key, f"{quoted(name)} is not a variable's name; use letters, digits and _", ("vars",))
        elif isinstance(entry.node, Leaf) and entry.node.value is not None:
            given = overrides.get(name, defaults.get(name))
            declared[name] = entry.node.value if given is None else _like(entry.node.value, given, name, entry.node.mark, mistakes)
            if isinstance(entry.node.value, str) and "${" in entry.node.value:
                mistakes.add(entry.node.mark, "a variable cannot be made of others; write the value out", ("vars", name))
        else:
            mistakes.add(entry.node.mark, "a variable is a single value: text, a number, true or false", ("vars", name))
    for name in overrides:
        if name not in declared:
            there = f"; declared: {', '.join(declared)}" if declared else "; the scenario declares no vars"
            mistakes.add(key_mark(root, "vars"), f"--var {named(name)} is not declared under vars{meant(name, declared)}{there}")
    return declared


def _like(declared: Value, given: str, name: str, mark: Mark, mistakes: Mistakes) -> Value:
    """`given`, which is text, as the type of the declared value."""
    try:
        match declared:
            case bool():
                return {"true": True, "false": False}[given]
            case int():
                return int(given)
            case float():
                return float(given)
        return given
    except (KeyError, ValueError):
        kinds = {bool: "true or false", int: "a whole number", float: "a number"}
        mistakes.add(mark, f"is given as {quoted(given)}, and declared as {kinds[type(declared)]}", ("vars", name))
        return declared


def substitute(
    node: Node, variables: Mapping[str, Value], mistakes: Mistakes, *, names: frozenset[str] = NAMES, known: bool = True,
    way: tuple[str | int, ...] = (),
) -> Node:  # fmt: skip
    """The tree with every `${name}` replaced. `known=False` leaves names without a value as they stand."""
    match node:
        case Items():
            items = (substitute(n, variables, mistakes, names=names, known=known, way=(*way, i)) for i, n in enumerate(node.items))
            return Items(node.mark, tuple(items))
        case Branch():
            return Branch(node.mark, {k: _entry(k, e, variables, mistakes, names, known, way) for k, e in node.entries.items()})
        case Leaf():
            return _leaf(node, variables, mistakes, known, way)


def _entry(
    key: str, entry: Entry, variables: Mapping[str, Value], mistakes: Mistakes, names: frozenset[str], known: bool,
    way: tuple[str | int, ...],
) -> Entry:  # fmt: skip
    if "${" in key:
        mistakes.add(entry.key, f"{quoted(key)}: a key cannot be made of ${{…}}; write it out", way)
    if way == () and key == "vars":
        return entry
    if key in names and _refers(entry.node):
        mistakes.add(entry.node.mark, "cannot be made of ${…}; write it out, so that the file says what is touched", (*way, key))
        return entry
    return Entry(entry.key, substitute(entry.node, variables, mistakes, names=names, known=known, way=(*way, key)))


def _refers(node: Node) -> bool:
    match node:
        case Leaf():
            return isinstance(node.value, str) and "${" in node.value
        case Items():
            return any(_refers(item) for item in node.items)
        case Branch():
            return any(_refers(entry.node) for entry in node.entries.values())


def _leaf(leaf: Leaf, variables: Mapping[str, Value], mistakes: Mistakes, known: bool, way: tuple[str | int, ...]) -> Leaf:
    if not isinstance(leaf.value, str) or "${" not in leaf.value:
        return leaf
    if (alone := re.fullmatch(r"\$\{([^{}]*)\}", leaf.value)) and alone[1] in variables:
        value: Scalar = variables[alone[1]]
        return Leaf(leaf.mark, value, str(value).lower() if isinstance(value, bool) else str(value))

    def value_of(found: re.Match[str]) -> str:
        if found[1] is None:
            return "${"  # $${ is how a literal ${ is written
        if found[1] not in variables:
            if known:
                mistakes.add(leaf.mark, _unknown(found[1], variables), way)
            return found[0]
        value = variables[found[1]]
        return str(value).lower() if isinstance(value, bool) else str(value)

    return replace(leaf, value=_REFERENCE.sub(value_of, leaf.value))


def _unknown(name: str, variables: Mapping[str, Value]) -> str:
    written = f"${{{name}}}"
    if name.startswith(("env:", "file:")):
        return f"{quoted(written)} is not read here; secrets stand in gameday.toml"
    return f"{quoted(written)} is not declared under vars{meant(name, variables)}"
