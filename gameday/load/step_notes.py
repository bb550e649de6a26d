"""The YAML of `<!-- gd … -->`: evidence, outcome, order and limits of a step."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from gameday.errors import InvalidInput
from gameday.load.noun_reader import Mistakes, must_be_mapping, read_noun
from gameday.load.page import Comment
from gameday.load.quoting import escaped
from gameday.load.tree import Branch, Entry, Items, Leaf, Mark, Node, leaves
from gameday.load.yaml_reader import parse_yaml
from gameday.model.duration import Duration
from gameday.model.evidence import Predicate
from gameday.model.noun import Noun
from gameday.model.runbook import Outcome, StepKind

_LATER = frozenset({"alert", "silence", "git", "metric", "probe", "file", "k8s"})
"""Predicates that the format names and no source of this version sees. A step proved by these alone has no evidence."""


def _as_tuple(value: object) -> object:
    """One id stands for a list of one."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Ids = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


class CanaryOutcome(Noun):
    """Users are served again, for so long."""

    path: str | None = None
    """Which path is asked; the scenario's canary where it is left out."""
    ok: str | int | float | None = None
    """What a good answer is."""
    for_: Duration = Field(alias="for")
    """For how long users must be served."""


class WrittenOutcome(Noun):
    """What must be true after a step."""

    canary: CanaryOutcome
    """The canary is good."""

    @property
    def canary_outcome(self) -> Outcome:
        return Outcome(canary_good_for=self.canary.for_)


class StepNotes(Noun):
    """Everything a comment may say."""

    kind: StepKind | None = Field(default=None, alias="gd")
    """diagnose, mitigate, verify, resolve, communicate or judge."""
    evidence: Predicate | None = None
    """What proves that the step was done."""
    outcome: WrittenOutcome | None = None
    """What must be true afterwards."""
    within: Duration | None = None
    """How long the step may take."""
    after: Ids = ()
    """Steps that come first, by id."""
    undo: str | None = None
    """The id of the step that takes it back."""
    danger: str | None = None
    """What it may cost: restart, data_loss …"""
    phase: Literal["during", "after"] = "during"
    """after: belongs to the time after the incident, and is not judged in a drill."""
    do_first: Ids = ()
    """Mitigations in the order to try them, by id."""


def read_notes(comment: Comment, mistakes: Mistakes) -> StepNotes:
    """What a comment says; nothing, and its mistakes, where it cannot be read."""
    inside = Mistakes(mistakes.file)
    try:
        tree = must_be_mapping(parse_yaml(comment.text, mistakes.file, comment.first), inside, "notes on a step")
    except InvalidInput as error:
        mistakes.take(error.mistakes)
        return StepNotes()
    _tell_patterns(tree, mistakes)
    notes: StepNotes | None = read_noun(_without_later(tree), StepNotes, mistakes)
    return notes or StepNotes()


def _without_later(tree: Branch) -> Branch:
    evidence = tree.entries.get("evidence")
    if evidence is None:
        return tree
    kept = _supported(evidence.node)
    entries = {k: e for k, e in tree.entries.items() if k != "evidence"}
    return Branch(tree.mark, entries | ({"evidence": Entry(evidence.key, kept)} if kept is not None else {}))


def _supported(node: Node) -> Node | None:
    """A predicate without the members that no source can see; None where nothing is left that could prove it."""
    if not isinstance(node, Branch):
        return node
    if any(key in _LATER for key in node.entries):
        return None
    entries = dict(node.entries)
    for key in ("any", "all"):
        entry = entries.get(key)
        if entry is not None and isinstance(entry.node, Items):
            members = [m for m in map(_supported, entry.node.items) if m is not None]
            if not members or (key == "all" and len(members) < len(entry.node.items)):
                return None
            entries[key] = Entry(entry.key, Items(entry.node.mark, tuple(members)))
    return Branch(node.mark, entries)


def _tell_patterns(tree: Branch, mistakes: Mistakes) -> None:
    """Regular expressions that do not compile, and predicates that say nothing or two things."""
    for way, leaf in leaves(tree):
        if way[-1] == "match" and isinstance(leaf.value, str):
            try:
                re.compile(leaf.value)
            except (re.error, RecursionError, OverflowError) as error:
                mistakes.add(leaf.mark, f"is not a regular expression: {escaped(str(error))}", way)
    evidence = tree.get("evidence")
    if evidence is not None:
        _tell_shape(evidence, ("evidence",), mistakes)


def _tell_shape(node: Node, way: tuple[str | int, ...], mistakes: Mistakes) -> None:
    if isinstance(node, Leaf) or not isinstance(node, Branch):
        return
    if len(node.entries) != 1:
        mark = next((e.key for e in list(node.entries.values())[1:]), Mark(node.mark.line, node.mark.column))
        mistakes.add(mark, "a predicate is exactly one of exec, docker, http, flag, comm, note, page; join several with any: or all:", way)
    for key in ("any", "all"):
        members = node.get(key)
        if isinstance(members, Items):
            for index, member in enumerate(members.items):
                _tell_shape(member, (*way, key, index), mistakes)
